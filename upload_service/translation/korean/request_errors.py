"""Korean. Failures of the request that brings the form: `errors/catalogue/client.py`."""

TEXTS = {
    "Unknown path": "알 수 없는 경로",
    "There is nothing at this path.": "이 경로에는 아무것도 없습니다.",
    "Send a POST to /upload-with-presigned or /upload-with-presigned-retry; GET / names the docs.": (
        "업로드는 /upload-with-presigned 또는 /upload-with-presigned-retry에 POST로 보내십시오. GET /가 "
        "문서의 위치를 알려 줍니다."
    ),
    "Wrong method": "잘못된 메서드",
    "This path does not answer that method.": "이 경로는 그 메서드에 응답하지 않습니다.",
    "Use one of the methods in the Allow header.": "Allow 헤더에 있는 메서드를 사용하십시오.",
    "Not understood": "이해할 수 없는 요청",
    "The request could not be understood as HTTP.": "요청을 HTTP로 해석할 수 없습니다.",
    "Send well-formed HTTP/1.1 with header lines of at most 8 KiB.": (
        "규격에 맞는 HTTP/1.1로, 헤더 한 줄을 8 KiB 이하로 보내십시오."
    ),
    "Request head too slow": "너무 느린 요청 헤더",
    "The head of the request did not arrive in time.": "요청 헤더가 제때 도착하지 않았습니다.",
    "Request head too large": "너무 큰 요청 헤더",
    "The head of the request, all its lines together, is longer than 64 KiB.": (
        "요청 헤더 전체의 길이가 64 KiB를 넘습니다."
    ),
    "Send fewer or shorter header lines and cookies; put the URL into the form.": (
        "헤더와 쿠키의 수나 길이를 줄이고, URL은 폼에 넣어 보내십시오."
    ),
    "Send the request again; check the connection of the device that sends it.": (
        "요청을 다시 보내고, 보내는 기기의 연결을 확인하십시오."
    ),
    "Not authorized": "인증되지 않음",
    "The API token of the request is not one that this service knows.": (
        "요청의 API 토큰은 이 서비스가 아는 토큰이 아닙니다."
    ),
    (
        "Send the header Authorization: Bearer with a token that the operator gave you, or a new one from "
        "where you log in."
    ): (
        "운영자가 준 토큰, 또는 로그인하는 곳에서 새로 받은 토큰을 Authorization: Bearer 헤더에 담아 "
        "보내십시오."
    ),
    "Token does not allow uploads": "업로드를 허용하지 않는 토큰",
    "The token is valid, but it does not hold what this service requires of callers.": (
        "토큰은 유효하지만, 이 서비스가 호출자에게 요구하는 것이 토큰에 없습니다."
    ),
    "Ask whoever runs the application for the permission to upload, and get a new token then.": (
        "애플리케이션을 운영하는 쪽에 업로드 권한을 요청한 뒤 새 토큰을 받으십시오."
    ),
    "Too many requests": "너무 많은 요청",
    "Too many uploads were started from this network address in a short time.": (
        "이 네트워크 주소에서 짧은 시간에 너무 많은 업로드를 시작했습니다."
    ),
    "Send the file again after the seconds in Retry-After.": (
        "Retry-After의 초만큼 기다린 뒤 파일을 다시 보내십시오."
    ),
    "Too many uploads at once": "동시 업로드가 너무 많음",
    "This network address already runs as many uploads at once as it may.": (
        "이 네트워크 주소에 허용된 동시 업로드 수가 이미 찼습니다."
    ),
    "Send the file again when one of them has ended, or after the seconds in Retry-After.": (
        "그중 하나가 끝난 뒤, 또는 Retry-After의 초만큼 기다린 뒤 파일을 다시 보내십시오."
    ),
    "Not a form": "폼이 아님",
    "The request body is not multipart/form-data.": "요청 본문이 multipart/form-data가 아닙니다.",
    "Send a FormData object and leave the Content-Type header to the browser or HTTP library.": (
        "FormData 객체를 보내고, Content-Type 헤더는 브라우저나 HTTP 라이브러리에 맡기십시오."
    ),
    "No boundary": "boundary 없음",
    "The Content-Type header has no usable boundary.": "Content-Type 헤더에 쓸 수 있는 boundary가 없습니다.",
    "Do not set Content-Type yourself: the HTTP library adds it with the boundary.": (
        "Content-Type을 직접 설정하지 마십시오. HTTP 라이브러리가 boundary와 함께 넣어 줍니다."
    ),
    "Boundary not in the body": "본문에 boundary 없음",
    "The boundary that the Content-Type header names is not in the body.": (
        "Content-Type 헤더에 적힌 boundary가 본문에 없습니다."
    ),
    "Do not set Content-Type yourself: the HTTP library adds it with the boundary of the body.": (
        "Content-Type을 직접 설정하지 마십시오. HTTP 라이브러리가 본문의 boundary와 함께 넣어 줍니다."
    ),
    "Compressed request": "압축된 요청",
    "The request body has a Content-Encoding.": "요청 본문에 Content-Encoding이 있습니다.",
    "Send the form as it is, without compressing it.": "폼을 압축하지 말고 그대로 보내십시오.",
    "Empty request": "빈 요청",
    "The request has no body.": "요청에 본문이 없습니다.",
    "Send a multipart/form-data body with the fields file and uploadUrl.": (
        "file 필드와 uploadUrl 필드가 있는 multipart/form-data 본문을 보내십시오."
    ),
    "Malformed form": "형식이 잘못된 폼",
    "The body breaks the rules of multipart/form-data.": "본문이 multipart/form-data 규칙에 어긋납니다.",
    "Build the form with FormData or your HTTP library, not by hand.": (
        "폼을 손으로 만들지 말고 FormData나 HTTP 라이브러리로 만드십시오."
    ),
    "Encoded part": "인코딩된 파트",
    "A part of the form has a Content-Transfer-Encoding that is not undone here.": (
        "폼의 한 파트에 여기서 풀지 않는 Content-Transfer-Encoding이 있습니다."
    ),
    "Send the file's bytes as they are, without base64 or quoted-printable.": (
        "파일을 base64나 quoted-printable로 바꾸지 말고 바이트 그대로 보내십시오."
    ),
    "Form cut off": "잘린 폼",
    "The form ended before its closing boundary.": "닫는 boundary가 나오기 전에 폼이 끝났습니다.",
    "Send the whole form; if a proxy stands between, check its limit on request bodies.": (
        "폼 전체를 보내십시오. 중간에 프록시가 있으면 요청 본문의 크기 제한을 확인하십시오."
    ),
    "Part headers too long": "너무 긴 파트 헤더",
    "A part of the form has more than 16 header lines or one longer than 8 KiB, or the headers of all "
    "parts are longer than 64 KiB together.": (
        "폼의 한 파트에 헤더가 16줄 넘게 있거나, 8 KiB보다 긴 헤더 줄이 있거나, 모든 파트의 "
        "헤더를 합하면 64 KiB보다 깁니다."
    ),
    "Shorten the file name or the parts' headers.": "파일 이름이나 파트의 헤더를 줄이십시오.",
    "Field too long": "너무 긴 필드",
    "A field of the form is longer than 8 KiB, or everything beside the file is more than 1 MiB.": (
        "폼의 한 필드가 8 KiB보다 길거나, 파일을 뺀 나머지가 모두 합쳐 1 MiB를 넘습니다."
    ),
    "Send the file in a field named file, and shorten or leave out the other fields.": (
        "파일은 file 필드로 보내고, 다른 필드는 줄이거나 빼십시오."
    ),
    "Too many parts": "파트가 너무 많음",
    "The form has more than 64 parts.": "폼의 파트가 64개를 넘습니다.",
    "Send only the fields of the contract.": "명세에 있는 필드만 보내십시오.",
    "Chunks too small": "너무 작은 청크",
    "The request uses too many chunks under 512 bytes.": "요청에 512바이트보다 작은 청크가 너무 많습니다.",
    "Send the form with its length, or in chunks of 4 KiB and more.": (
        "폼을 길이와 함께 보내거나, 4 KiB 이상의 청크로 보내십시오."
    ),
    "Sender stalled": "전송이 멈춤",
    "No byte of the request arrived for too long.": "너무 오랫동안 요청이 한 바이트도 도착하지 않았습니다.",
    "Send the file again; check the connection of the device that sends it.": (
        "파일을 다시 보내고, 보내는 기기의 연결을 확인하십시오."
    ),
    "Sender too slow": "너무 느린 전송",
    "The upload is slower than the minimum speed.": "업로드가 최저 속도보다 느립니다.",
    "Send the file again from a better network.": "더 나은 네트워크에서 파일을 다시 보내십시오.",
    "Sender left": "클라이언트 연결 끊김",
    "The connection closed before the whole request had arrived.": (
        "요청이 모두 도착하기 전에 연결이 닫혔습니다."
    ),
    "Send the file again; nothing was stored.": "파일을 다시 보내십시오. 아무것도 저장되지 않았습니다.",
}
