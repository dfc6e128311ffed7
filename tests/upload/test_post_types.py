"""UPLOAD_ALLOWED_TYPES and a presigned POST: the types that are judged are those that are sent."""

from collections.abc import Callable, Iterator

import pytest

from tests.server.test_allowed_types import HTML, PDF, PNG, SVG
from tests.support.client.posted_forms import orders
from tests.support.client.raw_http import CHECK, post
from tests.support.service.running_service import Running
from tests.support.storage.places import whole
from tests.support.storage.storage_double import StorageDouble
from tests.upload.posts import Post, both_endpoints

# The file's bytes, its part's type, fields, the key, and our code.
Row = tuple[bytes, str, dict[str, str], str, str]


@pytest.fixture(scope="module")
def picky(double: StorageDouble) -> Iterator[Running]:
    """A service that takes images and PDF only."""
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_ALLOWED_TYPES="image/*,application/pdf") as running:
        yield running


@both_endpoints
@orders
@pytest.mark.parametrize(
    "row",
    [
        (PNG, "image/png", {}, "k", "ok"),
        (PNG, "image/png", {"Content-Type": "image/png"}, "k.png", "ok"),
        (PDF, "image/png", {}, "k", "type_mismatch"),
        (PNG, "text/html", {}, "k", "type_mismatch"),
        (HTML, "image/png", {"Content-Type": "image/png"}, "k", "type_mismatch"),
        (PNG, "image/png", {"Content-Type": "image/${filename}"}, "k", "invalid_content_type"),
        (PNG, "image/png", {"Content-Type": "image/png, text/html"}, "k", "invalid_content_type"),
        # Without a type of its own the object gets one by its name in some stores.
        (PNG, "image/png", {}, "k.html", "type_not_allowed"),
        (PNG, "image/png", {}, "${filename}", "type_not_allowed"),
        (PNG, "image/png", {"Content-Type": "image/png"}, "${filename}", "ok"),
        (SVG, "image/png", {}, "k", "type_mismatch"),
    ],
)
def test_allowed_types(
    picky: Running,
    at_double_post: Callable[..., Post],
    row: Row,
    order: str,
    path: str,
) -> None:
    """The types that are judged are those that are sent, and the ending is that of the key."""
    content, part, more, key, code = row
    to = at_double_post(key=key, **more)
    answered = post(picky.port, path, to.form(content, order, filename="a.html", content_type=part))
    assert answered.json.get("code", "ok") == code, answered.json
    assert len(whole(to.puts)) == len(to.puts) == (1 if code == "ok" else 0)


@both_endpoints
@orders
@pytest.mark.parametrize("name", ["Content-Type", "content-TYPE"])
def test_type_that_no_file_may_have(
    picky: Running, at_double_post: Callable[..., Post], name: str, order: str, path: str
) -> None:
    """It is refused before the file is read, where it is known by then."""
    to = at_double_post(**{name: "text/html"})
    answered = post(picky.port, path, to.form(PNG, order))
    assert answered.json["code"] == ("type_not_allowed" if order.endswith("-file") else "type_mismatch")
    assert to.puts == []


@pytest.mark.parametrize(
    ("content_type", "code"),
    [
        ("image/png", "ok"),
        ("text/html", "type_not_allowed"),
        ("image/png, text/html", "invalid_content_type"),
        ("image/${filename}", "invalid_content_type"),
    ],
)
def test_check_of_the_type(
    picky: Running, at_double_post: Callable[..., Post], content_type: str, code: str
) -> None:
    """A check says of the field what the upload would say."""
    to = at_double_post(**{"Content-Type": content_type})
    assert post(picky.port, CHECK, to.parts()).json.get("code", "ok") == code


def test_check_of_several_types(service: Running, at_double_post: Callable[..., Post]) -> None:
    """So it does without a list of allowed types."""
    to = at_double_post(**{"Content-Type": "image/png, text/html"})
    assert post(service.port, CHECK, to.parts()).json["code"] == "invalid_content_type"
