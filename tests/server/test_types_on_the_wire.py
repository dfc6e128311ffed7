"""UPLOAD_ALLOWED_TYPES: what is judged is what the PUT carries, wherever a type comes from."""

import itertools
import uuid
from collections.abc import Callable, Iterator

import pytest
from devtools.signed_queries import sas, v2, v4
from local.store import Bucket

from tests.support.client.raw_http import CHECK, PLAIN, RETRY, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Put, Reply, StorageDouble, answer, xml

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
HTML = b"<!DOCTYPE html><script>alert(1)</script>"
TWO = "image/png; a=b, text/html"
QUERIES = {"v4": v4(), "v2": v2(), "sas": sas()}
# A place for a type, and the kinds of URL with which it reaches storage.
FIELDS = [
    (name, query)
    for name, queries in {
        "contentType": ("v4", "v2", "sas"),
        "header:Content-Type": ("v4", "v2", "sas"),
        "header:x-ms-blob-content-type": ("sas",),
    }.items()
    for query in queries
]
ORDERS = ["url-field-file", "file-field-url", "field-file-url"]

At = Callable[[str], tuple[str, list[Put]]]


@pytest.fixture(scope="module")
def picky(bucket: Bucket, double: StorageDouble) -> Iterator[Running]:
    """The service, taking images and text."""
    with Running(
        UPLOAD_DESTINATIONS=f"{bucket.url},{double.url}", UPLOAD_ALLOWED_TYPES="image/*,text/*"
    ) as running:
        yield running


@pytest.fixture
def at(double: StorageDouble) -> At:
    """A new URL with this query, and what storage hears of it."""

    def make(query: str) -> tuple[str, list[Put]]:
        key = f"carried/{uuid.uuid4().hex}"
        return TRANSCRIPT.hide(f"{double.url}{key}?{query}"), double.script(key)

    return make


def ordered(order: str, parts: dict[str, bytes]) -> bytes:
    """The form with its parts in this order."""
    return form(*(parts[name] for name in order.split("-")))


@pytest.mark.parametrize("path", [PLAIN, RETRY])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize(("name", "query"), FIELDS)
@pytest.mark.parametrize(
    ("value", "code"),
    [
        (TWO, "invalid_content_type"),
        ("", "invalid_content_type"),
        ("image/png; a", "invalid_content_type"),
        ("png", "invalid_content_type"),
        ("text/html", "type_mismatch"),
        ("multipart/x-mixed-replace", "type_mismatch"),
    ],
)
def test_field(
    picky: Running, at: At, path: str, order: str, name: str, query: str, value: str, code: str
) -> None:
    """A type in a field obeys the grammar and fits the bytes, or storage hears nothing."""
    url, puts = at(QUERIES[query])
    parts = {"url": field("uploadUrl", url), "field": field(name, value), "file": file(PNG + HTML)}
    answered = post(picky.port, path, ordered(order, parts))
    allowed = {code, "type_not_allowed"} if code == "type_mismatch" else {code}
    assert answered.json["code"] in allowed
    assert puts == []


@pytest.mark.parametrize("path", [PLAIN, RETRY])
@pytest.mark.parametrize("order", ["url-file", "file-url"])
@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("value", [TWO, "image/png; a", 'image/png; a="', "image/png text/html", "text/html"])
def test_part(picky: Running, at: At, path: str, order: str, query: str, value: str) -> None:
    """So does the type of the file's part."""
    url, puts = at(QUERIES[query])
    parts = {"url": field("uploadUrl", url), "file": file(PNG + HTML, content_type=value)}
    answered = post(picky.port, path, ordered(order, parts))
    assert answered.json["code"] == ("type_mismatch" if value == "text/html" else "invalid_content_type")
    assert puts == []


@pytest.mark.parametrize("path", [PLAIN, RETRY])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("value", ["image/png", "application/octet-stream"])
def test_one_harmless_type_does_not_hide_another(
    picky: Running, at: At, path: str, order: str, value: str
) -> None:
    """Azure gets two headers with a type: each is judged, the part's own too."""
    url, puts = at(sas())
    parts = {
        "url": field("uploadUrl", url),
        "field": field("header:x-ms-blob-content-type", value),
        "file": file(PNG + HTML, content_type="text/html"),
    }
    assert post(picky.port, path, ordered(order, parts)).json["code"] == "type_mismatch"
    assert puts == []


@pytest.mark.parametrize("path", [PLAIN, RETRY])
@pytest.mark.parametrize("order", ["url-file", "file-url"])
@pytest.mark.parametrize(
    ("query", "code"),
    [
        (f"{v2()}&Content-Type=text%2Fhtml", "type_mismatch"),
        (f"{v2()}&content-type=image%2Fpng%2C%20text%2Fhtml", "invalid_content_type"),
        (f"{v2()}&content-type=", "invalid_content_type"),
        (f"{v4()}&Content-Type=text%2Fhtml", "type_mismatch"),
        (f"{v4()}&content%2Dtype=text%2Fhtml", "type_mismatch"),
        (f"{sas()}&rsct=text%2Fhtml", "type_mismatch"),
        (f"{sas()}&RSCT=image%2Fpng%2Ctext%2Fhtml", "invalid_content_type"),
    ],
)
def test_query(picky: Running, at: At, path: str, order: str, query: str, code: str) -> None:
    """A type in the URL's query is judged like one in a header."""
    url, puts = at(query)
    answered = post(
        picky.port, path, ordered(order, {"url": field("uploadUrl", url), "file": file(PNG + HTML)})
    )
    assert answered.json["code"] in ({code, "type_not_allowed"} if code == "type_mismatch" else {code})
    assert puts == []


