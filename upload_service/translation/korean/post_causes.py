"""Korean. Presigned POST: `presigned/post_*.py`, and what storage says of one."""

TEXTS = {
    "Fields of the POST unusable": "쓸 수 없는 POST 필드",
    "The form fields for a presigned POST cannot be used.": "presigned POST의 폼 필드를 사용할 수 없습니다.",
    (
        "Send the fields as the signer returned them: as a JSON object in the field fields, or each in a "
        "field field:<name>."
    ): (
        "서명한 쪽이 돌려준 필드를 그대로 보내십시오. fields 필드에 JSON 객체로 넣거나, 하나씩 "
        "field:<name> 필드에 넣으면 됩니다."
    ),
    "No POST to this store": "POST를 받지 않는 스토리지",
    "The store takes no POST of a form, or not with these fields.": (
        "스토리지가 폼의 POST를 받지 않거나, 이 필드로는 받지 않습니다."
    ),
    "Presign a PUT instead (PutObject), and send its URL alone.": (
        "대신 PUT(PutObject)을 서명하고, 그 URL만 보내십시오."
    ),
    "Policy not met": "정책의 조건에 맞지 않음",
    "The POST does not meet the conditions of its policy.": "POST가 정책의 조건에 맞지 않습니다.",
    "Send the fields that were signed and a file that the policy allows, or sign another policy.": (
        "서명된 필드와 정책이 허용하는 파일을 보내거나, 정책을 새로 서명하십시오."
    ),
    "File too small": "너무 작은 파일",
    "The policy of the POST wants a larger file.": "POST의 정책이 더 큰 파일을 요구합니다.",
    "Send a whole file; if it is one, sign a policy with a smaller content-length-range.": (
        "파일을 온전히 보내십시오. 온전한 파일이라면 content-length-range가 더 작은 정책을 서명하십시오."
    ),
    "Storage cannot read the form of the POST, or misses a field in it.": (
        "스토리지가 POST의 폼을 읽지 못했거나, 폼에 필요한 필드가 없습니다."
    ),
    "The POST has a field that its policy does not cover.": "POST에 정책이 다루지 않는 필드가 있습니다.",
    "The policy of the POST is signed with Signature Version 2, and the store knows Version 4 only.": (
        "POST의 정책이 서명 버전 2로 서명되었는데, 스토리지는 버전 4만 지원합니다."
    ),
    "{field} is longer than 32 KiB.": "{field}가 32 KiB보다 깁니다.",
    "The URL in uploadUrl is that of a PUT, or has a query: no fields for a POST go with it.": (
        "uploadUrl의 URL이 PUT용이거나 쿼리가 있습니다. 이런 URL에는 POST의 필드를 함께 보내지 않습니다."
    ),
    "The field fields has all that the signer returned: its url belongs in uploadUrl.": (
        "fields 필드에 서명자가 돌려준 것이 통째로 있습니다. 그 url은 uploadUrl에 넣어야 합니다."
    ),
    (
        "The URL in uploadUrl has no signature. If it is that of a presigned POST, its fields did not "
        "come; if it is that of a PUT, its query is missing."
    ): (
        "uploadUrl의 URL에 서명이 없습니다. presigned POST의 URL이라면 필드가 오지 않은 것이고, PUT의 "
        "URL이라면 쿼리가 빠진 것입니다."
    ),
    "The fields of the POST have no signature that its store understands.": (
        "POST의 필드에 스토리지가 이해하는 서명이 없습니다."
    ),
    "The object key of the POST is too long.": "POST의 객체 키가 너무 깁니다.",
    "The policy of the POST has expired.": "POST의 정책이 만료되었습니다.",
    "{store} takes no POST of a form.": "이 스토리지는 폼의 POST를 받지 않습니다: {store}.",
    "is not the address of a bucket, to which a POST goes": "POST를 보낼 버킷의 주소가 아닙니다",
    "The field {name} must be 200, 201 or 204.": "{name} 필드의 값은 200, 201, 204 중 하나여야 합니다.",
    "The field bucket names another bucket than the URL.": "bucket 필드의 버킷이 URL의 버킷과 다릅니다.",
    "The field {name} asks for a redirect, which is not followed here.": (
        "{name} 필드가 리디렉션을 요구하는데, 이 서비스는 리디렉션을 따라가지 않습니다."
    ),
    "No POST of a file carries {field}.": "파일의 POST에 넣을 수 없는 필드입니다: {field}.",
    "The policy does not say for which bucket it is.": "정책에 어느 버킷을 위한 것인지가 없습니다.",
    "The policy is for another bucket than the URL.": "정책의 버킷이 URL의 버킷과 다릅니다.",
    "The field fields is JSON, and no object.": "fields 필드가 JSON이지만 객체가 아닙니다.",
    "The fields for the POST are longer than 32 KiB together.": (
        "POST의 필드를 모두 합하면 32 KiB보다 깁니다."
    ),
    "A field for the POST has a value that is no string.": "POST의 필드에 문자열이 아닌 값이 있습니다.",
    "A field for the POST has a name that no form field of a store has.": (
        "POST의 필드에 스토리지의 폼 필드로 쓸 수 없는 이름이 있습니다."
    ),
    "A field for the POST has a line break or another control character in its value.": (
        "POST의 필드 값에 줄바꿈이나 다른 제어 문자가 있습니다."
    ),
    "A field for the POST is not text in UTF-8.": "POST의 필드가 UTF-8 텍스트가 아닙니다.",
    "A field for the POST came twice.": "POST의 필드가 두 번 왔습니다.",
    "The POST has more than {most} fields.": "POST의 필드가 {most}개보다 많습니다.",
    "The field fields is not JSON in UTF-8.": "fields 필드가 UTF-8로 쓴 JSON이 아닙니다.",
    "contentType and the fields of the POST give different types.": (
        "contentType과 POST의 필드가 서로 다른 형식을 말합니다."
    ),
    "The object key takes the file's name, and the file has none.": (
        "객체 키에 파일 이름이 들어가는데, 파일에 이름이 없습니다."
    ),
    "The file's name has the variable of POST policies in it.": (
        "파일 이름에 POST 정책의 변수가 들어 있습니다."
    ),
    "The POST has no field {name}.": "POST에 {name} 필드가 없습니다.",
    "a field whose name is not repeated here": "이름을 여기에 옮기지 않은 필드",
    "the field {name}": "{name} 필드",
    "The policy demands another beginning of {field}.": "정책이 요구하는 시작 부분과 값이 다릅니다: {field}.",
    "The policy is not a policy document: JSON in base64.": "정책이 base64로 쓴 JSON 정책 문서가 아닙니다.",
    "The policy has a condition that is none of {known}.": (
        "정책에 알 수 없는 조건이 있습니다. 가능한 조건: {known}."
    ),
    "The policy demands another value of {field}.": "정책이 요구하는 값과 다릅니다: {field}.",
    "The policy has no expiration such as 2026-11-23T12:00:00Z.": (
        "정책에 2026-11-23T12:00:00Z 같은 만료 시각이 없습니다."
    ),
    "The policy has a content-length-range that is no range of bytes.": (
        "정책의 content-length-range가 바이트 범위가 아닙니다."
    ),
    "The policy takes at most {most} bytes.": "정책이 허용하는 크기는 최대 {most}바이트입니다.",
    "The policy takes no less than {least} bytes.": "정책이 허용하는 크기는 최소 {least}바이트입니다.",
    "The policy does not cover {field}.": "정책이 다루지 않는 필드입니다: {field}.",
    "The POST has an unusable {name}, which must be {expected}.": (
        "POST의 {name} 필드의 값이 잘못되었습니다(필요한 값: {expected})."
    ),
    "No header goes with a POST: what it carries stands in its signed fields.": (
        "POST에는 헤더를 함께 보내지 않습니다. 필요한 것은 서명된 필드에 있습니다."
    ),
    "The fields of the POST came in the field fields and in others as well.": (
        "POST의 필드가 fields 필드로도, 다른 필드로도 왔습니다."
    ),
    "A field for the POST came after the file had begun to be sent.": (
        "파일을 보내기 시작한 뒤에 POST의 필드가 왔습니다."
    ),
}
