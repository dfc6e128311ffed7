"""A refusal is told in the language that the caller prefers; all else in it is the same."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from devtools import signed_queries

from tests.server.told import Told
from tests.support.client.raw_http import PLAIN, RETRY, Answer, Connection, ask, field, file, form, post
from tests.support.service.problem_documents import assert_problem, assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Reply, StorageDouble, answer, xml
from upload_service.errors.upload_error import CATALOGUE

KOREAN = "ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7"
HANGUL = re.compile("[가-힣]")
# Members that a translation changes, and those that no two answers share.
TRANSLATED, OWN = {"title", "detail"}, {"request_id", "attempt_log"}
STRANGER = "https://attacker.example/bucket/key?"

# What is sent in place of a good form, the code, and the beginning of the Korean detail.
REFUSALS: dict[str, tuple[Callable[[str], bytes], str]] = {
    "empty_body": (lambda _: b"", "요청에 본문이 없습니다."),
    "missing_file": (
        lambda url: form(field("uploadUrl", url), file(b"1").replace(b'"file"', b'"photo"')),
        "폼의 파일이 file 필드가 아닌 다른 필드에 있습니다: photo.",
    ),
    "duplicate_field": (
        lambda url: form(field("uploadUrl", url), field("size", "1"), field("size", "1"), file(b"1")),
        "size 필드가 두 번 왔습니다.",
    ),
    "size_mismatch": (
        lambda url: form(field("uploadUrl", url), field("size", "2"), file(b"1")),
        "파일의 바이트 수가 size 필드 또는 header:content-length의 값과 다릅니다.",
    ),
    "invalid_upload_url": (
        lambda url: form(field("uploadUrl", url.replace("&", "&amp;")), file(b"1")),
        "uploadUrl의 URL을 사용할 수 없습니다. HTML의 표기처럼 & 자리에 &amp;가 있습니다.",
    ),
    "destination_not_allowed": (
        lambda _: form(field("uploadUrl", STRANGER + signed_queries.v4()), file(b"1")),
        "이 서비스는 https://attacker.example:443의 그 경로로 업로드하지 않습니다.",
    ),
    "header_not_signed": (
        lambda url: form(field("uploadUrl", url), field("header:x-amz-meta-a", "1"), file(b"1")),
        "URL을 서명할 때 x-amz-meta-a 헤더를 넣지 않았습니다.",
    ),
    "file_in_chunks": (
        lambda url: form(field("uploadUrl", url), field("dztotalchunkcount", "3"), file(b"1")),
        "dztotalchunkcount 필드에 따르면 파일이 조각 3개로 나뉘어 있습니다.",
    ),
    "url_expired": (
        lambda url: form(field("uploadUrl", re.sub(r"Date=\d{8}T", "Date=20200101T", url)), file(b"1")),
        "presigned URL이 만료되었습니다. 백엔드에서 새 presigned URL을 받아 파일을 다시 보내십시오.",
    ),
    "signature_mismatch": (
        lambda url: form(field("uploadUrl", url), file(b"1")),
        "서명이 이 요청과 맞지 않는다고 스토리지가 응답했습니다. URL의 서명에 포함된 헤더는 host뿐입니다.",
    ),
}


def refused(service: Running, body: bytes, language: str) -> Answer:
    """The answer to this body, in the language."""
    return post(service.port, PLAIN, body, f"Accept-Language: {language}")


@pytest.mark.parametrize("code", REFUSALS)
def test_refusal_in_both_languages(
    service: Running, double: StorageDouble, double_url: Callable[[str], str], code: str
) -> None:
    """Title and detail are Korean or English, the headers say which, and every other member is the same."""
    make, said = REFUSALS[code]
    double.script(f"languages/{code}", *[Reply(answer(403, xml("SignatureDoesNotMatch")))] * 2)
    body = make(double_url(f"languages/{code}"))
    korean, english = (refused(service, body, language) for language in (KOREAN, "en-GB, ko;q=0.5"))
    for answered, language in ((korean, "ko"), (english, "en")):
        assert answered.headers["content-language"] == language
        assert answered.headers["vary"] == "Accept-Language"
        assert answered.headers["content-type"] == "application/problem+json; charset=utf-8"
    storage = (403, "SignatureDoesNotMatch") if code == "signature_mismatch" else None
    assert_refused(service, english, code, PLAIN, storage)
    assert korean.json["detail"].startswith(said)
    assert HANGUL.search(korean.json["title"])
    assert korean.json.keys() == english.json.keys()
    assert without(korean.json, TRANSLATED | OWN) == without(english.json, TRANSLATED | OWN)
    assert said[:6].encode() in korean.body  # to be read as it is, without escapes
    assert english.body.isascii()


def without(document: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """The document's other members."""
    return {name: value for name, value in document.items() if name not in names}