@pytest.mark.parametrize(
    "name", ["text/jscript", "text/livescript", "text/javascript1.5", "text/x-ecmascript"]
)
@pytest.mark.parametrize("where", ["part", "contentType"])
def test_other_names_of_javascript(picky: Running, at: At, name: str, where: str) -> None:
    """A wildcard for text does not stand for JavaScript, whatever its name."""
    url, puts = at(v4())
    content = b"alert(1)"
    parts = [field("uploadUrl", url), file(content, content_type=name)]
    if where == "contentType":
        parts = [field("uploadUrl", url), field(where, name), file(content, content_type="text/plain")]
    assert post(picky.port, PLAIN, form(*parts)).json["code"] == "type_not_allowed"
    assert puts == []


@pytest.mark.parametrize("path", [PLAIN, RETRY])
@pytest.mark.parametrize("order", ["url-file", "file-url"])
@pytest.mark.parametrize("content_type", [None, "application/octet-stream", "image/png"])
def test_name_that_gives_a_type(
    picky: Running,
    bucket: Bucket,
    presign: Callable[..., str],
    path: str,
    order: str,
    content_type: str | None,
) -> None:
    """SeaweedFS gives what comes without a type that of its name: no page can be stored as an image."""
    key = f"carried/{uuid.uuid4().hex}.html"
    parts = {
        "url": field("uploadUrl", presign(key)),
        "file": file(PNG + HTML, content_type=content_type),
    }
    answered = post(picky.port, path, ordered(order, parts))
    head = bucket.head(key)
    if content_type == "image/png":
        assert head
        assert head.content_type == "image/png"
    else:
        assert answered.json["code"] == "type_not_allowed"
        assert "ends in .html" in answered.json["detail"]
        assert head is None


def test_every_attempt_carries_what_was_judged(picky: Running, double: StorageDouble) -> None:
    """The retry endpoint sends the same headers again and again."""
    key = f"carried/{uuid.uuid4().hex}"
    failed = Reply(answer(503, xml("SlowDown")))
    puts = double.script(key, failed, failed, Reply())
    parts = form(
        field("uploadUrl", TRANSCRIPT.hide(f"{double.url}{key}?{v4()}")),
        field("contentType", 'image/png; name="a, b"'),
        file(PNG, content_type="image/gif"),
    )
    assert post(picky.port, RETRY, parts).json["success"] is True
    assert [put.header("content-type") for put in puts] == ['image/png; name="a, b"'] * 3


@pytest.mark.parametrize("path", [PLAIN, RETRY])
@pytest.mark.parametrize(("value", "is_sent"), [("png", True), ("image/png; a", True), (TWO, False)])
@pytest.mark.parametrize("where", ["part", "contentType"])
def test_without_a_list_only_several_types_are_refused(
    service: Running, at: At, path: str, value: str, is_sent: bool, where: str
) -> None:
    """Where types are not judged, an odd type passes as it is, and several types never do."""
    url, puts = at(v4())
    parts = [field("uploadUrl", url), file(b"12345", content_type=value)]
    if where == "contentType":
        parts = [field("uploadUrl", url), field(where, value), file(b"12345")]
    answered = post(service.port, path, form(*parts))
    if is_sent:
        assert answered.json["success"] is True
        assert puts[0].header("content-type") == value
    else:
        assert answered.json["code"] == "invalid_content_type"
        assert puts == []


@pytest.mark.parametrize(
    ("query", "fields", "ending", "code"),
    [
        ("v4", {"contentType": TWO}, "", "invalid_content_type"),
        ("v4", {"contentType": ""}, "", "invalid_content_type"),
        ("v4", {"contentType": "text/html"}, "", "type_not_allowed"),
        ("v4", {"contentType": "text/jscript"}, "", "type_not_allowed"),
        (
            "sas",
            {"contentType": "image/png", "header:x-ms-blob-content-type": ""},
            "",
            "invalid_content_type",
        ),
        (
            "sas",
            {"contentType": "text/html", "header:x-ms-blob-content-type": "image/png"},
            "",
            "type_not_allowed",
        ),
        ("v4", {"contentType": "application/octet-stream"}, ".html", "type_not_allowed"),
        ("v2", {"contentType": "application/octet-stream"}, ".SVG", "type_not_allowed"),
        ("v4", {"contentType": "image/png"}, ".html", "ok"),
        ("v2", {}, ".html", "type_not_allowed"),
        ("v2", {"contentType": "image/png"}, ".html", "ok"),
        ("v4", {}, ".html", "ok"),
    ],
)
def test_check_judges_the_same(
    picky: Running, double: StorageDouble, query: str, fields: dict[str, str], ending: str, code: str
) -> None:
    """What a form says before its file is judged by /check as by an upload."""
    url = TRANSCRIPT.hide(f"{double.url}carried/{uuid.uuid4().hex}{ending}?{QUERIES[query]}")
    texts = [field("uploadUrl", url), *(field(*each) for each in fields.items())]
    for parts in itertools.permutations(texts):
        answered = post(picky.port, CHECK, form(*parts)).json
        assert answered.get("code", "ok") == code
