"""What holds for every request: unknown paths, wrong methods, odd headers, request ids."""

import pytest

from tests.support.client.raw_http import PLAIN, RETRY, ask
from tests.support.service.problem_documents import assert_problem
from tests.support.service.running_service import Running


@pytest.mark.parametrize(
    "path", ["/nowhere", "/healthz/", "/errors/no_such_code", "/errors/url_expired/x", PLAIN + "/"]
)
def test_unknown_path(service: Running, path: str) -> None:
    """An unknown path is a problem document with 404."""
    assert_problem(ask(service.port, "GET", path), "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", PLAIN, {"POST"}),
        ("PUT", RETRY, {"POST"}),
        ("DELETE", "/", {"GET", "HEAD"}),
        ("POST", "/readyz", {"GET", "HEAD"}),
        ("POST", "/errors/url_expired", {"GET", "HEAD"}),
    ],
)
def test_wrong_method(service: Running, method: str, path: str, allow: set[str]) -> None:
    """A wrong method is a problem document with 405, and Allow names the right ones."""
    answer = ask(service.port, method, path)
    assert_problem(answer, "method_not_allowed")
    assert set(answer.headers["allow"].replace(" ", "").split(",")) == allow


@pytest.mark.parametrize(
    ("path", "allow"), [(PLAIN, "POST,OPTIONS"), ("/healthz", "GET,HEAD,OPTIONS"), ("/nowhere", "OPTIONS")]
)
def test_options_name_the_methods(service: Running, path: str, allow: str) -> None:
    """OPTIONS answers with the methods that this very path has."""
    answer = ask(service.port, "OPTIONS", path)
    assert answer.status == 204
    assert answer.headers["allow"] == allow


@pytest.mark.parametrize(
    ("path", "header", "value"),
    [
        ("/", "Expect", "the-unexpected"),
        ("/docs", "Range", "bytes=1000000-"),
        ("/docs", "If-Match", '"another"'),
    ],
)
def test_odd_headers_get_no_other_kind_of_failure(
    service: Running, path: str, header: str, value: str
) -> None:
    """A header that makes the HTTP library refuse is ignored, or refused with a problem document."""
    answer = ask(service.port, "GET", path, {header: value})
    assert answer.status == 200 or answer.headers["content-type"].startswith("application/problem+json")


@pytest.mark.parametrize("given", ["7", "A-z_0.9", "x" * 128])
def test_usable_request_id_is_kept(service: Running, given: str) -> None:
    """The caller's id comes back in the header and the document, and stands in the log."""
    answer = ask(service.port, "POST", PLAIN, {"X-Request-Id": given})
    assert answer.request_id == given
    assert answer.json["request_id"] == given
    assert service.upload_event(given)["code"] == answer.json["code"]


@pytest.mark.parametrize(
    "given", [None, "", "x" * 129, "a b", "a/b", "a\tb", "é", "<script>", "a;b"], ids=repr
)
def test_unusable_request_id_is_replaced(service: Running, given: str | None) -> None:
    """Without an id, or with one that is too long or has other characters, a new one is made and logged."""
    answer = ask(service.port, "POST", PLAIN, {} if given is None else {"X-Request-Id": given})
    assert len(answer.request_id) == 32
    assert answer.json["request_id"] == answer.request_id
    assert service.upload_event(answer.request_id)["code"] == answer.json["code"]
