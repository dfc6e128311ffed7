"""What the service gives out for its page, without a browser: sizes, words, and the setting."""

import re

import pytest

from tests.support.client.raw_http import ask
from tests.support.service.running_service import Running
from upload_service.pages.endpoints import PAGE_FILES, PARTS_FILES
from upload_service.pages.static_files import FIXED_WORDS, STATIC

MOST_BYTES = 36_000
MOST_BYTES_FOR_PARTS = 32_000
HANGUL = re.compile("[가-힣]")
WORDS = (STATIC / "words.js").read_text(encoding="utf-8")
HTML = (STATIC / "page.html").read_text(encoding="utf-8")
BROWSER_ACCEPT = {"Accept": "text/html,*/*;q=0.8"}


def test_page_is_small() -> None:
    """All that a browser loads for the page is less than 36 kB; for a large file it is 32 kB more."""
    assert sum((STATIC / name).stat().st_size for name in {"page.html", *PAGE_FILES}) < MOST_BYTES
    assert sum((STATIC / name).stat().st_size for name in PARTS_FILES) < MOST_BYTES_FOR_PARTS


@pytest.mark.parametrize(
    ("accept_language", "language"), [("ko-KR,ko;q=0.9,en;q=0.8", "ko"), ("fr", "en"), ("", "en")]
)
def test_page_is_right_without_a_script(service: Running, accept_language: str, language: str) -> None:
    """The service writes the page's fixed words in the language that the browser prefers, and says which."""
    index = ask(service.port, "GET", "/", BROWSER_ACCEPT | {"Accept-Language": accept_language})
    assert index.headers["content-language"] == language
    assert index.headers["vary"] == "Accept-Encoding, Accept, Accept-Language"
    page = index.body.decode()
    assert f'<html lang="{language}"' in page
    words = FIXED_WORDS.findall(page)
    assert len(words) == len(FIXED_WORDS.findall(HTML)) >= 12
    assert [bool(HANGUL.search(each)) for each in words] == [language == "ko"] * len(words)


def test_every_word_of_the_script_has_its_korean() -> None:
    """Each text of words.js stands there in English and in Korean."""
    pairs = re.findall(
        r'^  \w+: \[\s*"((?:[^"\\]|\\.)*)",\s+"((?:[^"\\]|\\.)*)",?\s*\],$', WORDS, re.MULTILINE
    )
    assert len(pairs) == len(re.findall(r"^  \w+: \[", WORDS, re.MULTILINE)) >= 30
    for english, korean in pairs:
        assert not HANGUL.search(english)
        assert HANGUL.search(korean)
        assert english.count("{0}") == korean.count("{0}")


def test_page_can_be_taken_off() -> None:
    """With UPLOAD_PAGE=off browsers get JSON like everybody, and the page's files are not there."""
    with Running(UPLOAD_PAGE="off") as service:
        index = ask(service.port, "GET", "/", BROWSER_ACCEPT)
        assert index.json["message"] == "upload-service is running"
        assert "content-security-policy" not in index.headers
        files = PAGE_FILES | PARTS_FILES
        assert {ask(service.port, "GET", f"/static/{name}").status for name in files} == {404}


def test_signer_is_told_to_the_page_alone() -> None:
    """A signer's URL stands in the page, escaped, and its origin in the policy."""
    with Running(UPLOAD_PAGE="https://app.example.com:8443/sign?for=page&x=1") as service:
        index = ask(service.port, "GET", "/", BROWSER_ACCEPT)
        assert b'data-signer="https://app.example.com:8443/sign?for=page&amp;x=1"' in index.body
        assert "connect-src 'self' https://app.example.com:8443;" in index.headers["content-security-policy"]
        assert b"example.com" not in ask(service.port, "GET", "/").body


def test_policy_needs_no_exception() -> None:
    """No script, style or handler stands inside the page, and no file of it names another server."""
    assert not re.search(r"<style|style=|<script(?![^>]* src=)|\son\w+=", HTML)
    for name in ("page.html", *PAGE_FILES, *PARTS_FILES):
        text = (STATIC / name).read_text(encoding="utf-8")
        assert re.findall(r"https?://[^\s'\"/]+", text.replace("http://www.w3.org/2000/svg", "")) == []
