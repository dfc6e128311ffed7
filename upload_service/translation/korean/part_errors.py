"""Korean. Failures of a form with a part, a piece or a list of blocks: `errors/catalogue/client.py`."""

TEXTS = {
    "Type of a part not known": "형식을 알 수 없는 조각",
    (
        "The bytes are only a part of an object, so its type cannot be seen, and this service takes some "
        "types only."
    ): "객체의 한 조각일 뿐이어서 형식을 알 수 없는데, 이 서비스는 정해진 형식만 받습니다.",
    (
        "Send the file whole, or ask for the word parts in UPLOAD_ALLOWED_TYPES and in the types of the "
        "grant."
    ): (
        "파일을 통째로 보내거나, UPLOAD_ALLOWED_TYPES와 허가의 types에 parts라는 단어를 넣어 달라고 "
        "요청하십시오."
    ),
    "Bad Content-Range": "잘못된 Content-Range",
    "The header Content-Range is not one that a resumable session takes.": (
        "Content-Range 헤더가 재개 가능한 세션이 받는 형식이 아닙니다."
    ),
    (
        "Send header:content-range as bytes 0-262143/1000000 with a piece, which has a multiple of 256 KiB "
        "unless it is the last one, or as bytes */1000000 with an empty file to ask how far it is."
    ): (
        "조각과 함께 header:content-range를 bytes 0-262143/1000000 형식으로 보내십시오. 마지막 조각이 아니면 "
        "길이가 256 KiB의 배수여야 합니다. 어디까지 올라갔는지 물으려면 빈 파일과 함께 bytes */1000000으로 "
        "보내십시오."
    ),
    "Not a list of blocks": "블록 목록이 아님",
    "The file is not the XML that Azure's Put Block List takes.": (
        "파일이 Azure의 Put Block List가 받는 XML이 아닙니다."
    ),
    (
        "Send <BlockList><Latest>id</Latest></BlockList> with the ids of blocks that are uploaded: base64 "
        "of at most 64 bytes, all of one length, at most 50,000."
    ): (
        "업로드한 블록의 id를 <BlockList><Latest>id</Latest></BlockList> 형식으로 보내십시오. id는 64바이트 "
        "이하를 base64로 쓴 것이고 길이가 모두 같아야 하며, 50,000개까지 가능합니다."
    ),
}
