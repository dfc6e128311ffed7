"""Korean. Failures of the form's contents: `errors/catalogue/client.py`."""

TEXTS = {
    "No file": "파일 없음",
    "The form has no file in a field named file.": "폼의 file 필드에 파일이 없습니다.",
    "Append the file under the name file, for example form.append('file', input.files[0]).": (
        "파일을 file이라는 이름으로 추가하십시오. 예: form.append('file', input.files[0])"
    ),
    "The file field is text": "file 필드가 텍스트임",
    "The field named file came without a file name, so it is text and not a file.": (
        "file 필드가 파일 이름 없이 왔으므로 파일이 아니라 텍스트입니다."
    ),
    "Append a File or Blob object, not a string or a path.": (
        "문자열이나 경로가 아니라 File 또는 Blob 객체를 추가하십시오."
    ),
    "File in chunks": "조각난 파일",
    "The file was cut into chunks, each in a form of its own, and each would replace the one before.": (
        "파일이 조각으로 나뉘어 조각마다 따로 폼으로 왔습니다. 그대로 저장하면 조각마다 앞의 것을 덮어씁니다."
    ),
    (
        "Turn chunked uploads off in the upload widget, so that it sends the file whole; or give each chunk "
        "the presigned URL of a part of its own."
    ): (
        "업로드 위젯의 조각 업로드 기능을 꺼서 파일을 통째로 보내게 하십시오. 아니면 조각마다 멀티파트 "
        "업로드의 파트 하나에 대한 presigned URL을 따로 주십시오."
    ),
    "File in a check": "검사에 든 파일",
    "The form that was sent to /check has the file; nothing was checked.": (
        "/check로 보낸 폼에 파일이 들어 있습니다. 아무것도 검사하지 않았습니다."
    ),
    "Leave the field file out of the form for /check, and send it to an upload endpoint afterwards.": (
        "/check로 보내는 폼에서는 file 필드를 빼고, 파일은 그 뒤에 업로드 엔드포인트로 보내십시오."
    ),
    "More than one file": "둘 이상의 파일",
    "The form has more than one part named file.": "폼에 file이라는 파트가 둘 이상 있습니다.",
    "Send one request per file, each with its own presigned URL.": (
        "파일마다 그 파일의 presigned URL과 함께 요청을 하나씩 보내십시오."
    ),
    "Field sent twice": "두 번 온 필드",
    "A field that may appear only once was sent twice.": "한 번만 올 수 있는 필드가 두 번 왔습니다.",
    "Send each field once, and no value in two places.": (
        "필드는 각각 한 번씩만, 값은 한 곳에만 넣어 보내십시오."
    ),
    "No uploadUrl": "uploadUrl 없음",
    "The form has no field named uploadUrl.": "폼에 uploadUrl 필드가 없습니다.",
    "Add a presigned PUT URL as the field uploadUrl, best before the file.": (
        "PUT용 presigned URL을 uploadUrl 필드로 추가하십시오. 파일 앞에 두는 것이 가장 좋습니다."
    ),
    "Not a usable URL": "쓸 수 없는 URL",
    "The field uploadUrl is not a URL that a PUT can go to.": (
        "uploadUrl 필드가 PUT을 보낼 수 있는 URL이 아닙니다."
    ),
    "Send the presigned URL exactly as it was signed: scheme, host, object key and query.": (
        "presigned URL을 서명된 그대로(스킴, 호스트, 객체 키, 쿼리까지) 보내십시오."
    ),
    "URL without a signature": "서명이 없는 URL",
    "The URL in uploadUrl has no signature that its store understands.": (
        "uploadUrl의 URL에 해당 스토리지가 이해하는 서명이 없습니다."
    ),
    (
        "Send the presigned PUT URL with its whole query, not the object's plain address; or the URL of "
        "a presigned POST, which is that of the bucket, with all of its fields."
    ): (
        "객체의 주소만 보내지 말고, PUT용 presigned URL을 쿼리까지 모두 보내십시오. presigned POST라면 "
        "버킷의 URL을 모든 필드와 함께 보내십시오."
    ),
    "Kind of signature not supported": "지원하지 않는 종류의 서명",
    "The URL in uploadUrl is signed in a way that does not work for its store here.": (
        "uploadUrl의 URL이 이 서비스에서 해당 스토리지에 쓸 수 없는 방식으로 서명되었습니다."
    ),
    "Sign a PUT in one of the ways that the message names; SDKs for S3 have a setting for the "
    "signature version.": (
        "메시지에 나온 방식 가운데 하나로 PUT을 서명하십시오. S3용 SDK에는 서명 버전을 정하는 설정이 "
        "있습니다."
    ),
    "URL for another request": "다른 요청용 URL",
    "The URL in uploadUrl was signed for another request than a PUT of a file.": (
        "uploadUrl의 URL이 파일의 PUT이 아닌 다른 요청용으로 서명되었습니다."
    ),
    "Sign a plain PUT of the object (PutObject, Put Blob), or of one part of it, and nothing else.": (
        "객체의 일반 PUT(PutObject, Put Blob)이나 객체의 파트 하나의 PUT용으로만 서명하십시오."
    ),
    "URL signed for an empty body": "빈 본문용으로 서명된 URL",
    "The URL in uploadUrl was signed with the checksum of an empty body, which no file matches.": (
        "uploadUrl의 URL이 빈 본문의 체크섬으로 서명되어, 어떤 파일과도 맞지 않습니다."
    ),
    (
        "Presign with requestChecksumCalculation: 'WHEN_REQUIRED' in the client of the SDK, and without "
        "ChecksumAlgorithm."
    ): (
        "SDK의 클라이언트에 requestChecksumCalculation: 'WHEN_REQUIRED'를 설정하고, ChecksumAlgorithm 없이 "
        "서명하십시오."
    ),
    "Destination not allowed": "허용되지 않은 목적지",
    "This service does not upload to that destination.": "이 서비스는 그 목적지로 업로드하지 않습니다.",
    "Use an allowed store, or ask the operator to list this one in UPLOAD_DESTINATIONS.": (
        "허용된 스토리지를 사용하거나, 운영자에게 이 스토리지를 UPLOAD_DESTINATIONS에 넣어 달라고 "
        "요청하십시오."
    ),
    "Address refused": "거부된 주소",
    "The host in uploadUrl resolves to an address that this service does not connect to.": (
        "uploadUrl의 호스트 이름이 이 서비스가 연결하지 않는 주소로 해석됩니다."
    ),
    "Check the host's name; for a private store ask the operator to list it in UPLOAD_DESTINATIONS.": (
        "호스트 이름을 확인하십시오. 사설 스토리지라면 운영자에게 UPLOAD_DESTINATIONS에 넣어 달라고 "
        "요청하십시오."
    ),
    "Bad max_retries": "잘못된 max_retries",
    "The field max_retries is not a whole number from 0 to 10.": (
        "max_retries 필드의 값이 0부터 10까지의 정수가 아닙니다."
    ),
    "Send a number from 0 to 10, or leave the field out for 3.": (
        "0부터 10까지의 수를 보내십시오. 필드를 빼면 3입니다."
    ),
    "Bad size": "잘못된 size",
    "The field size is not a whole number of bytes.": (
        "size 필드의 값이 바이트 수를 나타내는 정수가 아닙니다."
    ),
    "Send file.size, or leave the field out.": "file.size를 보내거나 필드를 빼십시오.",
    "Size differs": "크기가 다름",
    (
        "The file does not have as many bytes as the field size, or header:content-length, says; nothing "
        "was stored."
    ): (
        "파일의 바이트 수가 size 필드 또는 header:content-length의 값과 다릅니다. 아무것도 저장되지 "
        "않았습니다."
    ),
    "Send file.size of the very file in the form, or leave the field out.": (
        "폼에 넣은 바로 그 파일의 file.size를 보내거나 필드를 빼십시오."
    ),
    "Length not known in time": "제때 알 수 없는 길이",
    (
        "The file has another length than the request let expect, because something follows it or the form "
        "ends in an unusual way; nothing was stored."
    ): (
        "파일 뒤에 다른 내용이 있거나 폼이 드문 방식으로 끝나서, 파일 길이가 요청으로 예상한 것과 "
        "달랐습니다. 아무것도 저장되지 않았습니다."
    ),
    (
        "Put the file last in the form and its length in a field named size before it, or use the retry "
        "endpoint, which keeps a copy."
    ): (
        "파일을 폼의 맨 뒤에 두고 그 앞에 길이를 size 필드로 보내거나, 사본을 보관하는 재시도 엔드포인트를 "
        "사용하십시오."
    ),
    "Bad file type": "잘못된 파일 형식",
    "The file part's Content-Type has characters that a header cannot carry.": (
        "파일 파트의 Content-Type에 헤더에 담을 수 없는 문자가 있습니다."
    ),
    "Send a plain media type such as image/png.": "image/png처럼 일반적인 미디어 타입을 보내십시오.",
    "Header cannot be sent": "보낼 수 없는 헤더",
    "The form or the signed URL names a header that this service does not send.": (
        "폼이나 서명된 URL에 이 서비스가 보내지 않는 헤더가 있습니다."
    ),
    "Leave it out of the form and sign the URL without it; docs/calling.md lists what may be sent.": (
        "폼에서 이 헤더를 빼고, 이 헤더 없이 URL을 서명하십시오. 보낼 수 있는 헤더는 docs/calling.md에 "
        "있습니다."
    ),
    "Bad header value": "잘못된 헤더 값",
    "A header field has a character that a header cannot carry.": (
        "헤더 필드에 헤더에 담을 수 없는 문자가 있습니다."
    ),
    "Send printable ASCII only, without line breaks; encode other characters before you sign.": (
        "줄바꿈 없이 출력 가능한 ASCII만 보내십시오. 다른 문자는 서명하기 전에 인코딩하십시오."
    ),
    "Header not signed": "서명되지 않은 헤더",
    "The form gives a header that the URL is not signed with.": (
        "폼에 URL을 서명할 때 쓰지 않은 헤더가 있습니다."
    ),
    "Sign the URL with this header, or leave its field out.": (
        "이 헤더를 넣어 URL을 서명하거나, 폼에서 이 헤더의 필드를 빼십시오."
    ),
    "Signed header missing": "빠진 서명 헤더",
    "The URL is signed with a header whose value is not in the form.": (
        "URL을 서명할 때 쓴 헤더의 값이 폼에 없습니다."
    ),
    "Send the value that was signed in a field named header:<name>, before the file.": (
        "서명한 값을 파일 앞에 header:<name> 필드로 보내십시오."
    ),
    "Header after the file": "파일 뒤에 온 헤더",
    "A header field came after the service had begun to send the file to storage.": (
        "서비스가 스토리지로 파일을 보내기 시작한 뒤에 헤더 필드가 왔습니다."
    ),
    "Put the fields for headers before the file.": "헤더 필드는 파일 앞에 두십시오.",
    "Bad checksum": "잘못된 체크섬",
    "The field checksum is not an algorithm and a digest.": (
        "checksum 필드가 알고리즘과 다이제스트로 되어 있지 않습니다."
    ),
    "Send crc64nvme:, sha256: or md5: and the digest in hex or base64, or leave the field out.": (
        "crc64nvme:, sha256:, md5: 중 하나와 16진수 또는 base64 다이제스트를 보내거나 필드를 빼십시오."
    ),
    "Checksum after the file": "파일 뒤에 온 체크섬",
    "The field checksum came after the file, and the service had not computed that checksum.": (
        "checksum 필드가 파일 뒤에 왔는데, 서비스는 그 체크섬을 계산해 두지 않았습니다."
    ),
    "Put checksum before the file, or use crc64nvme.": (
        "checksum을 파일 앞에 두거나 crc64nvme를 사용하십시오."
    ),
    "File differs from its checksum": "체크섬과 다른 파일",
    "The file that arrived does not have the checksum that the form gives; nothing was stored.": (
        "도착한 파일의 체크섬이 폼에 적힌 체크섬과 다릅니다. 아무것도 저장되지 않았습니다."
    ),
    "Send the file again; if it stays, compute the checksum of the very bytes in the form.": (
        "파일을 다시 보내십시오. 계속되면 폼에 넣은 바로 그 바이트로 체크섬을 계산하십시오."
    ),
    "File type not allowed": "허용되지 않은 파일 형식",
    "The file's first bytes look like a type that this service does not take.": (
        "파일 앞부분의 바이트로 보아 이 서비스가 받지 않는 형식입니다."
    ),
    (
        "Send an allowed type, or ask whoever limits them to list this one: the operator in "
        "UPLOAD_ALLOWED_TYPES, the back end in its grant; HTML, SVG and XML have to be listed by their "
        "whole names."
    ): (
        "허용된 형식을 보내거나, 제한한 쪽에 이 형식을 넣어 달라고 요청하십시오. 운영자는 "
        "UPLOAD_ALLOWED_TYPES에, 백엔드는 허가에 넣습니다. HTML, SVG, XML은 전체 이름으로 넣어야 합니다."
    ),
    "File type not recognised": "알 수 없는 파일 형식",
    "The file's first bytes do not look like any type that this service knows.": (
        "파일 앞부분의 바이트가 이 서비스가 아는 어떤 형식과도 맞지 않습니다."
    ),
    "Send a whole file of an allowed type, neither encrypted nor damaged.": (
        "암호화되거나 손상되지 않은, 허용된 형식의 온전한 파일을 보내십시오."
    ),
    "File type differs": "파일 형식이 다름",
    "The file's first bytes look like another type than its Content-Type claims.": (
        "파일 앞부분의 바이트로 보아 Content-Type에 적힌 것과 다른 형식입니다."
    ),
    "Send the file with the Content-Type that its bytes have, or without one.": (
        "파일의 바이트에 맞는 Content-Type으로 보내거나, Content-Type 없이 보내십시오."
    ),
    "File too large": "너무 큰 파일",
    "The file is larger than this service accepts.": "파일이 이 서비스가 받는 크기보다 큽니다.",
    (
        "Send a smaller file; if no grant limits it, PUT it to the presigned URL directly. Behind a "
        "Lambda Function URL about 4.5 MB is the most."
    ): (
        "더 작은 파일을 보내십시오. 허가가 제한한 것이 아니라면 presigned URL에 직접 PUT하십시오. Lambda "
        "Function URL 뒤에서는 약 4.5 MB까지입니다."
    ),
    "Too large to wait here": "보관하기에 너무 큰 파일",
    "The file has to wait here for its URL or its length, and is larger than the service can keep.": (
        "파일이 URL이나 길이를 알 때까지 서비스에서 기다려야 하는데, 보관할 수 있는 크기보다 큽니다."
    ),
    "Put uploadUrl before the file and send the request's length, so that nothing has to wait.": (
        "기다릴 필요가 없도록 uploadUrl을 파일 앞에 두고, 요청의 길이를 함께 보내십시오."
    ),
}
