"""Korean. The fixed words of the pages: `pages/`."""

TEXTS = {
    "Sends files to storage through presigned URLs.": "presigned URL로 파일을 스토리지에 올립니다.",
    "This page needs JavaScript.": "이 페이지를 사용하려면 JavaScript가 필요합니다.",
    "Drop files here, or choose them": "여기에 파일을 놓거나 선택하세요",
    "Pasting files and pictures works too": "파일이나 이미지를 붙여 넣어도 됩니다",
    "Presigned URLs": "presigned URL 목록",
    (
        "One on each line, in the order of the files. They go to this service with the file, and are kept "
        "nowhere."
    ): ("파일 순서대로 한 줄에 하나씩. 파일과 함께 이 서비스로 보내고 남기지 않습니다."),
    "Try again when storage fails": "스토리지 오류 시 다시 시도",
    "up to": "최대",
    "more times": "회 더",
    "Upload": "업로드",
    "Token of this service": "서비스 토큰",
    "Continue": "계속",
    "Files": "파일",
    "Errors": "오류",
    "What to do:": "할 일:",
    "For the operator:": "운영자가 할 일:",
    "the same request, sent again, may succeed later": "같은 요청을 다시 보내면 성공할 수 있습니다",
    "the same request, sent again, will not succeed": "같은 요청을 다시 보내도 성공하지 못합니다",
    "HTTP {status}, fault `{fault}`, retryable: {answer}.": (
        "HTTP {status}, fault `{fault}`, 나중에 성공할 수 있음(retryable): {answer}."
    ),
    "HTTP {status}; whose turn it is: {fault}; {outlook}.": "HTTP {status}. 조치할 쪽: {fault}. {outlook}.",
    "yes": "예",
    "no": "아니요",
    """\
Every failure is an `application/problem+json` answer (RFC 9457) whose `code` stands below; its `type` is
`/errors/<code>`. `fault` says whose turn it is: `client` (the caller or whoever signed the URL), `storage`,
or `service` (this service's operator). `retryable` says whether the same request may succeed later; for
`storage_bad_answer` an answer may say no, although yes stands here: a web server in a store's place stays
there. `stored` is `false`, or `null` when storage had the whole file and nobody knows what became of it.

This page is made from the tables in `upload_service/errors/catalogue`.""": (
        """모든 실패는 `application/problem+json` 응답(RFC 9457)이며, 그 `code`가 아래에 있습니다. `type`은
`/errors/<code>`입니다. `fault`는 누가 조치할 차례인지를 나타냅니다. `client`(호출자 또는 URL을 서명한 쪽),
`storage`, `service`(이 서비스의 운영자) 중 하나입니다. `retryable`은 같은 요청이 나중에는 성공할 수 있는지를
나타냅니다. `storage_bad_answer`는 여기에 '예'로 되어 있어도 응답에서는 아닐 수 있습니다. 스토리지 자리에 있는
웹 서버는 그대로이기 때문입니다. `stored`는 `false`이거나, 스토리지가 파일을 다 받은 뒤 어떻게 되었는지 알 수
없으면 `null`입니다.

이 페이지는 `upload_service/errors/catalogue`의 표로 만듭니다."""
    ),
}
