"""Korean. What more is known of the URLs and the answers of vendors with signatures of their own."""

TEXTS = {
    "that of a session: /upload/storage/v1/b/BUCKET/o": "세션의 경로 /upload/storage/v1/b/BUCKET/o",
    "has an unusable path, which must be {expected}": "경로가 잘못되었습니다(필요한 형식: {expected})",
    "is signed for another address than its own": "URL 자신의 주소가 아닌 다른 주소용으로 서명되었습니다",
    "an id of 32 hexadecimal digits with dashes": "대시가 들어간 16진수 32자리 ID",
    "b, which stands for blobs": "blob을 뜻하는 b",
    "a version such as 2025-11-05": "2025-11-05 같은 버전",
    "two times in epoch seconds with a semicolon between them": "세미콜론으로 나눈 epoch 초 시각 두 개",
    "names of headers": "헤더 이름들",
    "names of parameters": "파라미터 이름들",
    "40 hexadecimal digits": "16진수 40자리",
    "a signature of 40, 64 or 128 hexadecimal digits, or in Base64 behind its algorithm": (
        "16진수 40, 64 또는 128자리 서명, 또는 알고리즘 이름 뒤에 Base64로 쓴 서명"
    ),
    "a time in epoch seconds, or such as 2026-11-23T12:00:00Z": (
        "epoch 초로 쓴 시각 또는 2026-11-23T12:00:00Z 같은 시각"
    ),
    "a JSON Web Token of three parts": "세 부분으로 된 JSON Web Token",
    "a JSON Web Token that expires": "만료 시각이 있는 JSON Web Token",
    "the id of a public key": "공개 키의 ID",
    "a policy in CloudFront's Base64": "CloudFront 방식의 Base64로 쓴 정책",
    "a signature in CloudFront's Base64": "CloudFront 방식의 Base64로 쓴 서명",
    "a policy that names one address and a time": "주소 하나와 시각이 들어 있는 정책",
    (
        "Storage does not accept the token in the URL: it has ended, was withdrawn, or belongs to another "
        "object."
    ): (
        "스토리지가 URL의 토큰을 받아들이지 않습니다. 토큰이 만료되었거나 취소되었거나 다른 객체의 것입니다."
    ),
    "With this Content-Type the store would take the file for a form and keep a part of it.": (
        "이 Content-Type이면 저장소가 파일을 폼으로 읽고 그 일부만 저장합니다."
    ),
    "The bucket does not take files of this Content-Type.": "버킷이 이 Content-Type의 파일을 받지 않습니다.",
    (
        "Storage does not accept the temporary URL: its key, its method, its time, its object or the "
        "range of addresses that it allows is another one."
    ): (
        "스토리지가 임시 URL을 받아들이지 않습니다. 키, 메서드, 시각, 객체 또는 허용하는 주소 범위가 맞지 "
        "않습니다."
    ),
    (
        "A URL of this kind does not list what it signs; the Content-Type and the Content-MD5 always belong "
        "to it, and so do the headers of the vendor. If the form does not tell the type, none and the file's "
        "own were tried: send another one in contentType."
    ): (
        "이런 종류의 URL에는 무엇을 서명했는지가 나타나지 않습니다. Content-Type과 Content-MD5, 그리고 "
        "저장소 업체의 헤더는 항상 서명에 포함됩니다. 폼에 형식이 없으면, 형식 없이 보내고 "
        "파일의 형식으로도 보내 보았다는 뜻입니다. 다른 형식을 contentType으로 보내십시오."
    ),
}
