"""What can be read: the page, probes, `/docs` and `/errors`."""

import html

import pytest

from tests.support.ask import ask
from tests.support.problem_documents import assert_problem
from tests.support.service import Running
from tests.support.wire import PLAIN, RETRY
from upload_service import __version__
from upload_service.errors.upload_error import CATALOGUE
from upload_service.pages.error_pages import catalogue_markdown, entry_markdown


def test_index_names_the_service(service: Running) -> None:
    """GET / tells programs what this is, which version, and where the docs are."""
    answer = ask(service.port, "GET", "/")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.json == {
        "message": "upload-service is running",
        "version": __version__,
        "docs": "/docs",
    }


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_index_is_a_page_for_browsers(service: Running, method: str) -> None:
    """A browser gets the page, no cache gives it to a program, and it may use nothing from elsewhere."""
    answer = ask(service.port, method, "/", {"Accept": "text/html,application/xml;q=0.9,*/*;q=0.8"})
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["vary"] == "Accept-Encoding, Accept"
    assert answer.headers["cache-control"] == "no-cache"
    policy = answer.headers["content-security-policy"].split("; ")
    assert {"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'"} < set(policy)
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.body.lower().startswith(b"<!doctype html>") == (method == "GET")


@pytest.mark.parametrize(
    "name", ["docs.html", "page.html", "nothing.js", "..%2Fpages.py", "%2e%2e/pages.py", ""]
)
def test_only_the_pages_files_are_given_out(service: Running, name: str) -> None:
    """A name that is not one of the page's files is an unknown path, also when there is such a file."""
    assert_problem(ask(service.port, "GET", f"/static/{name}"), "not_found")


@pytest.mark.parametrize(("path", "status"), [("/healthz", "ok"), ("/readyz", "ready")])
def test_probes(service: Running, path: str, status: str) -> None:
    """A running service is alive and ready."""
    answer = ask(service.port, "GET", path)
    assert answer.status == 200
    assert answer.json == {"status": status}


def test_docs_is_a_page(service: Running) -> None:
    """GET /docs is an HTML page that names both endpoints."""
    answer = ask(service.port, "GET", "/docs")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.body.lower().startswith(b"<!doctype html>")
    assert PLAIN.encode() in answer.body
    assert RETRY.encode() in answer.body


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


@pytest.mark.parametrize("path", ["/", "/healthz", "/docs", "/errors", "/nowhere"])
def test_head_is_get_without_a_body(service: Running, path: str) -> None:
    """HEAD answers with the status and the headers of GET, and no body."""
    head, get = ask(service.port, "HEAD", path), ask(service.port, "GET", path)
    assert head.body == b""
    assert head.status == get.status
    for name in ("content-type", "content-length"):
        assert head.headers[name] == get.headers[name]
