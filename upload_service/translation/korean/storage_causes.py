"""Korean. What more is known of storage's answer: `storage/`."""

TEXTS = {
    (
        "Storage denied access: the rights in the URL do not allow this upload, or the account's network "
        "rules do not allow the address of this service."
    ): (
        "스토리지가 접근을 거부했습니다. URL의 권한으로는 이 업로드를 할 수 없거나, 계정의 네트워크 규칙이 "
        "이 서비스의 주소를 허용하지 않습니다."
    ),
    "The URL allows uploads from other network addresses only.": (
        "URL이 다른 네트워크 주소에서 오는 업로드만 허용합니다."
    ),
    "The account does not allow URLs that are signed with its own key.": (
        "계정이 계정 자체의 키로 서명한 URL을 허용하지 않습니다."
    ),
    "No bucket can have the name that the URL gives.": "URL에 있는 이름은 버킷 이름으로 쓸 수 없습니다.",
    "The container of the URL is being deleted.": "URL의 컨테이너가 삭제되는 중입니다.",
    (
        "Storage does not accept the region, the date or the lifetime with which the URL is signed; mostly "
        "it is the region."
    ): (
        "URL을 서명할 때 쓴 리전, 날짜 또는 유효 기간을 스토리지가 받아들이지 않습니다. 대개는 리전 "
        "때문입니다."
    ),
    "Storage wants https, and the URL begins with http://.": (
        "스토리지는 https를 요구하는데 URL이 http://로 시작합니다."
    ),
    "The object key of the URL is too long.": "URL의 객체 키가 너무 깁니다.",
    "Other objects lie below the object key of the URL, as in a folder.": (
        "URL의 객체 키 아래에, 폴더처럼 다른 객체가 있습니다."
    ),
    "An object stands where the key of the URL needs a folder.": (
        "URL의 키에 필요한 폴더 자리에 객체가 있습니다."
    ),
    "An object whose key ends with a slash holds no bytes in this store.": (
        "이 스토리지에서 키가 슬래시로 끝나는 객체에는 바이트를 담을 수 없습니다."
    ),
    "The URL names a bucket and no object key.": "URL에 버킷만 있고 객체 키가 없습니다.",
    "An object exists at this key, and the URL may create but not replace one.": (
        "이 키에 객체가 이미 있는데, URL은 객체를 새로 만들 수만 있고 교체할 수는 없습니다."
    ),
    "The upload is meant to replace an object, and there is none at this key.": (
        "객체를 교체하는 업로드인데, 이 키에 객체가 없습니다."
    ),
    "A retention policy or a legal hold protects the object at this key.": (
        "보존 정책이나 법적 보존(legal hold)이 이 키의 객체를 보호하고 있습니다."
    ),
    "The object at this key is archived.": "이 키의 객체는 보관(archive)되어 있습니다.",
    "The object at this key has snapshots.": "이 키의 객체에 스냅샷이 있습니다.",
    "The object at this key has as many versions as it may have.": (
        "이 키의 객체에 버전이 허용된 수만큼 있습니다."
    ),
    "The object at this key is of another kind than an upload makes.": (
        "이 키의 객체는 업로드로 만드는 것과 다른 종류입니다."
    ),
    "The upload brings the id of a lease that does not hold, or not for this object.": (
        "업로드에 있는 임대의 ID가 유효하지 않거나, 이 객체의 것이 아닙니다."
    ),
    "The object at this key is being written by a copy.": "복사 작업이 이 키의 객체를 쓰는 중입니다.",
    "The quota of the bucket or of its owner is used up.": "버킷이나 그 소유자의 할당량을 모두 썼습니다.",
    "A checksum that goes with the upload is malformed.": (
        "업로드와 함께 보내는 체크섬의 형식이 잘못되었습니다."
    ),
    "Storage says that the connection broke before the whole file had come.": (
        "파일이 모두 도착하기 전에 연결이 끊겼다고 스토리지가 응답했습니다."
    ),
    "Storage does not have the storage class that the URL asks for.": (
        "URL이 요구하는 스토리지 클래스가 스토리지에 없습니다."
    ),
    "Storage does not accept the tags that go with the upload.": (
        "업로드와 함께 보내는 태그를 스토리지가 받아들이지 않습니다."
    ),
    "Storage does not accept the metadata that goes with the upload.": (
        "업로드와 함께 보내는 메타데이터를 스토리지가 받아들이지 않습니다."
    ),
    "The headers or the metadata that go with the upload are too long.": (
        "업로드와 함께 보내는 헤더나 메타데이터가 너무 깁니다."
    ),
    "The id of the block is not as long as those of the other blocks.": (
        "블록의 ID 길이가 다른 블록의 ID와 다릅니다."
    ),
    "The object has as many blocks as it may have.": "객체에 블록이 허용된 수만큼 있습니다.",
    "The object at this key is encrypted in another way than the upload asks.": (
        "이 키의 객체는 업로드가 요구하는 것과 다른 방식으로 암호화되어 있습니다."
    ),
    "The encryption key that goes with the upload is malformed.": (
        "업로드와 함께 보내는 암호화 키의 형식이 잘못되었습니다."
    ),
    "The key with which the bucket encrypts its objects is disabled, deleted or not found.": (
        "버킷이 객체를 암호화할 때 쓰는 키가 비활성화 또는 삭제되었거나 없습니다."
    ),
    "The key for encryption lies in another place than the bucket.": (
        "암호화 키가 버킷과 다른 위치에 있습니다."
    ),
    "A policy of the bucket's organization forbids this upload.": (
        "버킷이 속한 조직의 정책이 이 업로드를 금지합니다."
    ),
    "The URL is signed for another region than the one that storage expects.": (
        "URL이 스토리지가 기대하는 리전이 아닌 다른 리전용으로 서명되었습니다."
    ),
    "The bucket takes no ACLs, and the URL is signed with one.": (
        "버킷이 ACL을 받지 않는데, URL이 ACL을 넣어 서명되었습니다."
    ),
    "The number of the part is not one from 1 to 10000.": "파트 번호가 1부터 10000까지의 수가 아닙니다.",
    "Encryption with a key of KMS needs a URL of Signature Version 4.": (
        "KMS 키로 암호화하려면 서명 버전 4의 URL이 필요합니다."
    ),
    "The signer's identity may not use the key that encrypts the object (kms:GenerateDataKey).": (
        "서명한 주체에 객체를 암호화하는 키의 사용 권한(kms:GenerateDataKey)이 없습니다."
    ),
    "A policy of the bucket explicitly denies this upload.": (
        "버킷의 정책이 이 업로드를 명시적으로 거부합니다."
    ),
    "A policy explicitly denies this upload.": "정책이 이 업로드를 명시적으로 거부합니다.",
    (
        "An object exists at this key, and the signer's identity may create objects but not replace them "
        "(storage.objects.delete)."
    ): (
        "이 키에 객체가 이미 있는데, 서명한 주체는 객체를 새로 만들 수만 있고 교체할 수는 "
        "없습니다(storage.objects.delete)."
    ),
    "A cap that the bucket's owner has set is reached.": "버킷 소유자가 설정한 한도에 도달했습니다.",
    "The URL is signed with x-amz-sdk-checksum-algorithm, and no checksum goes with it.": (
        "URL이 x-amz-sdk-checksum-algorithm을 넣어 서명되었는데, 함께 보내는 체크섬이 없습니다."
    ),
    "Object Lock protects the object at this key.": "Object Lock이 이 키의 객체를 보호하고 있습니다.",
    "The bucket has no Object Lock, and the URL is signed with headers for it.": (
        "버킷에 Object Lock이 없는데, URL이 그 헤더를 넣어 서명되었습니다."
    ),
    "Storage does not accept the retention that goes with the upload.": (
        "업로드와 함께 보내는 보존 설정을 스토리지가 받아들이지 않습니다."
    ),
    "Storage does not accept the checksum headers of the upload.": (
        "업로드의 체크섬 헤더를 스토리지가 받아들이지 않습니다."
    ),
    "The URL is signed with x-amz-acl and with x-amz-grant headers, which exclude each other.": (
        "URL이 함께 쓸 수 없는 x-amz-acl과 x-amz-grant 헤더를 모두 넣어 서명되었습니다."
    ),
    "An object has at most 10 tags.": "객체의 태그는 10개까지입니다.",
    "The multipart upload is encrypted with a key of its owner's, and the part does not bring it.": (
        "멀티파트 업로드가 소유자의 키로 암호화되어 있는데, 파트에 그 키가 없습니다."
    ),
    "Storage takes an encryption key over https only, and the URL begins with http://.": (
        "스토리지는 암호화 키를 https로만 받는데 URL이 http://로 시작합니다."
    ),
    "The URL names the accelerated endpoint, which does not serve this bucket.": (
        "URL이 가속 엔드포인트를 가리키는데, 이 엔드포인트는 이 버킷을 처리하지 않습니다."
    ),
    "The server speaks https at this port, and the URL begins with http://.": (
        "서버가 이 포트에서 https를 쓰는데 URL이 http://로 시작합니다."
    ),
    "What answers at this address does not take a PUT.": "이 주소에서 응답하는 것이 PUT을 받지 않습니다.",
    (
        "The answer is 404 and does not say what was not found: the bucket, or the address, which may be "
        "that of a web server."
    ): (
        "응답이 404인데 무엇을 찾지 못했는지 알려 주지 않습니다. 버킷일 수도 있고, 웹 서버의 주소여서일 "
        "수도 있습니다."
    ),
    "Storage says that it does not support something in the upload (501).": (
        "스토리지가 업로드의 무언가를 지원하지 않는다고 응답했습니다(501)."
    ),
    "a proxy, a firewall or a login page in front of the store has refused the upload": (
        "스토리지 앞의 프록시, 방화벽 또는 로그인 페이지가 업로드를 거부한 것으로 보입니다"
    ),
    "Storage refused the request with status {status} and {code}.": (
        "스토리지가 요청을 거부했습니다(상태 코드 {status}, {code})."
    ),
    "A web page came in place of storage's answer, with {what}: {guess}.": (
        "스토리지의 응답 대신 웹 페이지가 왔습니다({what}). {guess}."
    ),
    "The answer has status {status} and no error code of a store: {guess}.": (
        "응답에 스토리지의 오류 코드가 없습니다(상태 코드 {status}). {guess}."
    ),
    "a proxy in front of the store sends the upload to an address with https, or a login page": (
        "스토리지 앞의 프록시가 업로드를 https 주소나 로그인 페이지로 보내는 것으로 보입니다"
    ),
    "a proxy in front of the store sends the upload to another address": (
        "스토리지 앞의 프록시가 업로드를 다른 주소로 보내는 것으로 보입니다"
    ),
    "a proxy in front of the store takes no file of this size": (
        "스토리지 앞의 프록시가 이 크기의 파일을 받지 않는 것으로 보입니다"
    ),
    "an error code that this service does not know": "이 서비스가 모르는 오류 코드",
    "no error code": "오류 코드 없음",
    "a redirect": "리다이렉트",
    "status {status}": "상태 코드 {status}",
    (
        "Storage answered {status} while {count} bytes of the upload had not reached it: it cannot have "
        "stored the whole file."
    ): (
        "업로드의 {count}바이트가 아직 스토리지에 도착하지 않았는데 스토리지가 성공으로 응답했습니다(상태 "
        "코드 {status}). 파일 전체가 저장되었을 수 없습니다."
    ),
    "Storage answered {status} with {what}: the URL may point at a web server instead of an object store.": (
        "스토리지의 {status} 응답에 문제가 있습니다: {what}. URL이 오브젝트 스토리지가 아니라 웹 서버를 "
        "가리킬 수 있습니다."
    ),
    "no ETag": "ETag가 없음",
    "an HTML page": "HTML 페이지임",
    "an error document": "오류 문서임",
    "a status {status}, which does not say that the object is stored": (
        "객체가 저장되었다는 뜻이 아닌 상태 코드({status})임"
    ),
    "JSON that tells of an error": "오류를 알리는 JSON임",
    "JSON, which is no object store's answer to a PUT": "오브젝트 스토리지가 PUT에 하는 응답이 아닌 JSON임",
    "a weak ETag, which web servers make of their own answer": "웹 서버가 자기 응답에 붙이는 약한 ETag임",
    "{names} and {count} more": "{names} 외 {count}개",
    "The URL signs these headers: {names}.": "URL의 서명에 포함된 헤더: {names}.",
    (
        "A URL of Signature Version 2 does not list what it signs; the Content-Type and the Content-MD5 "
        "always belong to it. If neither the URL nor the form tells the type, none and the file's own were "
        "tried: send another one in contentType."
    ): (
        "서명 버전 2의 URL에는 무엇을 서명했는지가 나타나지 않습니다. Content-Type과 Content-MD5는 항상 "
        "서명에 포함됩니다. URL에도 폼에도 형식이 없으면, 형식 없이 보내고 파일의 형식으로도 보내 보았다는 "
        "뜻입니다. 다른 형식을 contentType으로 보내십시오."
    ),
    "Its {names} must be those of this very file, and not of another one or of none.": (
        "서명에 포함된 {names} 값은 다른 파일이나 빈 파일이 아니라 바로 이 파일의 값이어야 합니다."
    ),
    "A block of the list is not uploaded, or is no longer there.": (
        "목록에 있는 블록 가운데 업로드되지 않았거나 더는 없는 것이 있습니다."
    ),
    "The session does not say how much it holds.": "세션이 얼마나 받았는지 알 수 없는 응답이 왔습니다.",
    "The session of the URL does not take the file.": "URL의 세션이 파일을 받지 않습니다.",
    "The session of the URL has taken {count} bytes, and not the whole file.": (
        "URL의 세션이 파일 전체가 아니라 {count}바이트만 받았습니다."
    ),
    "The session of the URL says that it holds {held} bytes, of an object of {count}.": (
        "URL의 세션이 {held}바이트를 가지고 있다고 하는데, 객체는 {count}바이트입니다."
    ),
    "The session of the URL has ended, and bytes of its object are still to come.": (
        "객체의 바이트가 아직 남아 있는데 URL의 세션이 끝났습니다."
    ),
    "The session of the URL has ended with {stored} bytes, and the object should have {count}.": (
        "URL의 세션이 {stored}바이트로 끝났는데, 객체는 {count}바이트여야 합니다."
    ),
    "The URL signs no header but host.": "URL의 서명에 포함된 헤더는 host뿐입니다.",
    "Its {name} must be that of this very file, and not of another one or of none.": (
        "서명에 포함된 {name} 값은 다른 파일이나 빈 파일이 아니라 바로 이 파일의 값이어야 합니다."
    ),
    "{names} and {last}": "{names}, {last}",
}
