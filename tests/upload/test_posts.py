"""An upload with a presigned POST: what its form may say, and what is refused before storage hears of it."""

import json
import uuid
from collections.abc import Callable

import pytest
from devtools import signed_posts, signed_queries

from tests.support.client.posted_forms import fields_of, hide, ways
from tests.support.client.raw_http import CHECK, PLAIN, Connection, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.places import whole
from tests.support.storage.storage_double import StorageDouble
from tests.upload.posts import LARGE, SMALL, Post, both_endpoints, refused


@both_endpoints
@ways
@pytest.mark.parametrize("order", ["fields-file", "file-fields"])
def test_no_url(
    service: Running, at_double_post: Callable[..., Post], way: str, order: str, path: str
) -> None:
    """Fields alone lead nowhere."""
    parts = {"fields": fields_of(at_double_post().fields, way), "file": file(SMALL)}
    refused(service, path, form(*(parts[name] for name in order.split("-"))), "missing_upload_url")


@both_endpoints
@pytest.mark.parametrize("order", ["url-file", "file-url"])
def test_no_fields(service: Running, at_double_post: Callable[..., Post], order: str, path: str) -> None:
    """A URL without a query may be that of a POST or of a PUT; what is said helps in both cases."""
    to = at_double_post()
    parts = {"url": field("uploadUrl", to.url), "file": file(SMALL)}
    body = form(*(parts[name] for name in order.split("-")))
    told = refused(service, path, body, "url_not_signed")
    assert "If it is that of a presigned POST, its fields did not come" in told
    assert "if it is that of a PUT, its query is missing" in told
    assert post(service.port, CHECK, form(parts["url"])).json["code"] == "url_not_signed"
    assert to.puts == []


@both_endpoints
@ways
@pytest.mark.parametrize("url_first", [True, False])
def test_fields_with_the_url_of_a_put(
    service: Running, double: StorageDouble, way: str, url_first: bool, path: str
) -> None:
    """A signed URL and the fields of a POST exclude each other."""
    puts = double.script(key := f"posts/{uuid.uuid4().hex}")
    url = TRANSCRIPT.hide(f"{double.url}{key}?{signed_queries.v4()}")
    parts = [field("uploadUrl", url), fields_of(signed_posts.v4(), way)]
    body = form(*(parts if url_first else parts[::-1]), file(SMALL))
    assert "has a query" in refused(service, path, body, "invalid_fields")
    assert puts == []


@both_endpoints
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ([field("field:acl", "private")], "duplicate_field"),
        ([field("header:x-amz-meta-a", "b")], "header_not_allowed"),
        ([field("header:host", "elsewhere.example")], "header_not_allowed"),
        ([field("contentType", "text/plain")], "policy_not_met"),
        ([field("contentType", "image/webp")], "ok"),
        ([field("header:Content-Type", "image/webp")], "ok"),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_what_else_the_form_says(
    service: Running,
    at_double_post: Callable[..., Post],
    more: list[bytes],
    code: str,
    first: bool,
    path: str,
) -> None:
    """Fields come in one way and once, no header goes with them, and a type fits the policy."""
    to = at_double_post(["starts-with", "$Content-Type", "image/"])
    parts = [field("uploadUrl", to.url), fields_of(to.fields)]
    body = form(*(more + parts if first else parts + more), file(SMALL, content_type="image/png"))
    answered = post(service.port, path, body)
    assert answered.json.get("code", "ok") == code, answered.json
    if code == "ok":
        assert b'name="Content-Type"\r\n\r\nimage/webp\r\n' in bytes(to.puts[0].body)
        assert b"Content-Type: image/webp\r\n\r\n12345" in bytes(to.puts[0].body)
    else:
        assert to.puts == []


@both_endpoints
def test_two_types(service: Running, at_double_post: Callable[..., Post], path: str) -> None:
    """`contentType` beside a signed Content-Type must be the same."""
    to = at_double_post(**{"Content-Type": "image/webp"})
    for given, code in (("image/png", "duplicate_field"), ("image/webp", "ok")):
        answered = post(service.port, path, to.parts(field("contentType", given), file(SMALL)))
        assert answered.json.get("code", "ok") == code


