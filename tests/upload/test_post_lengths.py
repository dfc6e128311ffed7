"""The length that the policy of a POST takes: refused at once, while the file streams, or at its end."""

from collections.abc import Callable

import pytest

from tests.support.client.posted_forms import fields_of, orders
from tests.support.client.raw_http import CHECK, Connection, chunked, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.storage.places import whole
from tests.upload.posts import LARGE, SMALL, Post, both_endpoints, refused


@both_endpoints
@pytest.mark.parametrize(
    ("content", "code"), [(b"", "file_too_small"), (b"1234567", "entity_too_large")], ids=["small", "large"]
)
@orders
def test_length_outside_of_the_policy(
    service: Running, at_double_post: Callable[..., Post], content: bytes, code: str, order: str, path: str
) -> None:
    """A file of another length than the policy takes is never stored, in whatever order the form is."""
    to = at_double_post(["content-length-range", 1, 6])
    told = refused(service, path, to.form(content, order), code)
    assert ("at most 6 bytes" in told) or ("no less than 1 bytes" in told)
    assert whole(to.puts) == []


@both_endpoints
@pytest.mark.parametrize(("size", "code"), [(0, "file_too_small"), (7, "entity_too_large"), (5, "ok")])
@pytest.mark.parametrize("first", [True, False])
def test_known_length(
    service: Running, at_double_post: Callable[..., Post], size: int, code: str, first: bool, path: str
) -> None:
    """If the form says the size, it is refused at once: before the file, and by /check as well."""
    to = at_double_post(["content-length-range", 1, 6])
    parts = [field("uploadUrl", to.url), fields_of(to.fields)]
    parts.insert(0 if first else 2, field("size", str(size)))
    checked = post(service.port, CHECK, form(*parts)).json
    assert checked.get("code", "ok") == code
    if code != "ok":
        with Connection(service.port) as connection:
            connection.begin(path, 1 << 20)
            connection.send(b"".join(parts) + file(b""))
            assert connection.answer().json["code"] == code
    assert to.puts == []


@both_endpoints
def test_far_too_long(service: Running, at_double_post: Callable[..., Post], path: str) -> None:
    """A request that is longer than any form with such a file is refused before the file is read."""
    to = at_double_post(["content-length-range", 1, 1000])
    with Connection(service.port) as connection:
        connection.begin(path, 3 << 20)
        connection.send(to.parts(file(b""))[:-25])
        assert connection.answer().json["code"] == "entity_too_large"
    assert to.puts == []


@both_endpoints
def test_never_long_enough(service: Running, at_double_post: Callable[..., Post], path: str) -> None:
    """A request that is too short for any such file is refused before the file is read."""
    to = at_double_post(["content-length-range", 1 << 20, 1 << 21])
    body = to.form(SMALL)
    with Connection(service.port) as connection:
        connection.begin(path, len(body))
        connection.send(body[:-30])
        assert connection.answer().json["code"] == "file_too_small"
    assert to.puts == []


@both_endpoints
@pytest.mark.parametrize("over", [1, 100, 100_000])
def test_a_little_too_long(
    service: Running, at_double_post: Callable[..., Post], over: int, path: str
) -> None:
    """Where the request lets expect more than the policy takes, no POST begins before all is counted."""
    most = len(LARGE) - over
    to = at_double_post(["content-length-range", 1, most])
    refused(service, path, to.form(LARGE), "entity_too_large")
    assert to.puts == []
    answered = post(service.port, path, to.parts(file(LARGE[:most]), field("late", "x" * over)))
    assert answered.status == 200, answered.json
    assert len(whole(to.puts)) == 1


@both_endpoints
def test_too_long_while_it_streams(service: Running, at_double_post: Callable[..., Post], path: str) -> None:
    """A file whose length nobody told ends as soon as it has more bytes than the policy takes."""
    to = at_double_post(["content-length-range", 1, len(LARGE) // 2])
    body = to.form(LARGE)
    with Connection(service.port) as connection:
        connection.begin(path, None)
        connection.send(chunked([body[: len(body) * 3 // 4]]).removesuffix(b"0\r\n\r\n"))
        assert connection.answer().json["code"] == "entity_too_large"
    assert whole(to.puts) == []
