"""What the service gives out for its page, without a browser: sizes, words, and the setting."""

import re

from tests.support.client.raw_http import ask
from tests.support.service.running_service import Running
from upload_service.errors.upload_error import CATALOGUE
from upload_service.pages.endpoints import PAGE_FILES
from upload_service.pages.static_files import STATIC

MOST_BYTES = 34_000
WORDS = (STATIC / "words.js").read_text(encoding="utf-8")
HTML = (STATIC / "page.html").read_text(encoding="utf-8")
BROWSER_ACCEPT = {"Accept": "text/html,*/*;q=0.8"}


def test_page_is_small() -> None:
    """All that a browser loads for the page is less than 34 kB before compression."""
    assert sum((STATIC / name).stat().st_size for name in {"page.html", *PAGE_FILES}) < MOST_BYTES


def test_korean_sentences_are_of_errors_that_exist() -> None:
    """Every code with a Korean sentence stands in the catalogue."""
    table = WORDS[WORDS.index("const KO_ERRORS") :].split("};")[0]
    codes = re.findall(r"^  (\w+):", table, re.MULTILINE)
    assert len(codes) >= 12
    assert set(codes) <= set(CATALOGUE)


def test_every_fixed_word_has_its_korean() -> None:
    """The page's fixed words and their Korean table name the same things."""
    table = WORDS[WORDS.index("const KO_FIXED") :].split("};")[0]
    assert sorted(re.findall(r"^  (\w+):", table, re.MULTILINE)) == sorted(
        re.findall(r'data-word="(\w+)"', HTML)
    )


def test_page_can_be_taken_off() -> None:
    """With UPLOAD_PAGE=off browsers get JSON like everybody, and the page's files are not there."""
    with Running(UPLOAD_PAGE="off") as service:
        index = ask(service.port, "GET", "/", BROWSER_ACCEPT)
        assert index.json["message"] == "upload-service is running"
        assert "content-security-policy" not in index.headers
        assert {ask(service.port, "GET", f"/static/{name}").status for name in PAGE_FILES} == {404}


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
    for name in ("page.html", *PAGE_FILES):
        text = (STATIC / name).read_text(encoding="utf-8")
        assert re.findall(r"https?://[^\s'\"/]+", text.replace("http://www.w3.org/2000/svg", "")) == []