@both_endpoints
def test_type_of_the_file_that_the_policy_does_not_take(
    service: Running, at_double_post: Callable[..., Post], path: str
) -> None:
    """The file's own type is compared as soon as the file begins, and nothing is sent."""
    to = at_double_post(["starts-with", "$Content-Type", "image/"])
    body = to.form(SMALL, content_type="text/html")
    assert "another beginning of the field content-type" in refused(service, path, body, "policy_not_met")
    assert to.puts == []


@both_endpoints
@ways
def test_order_of_single_fields_after_the_file(
    service: Running, at_double_post: Callable[..., Post], way: str, path: str
) -> None:
    """Single fields may stand on both sides of the file, as long as the POST has not begun."""
    to = at_double_post()
    single = [field(f"field:{name}", value) for name, value in hide(to.fields).items()]
    url = field("uploadUrl", to.url)
    split = form(url, *single[:2], file(SMALL), *single[2:])
    assert post(service.port, path, split).status == 200
    late = form(url, *single, field("size", "5"), file(SMALL), field("field:x-ignore-a", "b"))
    assert post(service.port, path, late).json["code"] == "header_too_late"
    assert len(whole(to.puts)) == 1


@both_endpoints
@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "invalid_fields"),
        ('{"key": 1}', "invalid_fields"),
        (json.dumps({"key": "a" * 32768}), "field_too_long"),
        (json.dumps({f"x-amz-meta-{number}": "" for number in range(101)}), "invalid_fields"),
    ],
)
def test_no_usable_fields(
    service: Running, at_double_post: Callable[..., Post], text: str, code: str, path: str
) -> None:
    """What is no object of strings is refused when it comes, by /check as well."""
    url = field("uploadUrl", at_double_post().url)
    refused(service, path, form(url, field("fields", text), file(SMALL)), code)
    refused(service, path, form(field("fields", "{}"), field("fields", "{}"), file(b"")), "duplicate_field")
    assert post(service.port, CHECK, form(url, field("fields", text))).json["code"] == code


def test_fields_as_long_as_they_may_be(service: Running, at_double_post: Callable[..., Post]) -> None:
    """32 KiB of fields are read; any other field still has its bound of 8 KiB."""
    value = "a" * 11000
    to = at_double_post(**{"x-amz-meta-a": value})
    assert len(json.dumps(to.fields)) > 25000
    assert post(service.port, PLAIN, to.form()).status == 200
    body = form(field("uploadUrl", "a" * 9000), file(SMALL))
    assert post(service.port, PLAIN, body).json["code"] == "field_too_long"


@ways
def test_check(service: Running, at_double_post: Callable[..., Post], way: str) -> None:
    """/check takes the same fields, and says of a right POST that nothing speaks against it."""
    to = at_double_post(["starts-with", "$Content-Type", "image/"], key="in/${filename}")
    assert post(service.port, CHECK, to.parts(way=way)).json["ok"] is True
    typed = to.parts(field("contentType", "text/plain"), way=way)
    assert post(service.port, CHECK, typed).json["code"] == "policy_not_met"
    to.fields["policy"] = signed_posts.policy([], expires="2020-01-01T00:00:00Z")
    assert post(service.port, CHECK, to.parts(way=way)).json["code"] == "url_expired"
    assert to.puts == []


@both_endpoints
def test_declared_checksum(service: Running, at_double_post: Callable[..., Post], path: str) -> None:
    """A file that is not the one that the caller declared is not stored, as with a PUT."""
    to = at_double_post()
    wrong = to.parts(field("checksum", f"md5:{'0' * 32}"), file(SMALL))
    refused(service, path, wrong, "checksum_differs")
    right = to.parts(field("checksum", "md5:827ccb0eea8a706c4c34a16891f84e7b"), file(SMALL))
    assert post(service.port, path, right).status == 200
    assert len(whole(to.puts)) == len(to.puts) == 1


def test_progress(service: Running, at_double_post: Callable[..., Post]) -> None:
    """The lines of progress count the file's bytes, not the form's."""
    to = at_double_post()
    body = to.form(LARGE)
    with Connection(service.port) as connection:
        connection.head(PLAIN, len(body), "Accept: application/x-ndjson")
        connection.send(body)
        text = b""
        while b'"success"' not in text:
            text += connection.socket.recv(65536)
    totals = {line["total"] for line in map(json.loads, _lines(text)) if "total" in line}
    assert totals <= {len(LARGE)}


def _lines(text: bytes) -> list[bytes]:
    return [line for line in text.split(b"\n") if line.strip().startswith(b'{"event"')]