def test_log_is_the_same_in_every_language(service: Running) -> None:
    """What operators read does not depend on the caller's language."""
    events = [service.upload_event(refused(service, b"", language).request_id) for language in (KOREAN, "en")]
    korean, english = (without(event, {"timestamp", "request_id", "duration_ms"}) for event in events)
    assert korean == english
    assert not HANGUL.search(json.dumps(korean, ensure_ascii=False))


@pytest.mark.parametrize("path", [PLAIN, RETRY])
def test_progress_ends_in_the_callers_language(
    service: Running, double: StorageDouble, double_url: Callable[[str], str], path: str
) -> None:
    """The last of the progress lines is Korean, and the head of the answer has said so."""
    double.script("languages/lines", Reply(answer(403, xml("AccessDenied"))))
    body = form(field("uploadUrl", double_url("languages/lines")), file(b"1"))
    with Told(service, path, len(body), headers={"Accept-Language": KOREAN}) as upload:
        upload.send(body)
        *_, last = upload.lines()
        headers = upload.response.headers
    assert (headers["Content-Language"], headers["Vary"]) == ("ko", "Accept-Language")
    assert last["detail"].startswith("스토리지가 접근을 거부했습니다.")
    assert last["code"] == "access_denied"


@pytest.mark.parametrize(
    ("method", "path", "code", "said"),
    [
        ("GET", "/nowhere", "not_found", "이 경로에는 아무것도 없습니다."),
        ("GET", "/errors/no_such_code", "not_found", "이런 코드의 오류는 없습니다."),
        ("DELETE", PLAIN, "method_not_allowed", "이 경로는 그 메서드에 응답하지 않습니다."),
    ],
)
def test_paths_and_methods(service: Running, method: str, path: str, code: str, said: str) -> None:
    """An unknown path and a wrong method are told in Korean, and in English to who asks for nothing."""
    korean = ask(service.port, method, path, {"Accept-Language": KOREAN})
    assert (korean.json["code"], korean.headers["content-language"]) == (code, "ko")
    assert korean.json["detail"].startswith(said)
    english = ask(service.port, method, path)
    assert english.headers["content-language"] == "en"
    assert_problem(english, code)


def test_vary_names_everything() -> None:
    """Where the answer depends on the page's origin as well, Vary names both headers, in one line."""
    with Running(UPLOAD_CORS_ORIGINS="https://app.example") as service:
        answered = ask(service.port, "GET", "/nowhere", {"Origin": "https://app.example"})
        assert answered.headers["vary"] == "Accept-Language, Origin"


def test_request_that_cannot_be_read_is_answered_in_english(service: Running) -> None:
    """Nobody knows the language of a broken head."""
    with Connection(service.port) as connection:
        connection.send(b"GET / HTTP/1.1\r\nHost: a\r\nAccept-Language: ko\r\nbad header: 1\r\n\r\n")
        answered = connection.answer()
    assert answered.headers["content-language"] == "en"
    assert answered.json["title"] == CATALOGUE["bad_request"].title
