"""The back ends of the examples that sign parts: the same calls; they sign only what the user may have."""

import base64
import hashlib
import json
import urllib.request
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.examples.parts_back_end import Visitor
from tests.support.service.transcript import TRANSCRIPT
from tests.system.upload_in_parts.conftest import Setting
from tests.system.upload_in_parts.next_parts import next_origin

__all__ = ["next_origin"]
SIZE = 6_000_000
FILE = {"name": "../a.bin", "size": SIZE, "type": "application/x-large"}
NEXT = pytest.param("next", marks=[pytest.mark.node, pytest.mark.slow])


@pytest.fixture(params=["python", NEXT])
def base(request: pytest.FixtureRequest, setting: Setting) -> str:
    """Where the routes are."""
    if request.param == "python":
        return setting.back_end
    return f"{request.getfixturevalue('next_origin')}/api/parts"


@pytest.fixture
def visitor(base: str) -> Visitor:
    """Somebody new."""
    return Visitor(base)


@pytest.fixture
def upload(visitor: Visitor) -> str:
    """The token of an upload that the visitor has created."""
    status, answer = visitor.ask("create", FILE)
    assert status == 200
    return str(answer["upload"])


def name_of(visitor: Visitor) -> str:
    """What stands in keys for the visitor."""
    return hashlib.sha256(visitor.cookie.partition("=")[2].encode()).hexdigest()[:32]


def put(url: str, content: bytes) -> str:
    """The ETag of a part that was sent straight to the store."""
    request = urllib.request.Request(url, content, method="PUT")  # noqa: S310 - the store of the tests
    with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310 - see above
        return str(reply.headers["ETag"])


def sign(visitor: Visitor, upload: str, **asked: Any) -> str:
    """A URL for a part."""
    status, answer = visitor.ask("sign", {"upload": upload, "number": 1, "size": SIZE} | asked)
    assert status == 200, answer
    return TRANSCRIPT.hide(answer["uploadUrl"])


def test_one_upload(setting: Setting, visitor: Visitor, upload: str) -> None:
    """Create, sign, list, complete: the key is the server's choice; complete may come twice."""
    etag = put(sign(visitor, upload), bytes(SIZE))
    listed = visitor.ask("list", {"upload": upload})
    assert listed == (200, {"parts": [{"number": 1, "size": SIZE, "etag": etag}]})
    asked = {"upload": upload, "parts": [{"number": 1, "etag": etag}]}
    status, made = visitor.ask("complete", asked)
    assert (status, made["size"]) == (200, SIZE)
    assert made["key"].startswith(f"uploads/{name_of(visitor)}/")
    assert setting.bucket.get(made["key"]) == bytes(SIZE)
    assert visitor.ask("complete", asked) == (200, made)


def test_cookie_is_no_path(visitor: Visitor) -> None:
    """A cookie that somebody has written leads to no other prefix, and no token shows it."""
    visitor.cookie = "visitor=../../others"
    name = name_of(visitor)
    status, answer = visitor.ask("create", FILE)
    assert status == 200
    content = answer["upload"].partition(".")[0]
    told = base64.urlsafe_b64decode(content + "=" * (-len(content) % 4)).decode()
    assert "others" not in told
    assert f"uploads/{name}/" in told


def test_size_is_signed(visitor: Visitor, upload: str) -> None:
    """A URL is for so many bytes and no others."""
    query = parse_qs(urlsplit(sign(visitor, upload)).query)
    assert query["X-Amz-SignedHeaders"] == ["content-length;host"]


@pytest.mark.parametrize("route", ["sign", "list", "complete", "abort"])
def test_upload_of_another(base: str, visitor: Visitor, upload: str, route: str) -> None:
    """A token is good for the one who created the upload, and for nobody else."""
    other = Visitor(base)
    asked = {"upload": upload, "number": 1, "size": 1, "parts": [{"number": 1, "etag": "e"}]}
    assert other.ask(route, asked) == (401, {"code": "unknown_visitor"})
    other.ask("create", FILE)
    assert other.ask(route, asked) == (403, {"code": "foreign_upload"})
    changed = f"{upload[:-2]}{'AB' if upload[-2:] != 'AB' else 'CD'}"
    assert visitor.ask(route, asked | {"upload": changed}) == (403, {"code": "foreign_upload"})


