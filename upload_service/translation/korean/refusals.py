"""Korean. What storage refuses: `errors/catalogue/storage_refusals.py`."""

TEXTS = {
    "URL expired": "만료된 URL",
    "The presigned URL has expired.": "presigned URL이 만료되었습니다.",
    "Ask your back end for a new presigned URL and send the file again.": (
        "백엔드에서 새 presigned URL을 받아 파일을 다시 보내십시오."
    ),
    "Signer's credentials expired": "만료된 서명 자격 증명",
    "The credentials that signed the URL have expired or are unknown to storage.": (
        "URL을 서명한 자격 증명이 만료되었거나, 스토리지가 모르는 자격 증명입니다."
    ),
    "Sign the URL with current credentials; a URL never outlives temporary credentials.": (
        "유효한 자격 증명으로 URL을 서명하십시오. URL은 임시 자격 증명보다 오래 쓸 수 없습니다."
    ),
    "Signature does not match": "맞지 않는 서명",
    "Storage says that the signature does not fit this request.": (
        "서명이 이 요청과 맞지 않는다고 스토리지가 응답했습니다."
    ),
    (
        "Sign for PUT and for the Content-Type of the file part, and send the URL unchanged; for a POST the "
        "fields, too."
    ): (
        "PUT용으로, 파일 파트의 Content-Type에 맞게 서명하고, URL을 바꾸지 말고 보내십시오. "
        "POST라면 필드도 그대로 보내십시오."
    ),
    "Signature not supported": "지원되지 않는 서명",
    "Storage does not take a URL that is signed in this way.": (
        "스토리지가 이런 방식으로 서명된 URL을 받지 않습니다."
    ),
    "Sign with Signature Version 4 (boto3: Config(signature_version='s3v4')).": (
        "서명 버전 4로 서명하십시오(boto3: Config(signature_version='s3v4'))."
    ),
    "Access denied": "접근 거부됨",
    "Storage denied access.": "스토리지가 접근을 거부했습니다.",
    "Let the signer's identity write to this bucket and key (s3:PutObject), then sign a new URL.": (
        "서명하는 주체에 이 버킷과 키의 쓰기 권한(s3:PutObject)을 주고, 새 URL을 서명하십시오."
    ),
    "Denied by a policy": "정책으로 거부됨",
    "A policy of the bucket, the account or the organization forbids this upload.": (
        "버킷, 계정 또는 조직의 정책이 이 업로드를 금지합니다."
    ),
    (
        "Look at what the policy demands (source address, encryption, https, headers) and sign a URL that "
        "fulfils it; more rights for the signer do not help."
    ): (
        "정책이 요구하는 것(출발지 주소, 암호화, https, 헤더)을 확인하고 이를 충족하는 URL을 서명하십시오. "
        "서명하는 주체의 권한을 늘려도 해결되지 않습니다."
    ),
    "Encryption key unusable": "사용할 수 없는 암호화 키",
    "Storage cannot use the key that is to encrypt the object.": (
        "스토리지가 객체를 암호화할 키를 사용할 수 없습니다."
    ),
    (
        "Let the bucket's owner look at the key: that it is enabled, in the bucket's region, and that the "
        "signer's identity may use it."
    ): (
        "버킷 소유자가 키를 확인해야 합니다. 키가 활성화되어 있고, 버킷과 같은 리전에 있으며, 서명하는 "
        "주체가 사용할 수 있어야 합니다."
    ),
    "Signer's clock is wrong": "서명한 쪽의 시계가 틀림",
    "Storage says that the signer's clock differs too much from its own.": (
        "서명한 쪽의 시계가 스토리지의 시계와 너무 많이 다르다고 스토리지가 응답했습니다."
    ),
    "Set the clock of the machine that signs, then sign a new URL.": (
        "서명하는 컴퓨터의 시계를 맞춘 뒤 새 URL을 서명하십시오."
    ),
    "No such bucket": "없는 버킷",
    "The bucket of the URL does not exist.": "URL의 버킷이 존재하지 않습니다.",
    "Check bucket name, account and endpoint where the URL is signed.": (
        "URL을 서명하는 곳에서 버킷 이름, 계정, 엔드포인트를 확인하십시오."
    ),
    "No such multipart upload": "없는 멀티파트 업로드",
    "The multipart upload to which the URL belongs was completed, aborted or never begun.": (
        "URL이 속한 멀티파트 업로드가 완료되었거나, 중단되었거나, 시작된 적이 없습니다."
    ),
    "Begin another one, sign a URL for each of its parts, and complete it after the last one.": (
        "멀티파트 업로드를 새로 시작해 파트마다 URL을 서명하고, 마지막 파트까지 보낸 뒤 완료하십시오."
    ),
    "Not the store's endpoint": "스토리지의 엔드포인트가 아님",
    "What answers at the address in uploadUrl is no store that takes this upload.": (
        "uploadUrl의 주소에서 응답하는 것이 이 업로드를 받는 스토리지가 아닙니다."
    ),
    (
        "Check scheme, host, port and bucket where the URL is signed: they must be those at which the "
        "store takes PUTs."
    ): (
        "URL을 서명하는 곳에서 스킴, 호스트, 포트, 버킷을 확인하십시오. 스토리지가 PUT을 받는 주소여야 "
        "합니다."
    ),
    "Certificate lacks the name": "인증서에 없는 이름",
    (
        "The store's certificate does not have the host name in uploadUrl; where the bucket's name has a "
        "dot, none does."
    ): (
        "스토리지의 인증서에 uploadUrl의 호스트 이름이 없습니다. 버킷 이름에 점이 있으면 그런 인증서는 "
        "없습니다."
    ),
    "Sign path-style URLs (https://host/bucket/key), or for a host that the certificate names.": (
        "경로 방식 URL(https://host/bucket/key)이나 인증서에 있는 호스트로 서명하십시오."
    ),
    "Object key refused": "거부된 객체 키",
    "Storage does not take the object key of the URL.": "스토리지가 URL의 객체 키를 받지 않습니다.",
    (
        "Choose another key: at most 1024 bytes of UTF-8, without empty segments, . or .., and in a store "
        "that keeps folders neither below nor above the key of another object."
    ): (
        "다른 키를 사용하십시오. UTF-8로 1024바이트 이하이고, 빈 구간이나 . 또는 ..이 없어야 하며, 폴더를 "
        "두는 스토리지에서는 다른 객체의 키보다 아래나 위에 있으면 안 됩니다."
    ),
    "Too large for storage": "스토리지가 받기에 너무 큼",
    "Storage refuses a file of this size.": "스토리지가 이 크기의 파일을 거부합니다.",
    "Send a smaller file; a single PUT to S3 holds at most 5 GiB.": (
        "더 작은 파일을 보내십시오. S3는 PUT 한 번에 5 GiB까지 받습니다."
    ),
    "Header not supported": "지원되지 않는 헤더",
    "Storage does not support a header or a parameter with which the URL is signed.": (
        "URL이 서명에 포함한 헤더나 파라미터를 스토리지가 지원하지 않습니다."
    ),
    (
        "Sign without the headers that this store does not have, such as If-Match, x-amz-acl, "
        "x-amz-tagging, or those for encryption and Object Lock."
    ): (
        "If-Match, x-amz-acl, x-amz-tagging, 암호화나 Object Lock용 헤더처럼 이 스토리지에 없는 헤더를 "
        "빼고 서명하십시오."
    ),
    "Header value refused": "거부된 헤더 값",
    "Storage does not accept a value in the headers or the parameters of the upload.": (
        "업로드의 헤더나 파라미터에 있는 값을 스토리지가 받아들이지 않습니다."
    ),
    "Correct the value where the URL is signed, and send the same one in the form.": (
        "URL을 서명하는 곳에서 값을 고치고, 폼에도 같은 값을 보내십시오."
    ),
    "Checksum required": "체크섬 필요",
    "The bucket has Object Lock, so storage takes no file without a checksum.": (
        "버킷에 Object Lock이 있어서, 스토리지가 체크섬 없는 파일을 받지 않습니다."
    ),
    (
        "Sign with Content-MD5 or an x-amz-checksum header of the file and send its value in a field "
        "header:<name>; without Object Lock, sign without ChecksumAlgorithm."
    ): (
        "파일의 Content-MD5나 x-amz-checksum 헤더로 서명하고 그 값을 header:<name> 필드로 보내십시오. "
        "Object Lock이 없다면 ChecksumAlgorithm 없이 서명하십시오."
    ),
    "Checksum differs": "체크섬이 다름",
    "Storage compared the bytes with a checksum in the URL and they differ.": (
        "스토리지가 받은 바이트를 URL에 있는 체크섬과 비교했는데 서로 다릅니다."
    ),
    "Sign without one (AWS SDKs for JavaScript: requestChecksumCalculation: 'WHEN_REQUIRED').": (
        "체크섬 없이 서명하십시오(AWS SDK for JavaScript: requestChecksumCalculation: 'WHEN_REQUIRED')."
    ),
    "Precondition failed": "충족되지 않은 조건",
    "A condition that the URL was signed with is not met; often the object exists already.": (
        "URL을 서명할 때 넣은 조건이 충족되지 않았습니다. 객체가 이미 있는 경우가 많습니다."
    ),
    "Use another key, or sign without If-None-Match and If-Match by an identity that may overwrite.": (
        "다른 키를 사용하거나, 덮어쓸 수 있는 주체로 If-None-Match와 If-Match 없이 서명하십시오."
    ),
    "Object cannot be replaced": "교체할 수 없는 객체",
    "The object at this key cannot be replaced.": "이 키에 있는 객체는 교체할 수 없습니다.",
    "Use another key; the object stays until its protection ends or its owner deletes it.": (
        "다른 키를 사용하십시오. 이 객체는 보호가 끝나거나 소유자가 삭제할 때까지 남아 있습니다."
    ),
    "Object is leased": "임대된 객체",
    "Somebody holds a lease on the object or its container, and the upload does not bring its id.": (
        "누군가 객체나 컨테이너를 임대(lease)하고 있는데, 업로드에 그 임대의 ID가 없습니다."
    ),
    "Send the lease's id in a field header:x-ms-lease-id, or wait until the lease has ended.": (
        "임대의 ID를 header:x-ms-lease-id 필드로 보내거나, 임대가 끝날 때까지 기다리십시오."
    ),
    "Conflict in storage": "스토리지의 작업 충돌",
    "Another operation on the same object is in the way.": (
        "같은 객체에 대한 다른 작업이 진행을 막고 있습니다."
    ),
    "Wait for the other upload to end, then send the file again.": (
        "다른 업로드가 끝나기를 기다린 뒤 파일을 다시 보내십시오."
    ),
    "No such session": "없는 세션",
    "The resumable session of the URL has ended, was cancelled or was never begun.": (
        "URL의 재개 가능한 세션이 끝났거나 취소되었거나 시작된 적이 없습니다."
    ),
    "Ask your back end for a new session, and send the file to it from the beginning.": (
        "백엔드에 새 세션을 요청하고, 파일을 처음부터 보내십시오."
    ),
    "Piece out of turn": "차례가 맞지 않는 조각",
    "The piece begins behind the last byte that the resumable session holds.": (
        "조각의 시작이 재개 가능한 세션이 가진 마지막 바이트의 바로 다음이 아니라 더 뒤입니다."
    ),
    (
        "Ask the session how far it is, with header:content-range bytes */* and an empty file, and go on "
        "from there."
    ): (
        "header:content-range를 bytes */*로 하여 빈 파일을 보내 세션이 어디까지 받았는지 묻고, 거기서부터 "
        "이어서 보내십시오."
    ),
    "Wrong region or endpoint": "잘못된 리전 또는 엔드포인트",
    "Storage answered with a redirect, which a signed request cannot follow.": (
        "스토리지가 리다이렉트로 응답했는데, 서명된 요청은 이를 따를 수 없습니다."
    ),
    "Sign the URL for the regional endpoint of the bucket's own region.": (
        "버킷이 있는 리전의 엔드포인트로 URL을 서명하십시오."
    ),
    "Refused by storage": "스토리지가 거부함",
    "Storage refused the request.": "스토리지가 요청을 거부했습니다.",
    "Look up storage.code in the provider's documentation, or the request in the store's log.": (
        "스토리지 제공자의 문서에서 storage.code를 찾거나, 스토리지의 로그에서 이 요청을 찾으십시오."
    ),
}
