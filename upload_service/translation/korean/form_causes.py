"""Korean. What more is known of a request and its form: `multipart/`, `content/`, `server/`, `upload/`."""

TEXTS = {
    "The file claims to be {claim}, but its bytes look like {seen}.": (
        "파일의 Content-Type은 {claim}인데, 파일의 바이트로 보아 {seen} 형식입니다."
    ),
    "The file's bytes look like {seen}, which is not among the allowed types: {listed}.": (
        "파일의 바이트로 보아 {seen} 형식인데, 허용된 형식이 아닙니다. 허용된 형식: {listed}."
    ),
    "something else": "다른 형식",
    "A Content-Type has a comma outside of quotation marks.": "Content-Type에 따옴표 밖의 쉼표가 있습니다.",
    "A Content-Type is not a type and a subtype with whole parameters behind them.": (
        "Content-Type이 형식과 하위 형식, 그리고 온전한 매개변수로 되어 있지 않습니다."
    ),
    "The file comes without a type, and the object's name ends in .{ending}: some stores would serve it as "
    "{name}, which it may not be.": (
        "파일에 Content-Type이 없고 객체 이름의 확장자는 .{ending}입니다. 이런 객체를 {name} 형식으로 "
        "내보내는 저장소가 있는데, 이 파일에는 허용되지 않는 형식입니다."
    ),
    "The file claims to be {claim}, which is not among the allowed types: {listed}.": (
        "파일의 Content-Type은 {claim}인데, 허용된 형식이 아닙니다. 허용된 형식: {listed}."
    ),
    "of a type": "이름을 여기에 옮기지 않은 형식",
    "The file is empty, so it has no type.": "파일이 비어 있어 형식이 없습니다.",
    (
        "The file's bytes look like {seen}, and it claims to be {name}, which is not among the allowed "
        "types: {listed}."
    ): (
        "파일의 바이트로 보아 {seen} 형식이고 Content-Type은 {name}인데, 허용된 형식이 아닙니다. 허용된 "
        "형식: {listed}."
    ),
    (
        "The answer had begun by then, as direct=true in Accept asked for; a proxy in between may send no "
        "more of the request after that. Leave direct=true out."
    ): (
        "Accept의 direct=true 때문에 그때는 이미 응답이 시작되었습니다. 중간의 프록시는 응답이 시작되면 "
        "요청의 나머지를 보내지 않을 수 있습니다. direct=true를 빼십시오."
    ),
    "The boundary that Content-Type names did not come.": "Content-Type에 적힌 boundary가 오지 않았습니다.",
    "The boundary that Content-Type names is not in the first MiB of the body.": (
        "본문의 첫 1 MiB 안에 Content-Type에 적힌 boundary가 없습니다."
    ),
    "{field} is longer than 8 KiB.": "{field}가 8 KiB보다 깁니다.",
    "No file was chosen: the file part has no name and no bytes.": (
        "파일을 선택하지 않았습니다. 파일 파트에 이름도 바이트도 없습니다."
    ),
    "the request's length": "요청의 길이",
    "the Content-Length of its part": "파트의 Content-Length",
    "The body begins with another boundary than Content-Type names.": (
        "본문이 Content-Type에 적힌 것과 다른 boundary로 시작합니다."
    ),
    "The lines with the boundary lack the two dashes before it.": (
        "boundary가 있는 줄의 앞에 줄표(-) 두 개가 없습니다."
    ),
    "A part of the form has the same header twice.": "폼의 한 파트에 같은 헤더가 두 번 있습니다.",
    "A field whose name is not repeated here": "이름을 여기에 옮기지 않은 필드",
    "The field {name}": "{name} 필드",
    "{count} with a name that is not repeated here": "이름을 여기에 옮기지 않은 필드 {count}개",
    "The part named file has a Content-Type and no file name: give it a file name.": (
        "file 파트에 Content-Type만 있고 파일 이름이 없습니다. 파일 이름을 주십시오."
    ),
    "The form has a file in {fields}, and none in a field named file.": (
        "폼의 파일이 file 필드가 아닌 다른 필드에 있습니다: {fields}."
    ),
    "The form has no file in a field named file; it has {fields}.": (
        "폼의 file 필드에 파일이 없습니다. 폼에 있는 필드: {fields}."
    ),
    "{field} cannot be decoded from its transfer encoding, {coding}.": (
        "{field}를 전송 인코딩({coding})에서 되돌릴 수 없습니다."
    ),
    "one without a name in RFC 2045": "RFC 2045에 없는 인코딩",
    "The file's part has a Content-Transfer-Encoding, {coding}, that is not undone here.": (
        "파일 파트에 여기서 풀지 않는 Content-Transfer-Encoding({coding})이 있습니다."
    ),
    "The service is stopping.": "서비스가 종료 중입니다.",
    "There is no error with this code.": "이런 코드의 오류는 없습니다.",
    "The request has more than one Authorization header.": "요청에 Authorization 헤더가 둘 이상 있습니다.",
    "The request carries no API token.": "요청에 API 토큰이 없습니다.",
    "The request has a Transfer-Encoding other than chunked.": (
        "요청의 Transfer-Encoding이 chunked가 아닙니다."
    ),
    "The request's chunked encoding is broken.": "요청의 chunked 인코딩이 깨졌습니다.",
    "The field {field} is not a whole number of bytes.": (
        "{field} 필드의 값이 바이트 수를 나타내는 정수가 아닙니다."
    ),
    "{field} came twice.": "{field}가 두 번 왔습니다.",
    "The fields size, header:content-length and header:content-range differ.": (
        "size, header:content-length, header:content-range 필드가 말하는 크기가 서로 다릅니다."
    ),
    "The header Content-Range ends before it begins, or behind the end of the object.": (
        "Content-Range 헤더의 끝이 시작보다 앞이거나, 객체의 끝보다 뒤입니다."
    ),
    "Only the last piece may have a length that is not a multiple of 256 KiB.": (
        "길이가 256 KiB의 배수가 아니어도 되는 것은 마지막 조각뿐입니다."
    ),
    "The list of blocks is longer than 8 MiB.": "블록 목록이 8 MiB보다 깁니다.",
    "The list has more than 50,000 blocks.": "목록에 블록이 50,000개보다 많습니다.",
    "The ids in the list of blocks are not all of the same length.": (
        "블록 목록에 있는 id의 길이가 모두 같지는 않습니다."
    ),
    "An id in the list of blocks is not base64 of at most 64 bytes.": (
        "블록 목록의 id 가운데 64바이트 이하를 base64로 쓴 것이 아닌 것이 있습니다."
    ),
    "The header {name} came twice.": "{name} 헤더가 두 번 왔습니다.",
    "The header {name} came after the file had begun to be sent.": (
        "파일을 보내기 시작한 뒤에 {name} 헤더가 왔습니다."
    ),
    "The headers for storage are longer than 16 KiB together.": (
        "스토리지에 보낼 헤더가 모두 합쳐 16 KiB를 넘습니다."
    ),
    "a field, or other text, follows it in the form": "폼에서 파일 뒤에 필드나 다른 텍스트가 있습니다",
    "{count} bytes more": "{count}바이트 많습니다",
    "{count} bytes fewer": "{count}바이트 적습니다",
    "the form ends without the usual line break": "폼의 끝에 보통 있는 줄바꿈이 없습니다",
    "the form ends with one line break more than usual": "폼의 끝에 줄바꿈이 보통보다 하나 더 있습니다",
    "The file has {count} bytes, {off} than {source} lets expect: {reason}; nothing was stored.": (
        "파일이 {count}바이트로, {source}에서 예상한 것보다 {off}. {reason}. 아무것도 저장되지 않았습니다."
    ),
    "The file has {count} bytes, {off} than {source} lets expect; nothing was stored.": (
        "파일이 {count}바이트로, {source}에서 예상한 것보다 {off}. 아무것도 저장되지 않았습니다."
    ),
    "1 byte more": "1바이트 많습니다",
    "1 byte fewer": "1바이트 적습니다",
    "Plupload's option chunk_size, or WebUploader's option chunked": (
        "Plupload의 chunk_size 옵션 또는 WebUploader의 chunked 옵션"
    ),
    "bootstrap-fileinput's option enableResumableUpload": "bootstrap-fileinput의 enableResumableUpload 옵션",
    "Dropzone's option chunking": "Dropzone의 chunking 옵션",
    "Flow.js, which always cuts files over its option chunkSize": (
        "chunkSize 옵션보다 큰 파일을 항상 나누는 Flow.js"
    ),
    "Fine Uploader's option chunking.enabled": "Fine Uploader의 chunking.enabled 옵션",
    "Resumable.js, which always cuts files over its option chunkSize": (
        "chunkSize 옵션보다 큰 파일을 항상 나누는 Resumable.js"
    ),
    "Syncfusion Uploader's option chunkSize": "Syncfusion Uploader의 chunkSize 옵션",
    "simple-uploader.js, which always cuts files over its option chunkSize": (
        "chunkSize 옵션보다 큰 파일을 항상 나누는 simple-uploader.js"
    ),
    "The field {field} says that the file is cut into {count} chunks; it comes with {widget}.": (
        "{field} 필드에 따르면 파일이 조각 {count}개로 나뉘어 있습니다. 이 필드를 보내는 것: {widget}."
    ),
    (
        "The header Content-Range says that this is a part of a file; it comes with jQuery File Upload's "
        "option maxChunkSize."
    ): (
        "Content-Range 헤더에 따르면 파일의 일부입니다. 이 헤더는 jQuery File Upload의 maxChunkSize 옵션 "
        "때문에 옵니다."
    ),
}
