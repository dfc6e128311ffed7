"""What can be read: the page, probes and `/docs`."""

import pytest

from tests.support.client.raw_http import PLAIN, RETRY, ask
from tests.support.service.problem_documents import assert_problem
from tests.support.service.running_service import Running
from upload_service import __version__


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
    assert answer.headers["vary"] == "Accept-Encoding, Accept, Accept-Language"
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


@pytest.mark.parametrize("path", ["/", "/healthz", "/docs", "/errors", "/nowhere"])
def test_head_is_get_without_a_body(service: Running, path: str) -> None:
    """HEAD answers with the status and the headers of GET, and no body."""
    head, get = ask(service.port, "HEAD", path), ask(service.port, "GET", path)
    assert head.body == b""
    assert head.status == get.status
    for name in ("content-type", "content-length"):
        assert head.headers[name] == get.headers[name]
