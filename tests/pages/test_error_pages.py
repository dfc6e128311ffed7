"""The catalogue of errors as a page: in Markdown for programs, in HTML for browsers."""

import html

import pytest

from tests.support.client.raw_http import ask
from tests.support.service.running_service import Running
from upload_service.errors.upload_error import CATALOGUE
from upload_service.pages.error_pages import catalogue_markdown, entry_markdown


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
def test_browsers_get_errors_as_a_page(service: Running, path: str) -> None:
    """Browsers get the same sentences as a page that may load nothing but our own stylesheet."""
    answer = ask(service.port, "GET", path, {"Accept": "text/html,*/*;q=0.8"})
    assert answer.headers["content-type"].startswith("text/html")
    assert "Accept" in answer.headers["vary"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'; script-src 'self'")
    words, wanted = html.unescape(answer.body.decode()), path.rpartition("/")[2]
    for entry in CATALOGUE.values():
        said = {entry.cause, entry.cure, entry.remedy, entry.title}
        assert all(sentence in words for sentence in said) is (wanted in ("errors", entry.code))
