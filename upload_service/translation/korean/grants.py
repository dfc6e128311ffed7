"""Korean. Upload grants: `identity/`, `upload/upload_limits.py`."""

TEXTS = {
    "No upload grant": "업로드 허가 없음",
    "No upload grant came before the file, and this service takes no file without one.": (
        "파일보다 먼저 온 업로드 허가가 없습니다. 이 서비스는 허가 없이는 파일을 받지 않습니다."
    ),
    (
        "Ask your back end for a grant, and send it in the field grant before the file, or as "
        "Authorization: Bearer where no other token is asked for."
    ): (
        "백엔드에서 허가를 받아 파일보다 앞에 grant 필드로 보내십시오. 다른 토큰을 요구하지 않는 곳에서는 "
        "Authorization: Bearer로 보내도 됩니다."
    ),
    "Upload grant not valid": "유효하지 않은 업로드 허가",
    "The upload grant is not one that this service accepts.": (
        "이 서비스가 받아들이는 업로드 허가가 아닙니다."
    ),
    (
        "Sign it in your back end as docs/grants.md says, with a key of UPLOAD_GRANT_KEYS, and send it "
        "unchanged."
    ): "백엔드에서 docs/grants.md대로, UPLOAD_GRANT_KEYS에 있는 키로 서명하고 그대로 보내십시오.",
    "Upload grant expired": "만료된 업로드 허가",
    "The upload grant has expired.": "업로드 허가가 만료되었습니다.",
    "Ask your back end for a new grant and a new presigned URL, and send the file again.": (
        "백엔드에서 새 허가와 새 presigned URL을 받아 파일을 다시 보내십시오."
    ),
    "Upload grant for another URL": "다른 URL의 업로드 허가",
    "The upload grant is for another URL than the one in uploadUrl.": (
        "업로드 허가가 uploadUrl의 URL이 아닌 다른 URL을 위한 것입니다."
    ),
    "Send the URL that came with this grant, or have a grant signed for it (docs/grants.md).": (
        "이 허가와 함께 받은 URL을 보내거나, 보내려는 URL을 위해 서명된 허가를 받으십시오(docs/grants.md)."
    ),
    "{listed} (a grant has limited them)": "{listed} (허가가 제한함)",
    "The grant's signature is not of a key that this service knows.": (
        "허가의 서명이 이 서비스가 아는 키의 것이 아닙니다."
    ),
    "The grant is not a signed JSON Web Token in its compact form.": (
        "허가가 compact 형식의 서명된 JSON Web Token이 아닙니다."
    ),
    "The grant is signed in another way than this service has keys for: {algorithms}.": (
        "이 서비스에 키가 있는 방식({algorithms})이 아닌 다른 방식으로 서명된 허가입니다."
    ),
    "The token is no upload grant: its header has another typ than {type}.": (
        "업로드 허가가 아닌 토큰입니다. 헤더의 typ이 다음과 다릅니다: {type}."
    ),
    "The grant's header demands extensions (crit), and none is known here.": (
        "허가의 헤더가 확장(crit)을 요구하지만, 이 서비스는 아는 확장이 없습니다."
    ),
    "The grant holds something else than a JSON object with each name once.": (
        "허가의 내용이 이름이 하나씩만 있는 JSON 객체가 아닙니다."
    ),
    "the address of an object, or of a folder with a slash at its end, without a query": (
        "쿼리가 없는 객체의 주소 또는 슬래시로 끝나는 폴더의 주소"
    ),
    "a SHA-256 digest in hex or base64url": "hex 또는 base64url로 적은 SHA-256 다이제스트",
    "The claim {name} of the grant is not {wanted}.": "허가의 클레임 {name}: {wanted}여야 합니다.",
    "The grant has a claim that is none of {known}.": "허가에 {known} 중 어느 것도 아닌 클레임이 있습니다.",
    "The grant's aud is not {audience}.": "허가의 aud에 다음이 없습니다: {audience}.",
    "The grant needs either url_sha256, for a POST with policy_sha256, or url_prefix.": (
        "허가에는 url_sha256(POST라면 policy_sha256도) 또는 url_prefix 중 하나가 필요합니다."
    ),
    "The grant has no exp, the time at which it expires.": "허가에 만료 시각 exp가 없습니다.",
    "The grant expires more than 24 hours from now.": "허가가 지금부터 24시간이 지난 뒤에야 만료됩니다.",
    "The grant is not valid yet: its nbf or iat lies in the future.": (
        "아직 유효하지 않은 허가입니다. nbf 또는 iat가 미래의 시각입니다."
    ),
    "a time in seconds since 1970": "1970년부터 초 단위로 센 시각",
    "a whole number of bytes, at least 1": "1 이상의 정수인 바이트 수",
    "a printable text of at most {most} characters": "인쇄할 수 있는 {most}자 이하의 글",
    'a list such as ["image/png", "image/*"]': '["image/png", "image/*"]와 같은 목록',
    "A resumable session is named by its whole URL: its grant needs url_sha256.": (
        "이어 올리기 세션은 URL 전체가 이름이므로, 허가에 url_sha256이 필요합니다."
    ),
    "The grant is for a POST, and uploadUrl is for a PUT.": (
        "허가는 POST를 위한 것인데 uploadUrl은 PUT을 위한 것입니다."
    ),
    "All POSTs to a bucket have one URL: their grants need policy_sha256 as well.": (
        "한 버킷에 보내는 POST는 URL이 모두 같으므로, 허가에 policy_sha256도 필요합니다."
    ),
    "The object of the URL does not lie where the grant's url_prefix is.": (
        "URL의 객체가 허가의 url_prefix 아래에 있지 않습니다."
    ),
    "The grant is for a POST with another policy.": "허가가 다른 정책의 POST를 위한 것입니다.",
    "The grant takes a file of at most {most} bytes.": "허가는 {most}바이트 이하의 파일만 받습니다.",
    "A grant came in the field grant and as a bearer token as well.": (
        "허가가 grant 필드와 bearer 토큰으로 두 번 왔습니다."
    ),
    "The grant allows only types that this service does not take.": (
        "허가는 이 서비스가 받지 않는 형식만 허용합니다."
    ),
}