@pytest.mark.parametrize("number", [0, 10_001, -1, 1.5, "1", None, True])
def test_part_numbers(visitor: Visitor, upload: str, number: object) -> None:
    """1 to 10,000."""
    asked = {"upload": upload, "number": number, "size": 5}
    assert visitor.ask("sign", asked) == (422, {"code": "invalid_number"})


@pytest.mark.parametrize("size", [0, SIZE + 1, "5", None])
def test_part_sizes(visitor: Visitor, upload: str, size: object) -> None:
    """No part is larger than the file that was declared."""
    asked = {"upload": upload, "number": 10_000, "size": size}
    assert visitor.ask("sign", asked) == (422, {"code": "invalid_number"})


def test_parts_of_a_larger_file(visitor: Visitor, upload: str) -> None:
    """Nobody fills the bucket with ten thousand parts that are each as large as the file."""
    for number, size in ((2, SIZE), (2, SIZE // 2 + 1), (10_000, 601)):
        asked = {"upload": upload, "number": number, "size": size}
        assert visitor.ask("sign", asked) == (422, {"code": "invalid_number"})
    for number, size in ((1, SIZE), (2, SIZE // 2), (2, 1), (10_000, 600)):
        assert sign(visitor, upload, number=number, size=size)


def test_visitor_who_comes_back(visitor: Visitor) -> None:
    """What the browser remembers of an upload is of use after its end, so the cookie outlives that, too."""
    visitor.ask("create", FILE)
    assert f"max-age={7 * 24 * 3600};" in f"{visitor.given.lower()};"


@pytest.mark.parametrize("size", [0, (1 << 40) + 1, "5", None])
def test_file_sizes(visitor: Visitor, size: object) -> None:
    """A file that is larger than this server allows is refused before it is begun."""
    assert visitor.ask("create", FILE | {"size": size}) == (422, {"code": "invalid_number"})


def test_other_size_than_declared(visitor: Visitor, upload: str) -> None:
    """More or fewer bytes than were declared are not completed; neither is a part that is not there."""
    etag = put(sign(visitor, upload, size=5), b"12345")
    asked = {"upload": upload, "parts": [{"number": 1, "etag": etag}]}
    assert visitor.ask("complete", asked) == (409, {"code": "size_differs"})
    asked["parts"] = [{"number": 2, "etag": etag}]
    assert visitor.ask("complete", asked) == (409, {"code": "parts_differ"})
    asked["parts"] = [{"number": 1, "etag": '"another"'}]
    assert visitor.ask("complete", asked) == (409, {"code": "parts_differ"})


def test_abort(visitor: Visitor, upload: str) -> None:
    """Nothing is left, and everything says so."""
    assert visitor.ask("abort", {"upload": upload}) == (200, {})
    gone = (404, {"code": "no_such_upload"})
    assert visitor.ask("list", {"upload": upload}) == gone
    assert visitor.ask("complete", {"upload": upload, "parts": [{"number": 1, "etag": "e"}]}) == gone


@pytest.mark.parametrize("asked", [[], "x", {"upload": 5}, {}])
def test_nonsense(visitor: Visitor, upload: str, asked: object) -> None:
    """What is no request is refused, and the server stays."""
    status, answer = visitor.ask("complete", asked)
    assert (status, answer["code"]) in {(400, "invalid_request"), (403, "foreign_upload")}
    assert upload


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
def test_form_of_another_page(base: str, kind: str) -> None:
    """What a form of any page can send in a visitor's name is refused, and gives no cookie."""
    request = urllib.request.Request(  # noqa: S310 - an address of this computer
        f"{base}/create", json.dumps(FILE).encode(), {"Content-Type": kind}, method="POST"
    )
    with pytest.raises(HTTPError) as refused, urllib.request.urlopen(request, timeout=60):  # noqa: S310 - see above
        pass
    with refused.value as answer:
        assert (answer.code, json.loads(answer.read())) == (415, {"code": "not_json"})
        assert answer.headers["Set-Cookie"] is None
