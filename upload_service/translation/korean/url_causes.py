"""Korean. What more is known of a presigned URL and its headers: `presigned/`."""

TEXTS = {
    "The field uploadUrl is empty.": "uploadUrl 필드가 비어 있습니다.",
    "The field uploadUrl is longer than 8 KiB.": "uploadUrl 필드가 8 KiB보다 깁니다.",
    "The field uploadUrl has a space, a line break or a character outside ASCII.": (
        "uploadUrl 필드에 공백, 줄바꿈 또는 ASCII가 아닌 문자가 있습니다."
    ),
    "This service does not upload to {scheme}://{host}:{port} at that path.": (
        "이 서비스는 {scheme}://{host}:{port}의 그 경로로 업로드하지 않습니다."
    ),
    "has no object key behind its bucket": "버킷 뒤에 객체 키가 없습니다",
    "leads to another interface of its store: sign for a host that begins with the bucket": (
        "저장소의 다른 인터페이스로 이어집니다. 버킷 이름으로 시작하는 호스트로 서명해야 합니다"
    ),
    "leads to another interface of its store: its path begins otherwise": (
        "저장소의 다른 인터페이스로 이어집니다. S3 인터페이스의 경로로 시작하지 않습니다"
    ),
    "The URL in uploadUrl is signed as {kind}, but {takes}.": (
        "uploadUrl의 URL이 {kind} 방식으로 서명되었습니다. {takes}."
    ),
    "The URL in uploadUrl seems to be signed, by {sign}, in a way that is not known here: {takes}.": (
        "uploadUrl의 URL에 서명으로 보이는 것({sign})이 있지만, 이 서비스가 모르는 방식입니다. {takes}."
    ),
    "{store} takes {kinds}": "{store}에 쓸 수 있는 방식: {kinds}",
    "it knows {kinds}": "이 서비스가 아는 방식: {kinds}",
    "its parameter {name}": "{name} 파라미터",
    "a token in its path": "경로에 있는 토큰",
    "has no signature, and so may have no parameters but partNumber and uploadId": (
        "서명이 없으므로 partNumber와 uploadId 외의 파라미터를 가질 수 없습니다"
    ),
    "may have no parameters but those of its signature, because its store asks for none": (
        "저장소가 서명을 요구하지 않으므로, 서명에 속한 것 외의 파라미터를 가질 수 없습니다"
    ),
    "ends with a slash, as the address of a folder does": "폴더의 주소처럼 슬래시로 끝납니다",
    "is signed with more than {most} headers": "서명된 헤더가 {most}개보다 많습니다",
    "The header {name} does not go to the store of this URL.": (
        "이 URL의 저장소로는 보내지 않는 헤더입니다: {name}."
    ),
    "has &amp; in the place of &, as HTML writes it": "HTML의 표기처럼 & 자리에 &amp;가 있습니다",
    "has \\u0026 or the like in it, as JSON writes it": "JSON의 표기처럼 \\u0026 같은 문자열이 있습니다",
    "has \\/ in the place of /, as JSON writes it": "JSON의 표기처럼 / 자리에 \\/가 있습니다",
    "has quotation marks in it or around it": "URL 안이나 앞뒤에 따옴표가 있습니다",
    "has angle brackets around it": "앞뒤에 꺾쇠괄호가 있습니다",
    "is percent-encoded as a whole": "URL 전체가 퍼센트 인코딩되어 있습니다",
    "has a backslash in it, as a shell writes it before special characters": (
        "셸이 특수 문자 앞에 쓰는 백슬래시가 있습니다"
    ),
    "{first} or {second}": "{first} 또는 {second}",
    "64 hexadecimal digits": "16진수 64자리",
    "a DER signature in hexadecimal digits": "16진수로 쓴 DER 서명",
    "a signature in hexadecimal digits": "16진수로 쓴 서명",
    "20 bytes in Base64": "Base64로 쓴 20바이트",
    "Base64": "Base64",
    "an access key, date, region, service and request type": "액세스 키, 날짜, 리전, 서비스, 요청 종류",
    "a time such as 20261123T120000Z": "20261123T120000Z 같은 시각",
    "a number of seconds from 1 to 604800": "1부터 604800까지의 초",
    "names of headers with host among them": "host가 들어 있는 헤더 이름들",
    "an access key": "액세스 키",
    "a time in epoch seconds": "epoch 초로 쓴 시각",
    "a time such as 2026-11-23T12:00:00Z": "2026-11-23T12:00:00Z 같은 시각",
    "letters that stand for permissions": "권한을 나타내는 글자들",
    "32 bytes in Base64": "Base64로 쓴 32바이트",
    "The URL in uploadUrl {why}.": "uploadUrl의 URL을 사용할 수 없습니다. {why}.",
    "is signed in two ways, for two kinds of stores": "서로 다른 두 스토어의 방식으로 서명되어 있습니다",
    "has the parameter {name}, which is not signed": "{name} 파라미터가 서명에 포함되어 있지 않습니다",
    "has the parameter {name} behind a semicolon": "{name} 파라미터가 세미콜론 뒤에 있습니다",
    "has a control character in the name of a parameter": "파라미터 이름에 제어 문자가 있습니다",
    "has the parameter {name} twice": "{name} 파라미터가 두 번 있습니다",
    "has an unusable {name}, which must be {expected}": (
        "{name} 파라미터의 값이 잘못되었습니다(필요한 값: {expected})"
    ),
    "a time that exists": "실제로 있는 시각",
    "has no {name}": "{name} 파라미터가 없습니다",
    "The URL is signed with the header {name}, whose value did not come.": (
        "URL이 {name} 헤더를 넣어 서명되었는데, 그 값이 오지 않았습니다."
    ),
    "The URL is signed with the headers {names}, whose values did not come.": (
        "URL이 다음 헤더를 넣어 서명되었는데, 그 값이 오지 않았습니다: {names}."
    ),
    "The header {name}": "{name} 헤더",
    "A header with an unusable name": "쓸 수 없는 이름의 헤더",
    "{header} is none that goes with an upload.": "{header}는 업로드와 함께 보낼 수 있는 헤더가 아닙니다.",
    "The value of the header {name} has a character outside printable ASCII.": (
        "{name} 헤더의 값에 출력 가능한 ASCII가 아닌 문자가 있습니다."
    ),
    "The URL is not signed with the header {name}.": "URL을 서명할 때 {name} 헤더를 넣지 않았습니다.",
    "The field header:host has another host than the URL, to whose host the PUT goes.": (
        "header:host 필드의 호스트가 URL의 호스트와 다릅니다. PUT은 URL의 호스트로 갑니다."
    ),
    "The URL is signed with the header {name}, which is never sent here.": (
        "URL이 이 서비스가 보내지 않는 {name} 헤더를 넣어 서명되었습니다."
    ),
    "The URL in uploadUrl was signed for another request than a PUT of a file, as its {name} says.": (
        "uploadUrl의 URL이 파일의 PUT이 아닌 다른 요청용으로 서명되었습니다(근거: {name})."
    ),
    (
        "The URL in uploadUrl is that of a part, but its {name} is missing or has another form than the "
        "store wants."
    ): "uploadUrl의 URL은 파트의 URL이지만, 다음이 없거나 스토리지가 요구하는 형식이 아닙니다: {name}.",
    "The URL in uploadUrl was signed with the checksum of an empty body, in {name}.": (
        "uploadUrl의 URL이 빈 본문의 체크섬으로 서명되었습니다({name})."
    ),
    "is not an https:// (or http://) address with a host and an object key": (
        "호스트와 객체 키가 있는 https://(또는 http://) 주소가 아닙니다"
    ),
    "has a user name or password in it": "사용자 이름이나 비밀번호가 들어 있습니다",
    "has no usable host": "쓸 수 있는 호스트가 없습니다",
    "has no object key": "객체 키가 없습니다",
    "the id of a session": "세션의 id",
}
