"""The catalogue of errors as a page: Markdown for programs, HTML for browsers, English and Korean."""

import html

import pytest

from tests.support.client.raw_http import ask
from tests.support.service.running_service import Running
from upload_service.errors.upload_error import CATALOGUE
from upload_service.pages.error_pages import catalogue_markdown, entry_markdown
from upload_service.translation.phrase import Language, translated


def test_errors_is_the_catalogue(service: Running) -> None:
    """GET /errors is the page of all errors, and GET /errors/<code> is the entry as it stands there."""
    page = ask(service.port, "GET", "/errors")
    assert page.status == 200
    assert page.headers["content-type"].startswith("text/markdown")
    assert page.body.decode() == catalogue_markdown()
    for code, entry in CATALOGUE.items():
        answer = ask(service.port, "GET", f"/errors/{code}")
        assert answer.status == 200
        assert answer.body.decode() == entry_markdown(entry)
        assert answer.body in page.body


@pytest.mark.parametrize("path", ["/errors", *(f"/errors/{code}" for code in CATALOGUE)])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_browsers_get_errors_as_a_page(service: Running, path: str, language: Language) -> None:
    """Browsers get the same sentences as a page that may load nothing but our own stylesheet."""
    asked = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": language}
    answer = ask(service.port, "GET", path, asked)
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-language"] == language
    assert answer.headers["vary"] == "Accept-Encoding, Accept, Accept-Language"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    words, wanted = html.unescape(answer.body.decode()), path.rpartition("/")[2]
    assert f'<html lang="{language}">' in words
    for entry in CATALOGUE.values():
        said = {translated(text, language) for text in (entry.cause, entry.cure, entry.remedy, entry.title)}
        assert all(sentence in words for sentence in said) is (wanted in ("errors", entry.code))


def test_korean_page_has_no_english_words(service: Running) -> None:
    """In Korean the headings, labels and facts are Korean, too."""
    asked = {"Accept": "text/html", "Accept-Language": "ko"}
    page = ask(service.port, "GET", "/errors/storage_error", asked).body.decode()
    for words in (">오류</a>", "<b>할 일:</b>", "<b>운영자가 할 일:</b>"):
        assert words in page
    assert "HTTP 502. 조치할 쪽: storage. 같은 요청을 다시 보내면 성공할 수 있습니다." in page
    assert "Errors" not in page
    assert "<title>오류</title>" in ask(service.port, "GET", "/errors", asked).body.decode()


def test_programs_get_korean_markdown(service: Running) -> None:
    """Who prefers Korean and no page gets the catalogue in Korean, with codes and faults as they are."""
    page = ask(service.port, "GET", "/errors", {"Accept-Language": "ko, en;q=0.5"})
    assert page.headers["content-type"].startswith("text/markdown")
    assert (page.headers["content-language"], page.headers["vary"]) == ("ko", "Accept, Accept-Language")
    text = page.body.decode()
    assert text == catalogue_markdown("ko")
    assert text.startswith("# 오류\n\n모든 실패는")
    for code, entry in CATALOGUE.items():
        assert (
            f"## {code}\n\n**{translated(entry.title, 'ko')}.** HTTP {entry.status}, fault `{entry.fault}`"
            in text
        )
    one = ask(service.port, "GET", "/errors/too_busy", {"Accept-Language": "ko"})
    assert one.body.decode() == entry_markdown(CATALOGUE["too_busy"], "ko")
    assert "나중에 성공할 수 있음(retryable): 예.\n\n" in one.body.decode()
    assert "\n\n운영자가 할 일: " in one.body.decode()
