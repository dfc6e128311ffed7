"""The signers of ./scripts/local and of compose: uploads in parts, each bound to a token."""

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from compose import keys, presign, upload_token
from compose.part_uploads import ACTIONS, MOST_PARTS, Rules
from compose.signer import Signer, local_names
from local.page_signer import signing
from local.store import Bucket

from tests.support.client.ask_signer import PAGE_PORT, ask
from tests.support.service.transcript import TRANSCRIPT

PART = 5 << 20
RULES = Rules(from_bytes=PART + 1, part_bytes=PART)
CONTENT = [b"a" * PART, b"the rest"]
SIZE = sum(map(len, CONTENT))
FILE: dict[str, Any] = {"name": "film.mp4", "type": "video/mp4", "size": SIZE}


@contextmanager
def compose_signing(bucket: Bucket) -> Iterator[str]:
    """The signer as compose runs it, with presign.py's signatures, for this bucket."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(presign, "HOST", urlsplit(bucket.endpoint).netloc)
        patch.setattr(keys, "BUCKET", bucket.name)
        patch.setattr(keys, "read", lambda: (bucket.access_key, bucket.secret_key))
        secret = upload_token.secret_from(keys.read()[1])
        with Signer(("127.0.0.1", 0), presign.presign, secret, local_names(PAGE_PORT), rules=RULES) as signer:
            thread = threading.Thread(target=signer.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            yield signer.url
            signer.shutdown()
            thread.join()


@pytest.fixture(scope="module", params=["local", "compose"])
def port(bucket: Bucket, request: pytest.FixtureRequest) -> Iterator[int]:
    """Where a signer listens that offers parts for small files."""
    made = signing(bucket, PAGE_PORT, RULES) if request.param == "local" else compose_signing(bucket)
    with made as url:
        yield urlsplit(url).port or 0


def said(port: int, status: int = 200, **asked: Any) -> Any:
    """What the signer answers to this."""
    found, _, given = ask(port, json.dumps(asked).encode())
    assert (found, given) == (status, given)
    return given


def create(port: int) -> str:
    """The token of a new upload."""
    (token,) = said(port, action="create", **FILE).values()
    return str(token)


def put(port: int, token: str, number: int, content: bytes | None = None) -> str:
    """Send a part straight to storage; its ETag."""
    given = said(port, action="sign", upload=token, number=number)
    url = urlsplit(TRANSCRIPT.hide(given["uploadUrl"]))
    connection = http.client.HTTPConnection(url.netloc, timeout=60)
    connection.request("PUT", f"{url.path}?{url.query}", body=content or CONTENT[number - 1])
    reply = connection.getresponse()
    assert (reply.status, reply.read()) == (200, b"")
    connection.close()
    return (reply.headers["ETag"] or "").strip('"')


def test_small_file_is_answered_as_ever(port: int) -> None:
    """Below the limit, or without a size, nothing is said of parts."""
    for asked in (FILE | {"size": PART}, {"name": "film.mp4"}, FILE | {"size": str(SIZE)}):
        assert sorted(said(port, **asked)) == ["key", "uploadUrl", "viewUrl"]
        assert "one piece" in said(port, 400, action="create", **asked)["detail"]


def test_large_file_is_offered_parts(port: int) -> None:
    """A large file gets its URL as ever, for a page that knows nothing of parts, and an offer."""
    given = said(port, **FILE)
    assert given["parts"] == {"partBytes": PART}
    assert given["uploadUrl"]


@pytest.mark.parametrize("size", [100_000_000, 6 << 30, MOST_PARTS * (64 << 20) + 1, 5 << 40])
def test_parts_are_few_enough(size: int) -> None:
    """However large the file, it has at most 10,000 parts, of whole mebibytes."""
    part_bytes = Rules().part_bytes_of(size)
    assert part_bytes >= 64 << 20
    assert part_bytes % (1 << 20) == 0
    assert upload_token.Upload("", "", size, part_bytes, 0).parts <= MOST_PARTS


def test_whole_way(port: int, bucket: Bucket) -> None:
    """Create, sign, put, list, complete: the object has bytes and type; asked again, it is the same."""
    token = create(port)
    etags = [put(port, token, number) for number in (1, 2)]
    named = [{"number": number, "etag": etag} for number, etag in enumerate(etags, 1)]
    listed = said(port, action="list", upload=token)["parts"]
    assert [(part["number"], part["etag"]) for part in listed] == [*enumerate(etags, 1)]
    assert [part["size"] for part in listed] == [len(content) for content in CONTENT]
    done = said(port, action="complete", upload=token, parts=named)
    assert done["key"].endswith("/film.mp4")
    assert bucket.get(done["key"]) == b"".join(CONTENT)
    head = bucket.head(done["key"])
    assert head is not None
    assert head.content_type == "video/mp4"
    assert TRANSCRIPT.hide(done["viewUrl"]).startswith(f"{bucket.url}{done['key']}?")
    # Its answer may be lost on the way.
    again = said(port, action="complete", upload=token, parts=named)
    TRANSCRIPT.hide(again["viewUrl"])
    assert again["key"] == done["key"]
    bucket.delete(done["key"])


def test_aborted_upload_is_gone(port: int) -> None:
    """After an abort storage knows nothing of it, and each action says so."""
    token = create(port)
    put(port, token, 1)
    assert said(port, action="abort", upload=token) == {}
    assert "any more" in said(port, 410, action="list", upload=token)["detail"]
    named = [{"number": 1, "etag": "a"}, {"number": 2, "etag": "b"}]
    assert "any more" in said(port, 410, action="complete", upload=token, parts=named)["detail"]


@pytest.mark.parametrize("action", list(ACTIONS))
def test_only_its_own_tokens(port: int, action: str) -> None:
    """A token that was changed, made by another, or has expired opens nothing."""
    token = create(port)
    upload = upload_token.Upload("someone/else", "x", SIZE, PART, 4_000_000_000)
    content, _, seal = token.partition(".")
    for wrong in (
        None,
        7,
        "",
        ".",
        "한글.한글",
        content,
        f"{content}.{'A' * len(seal)}",
        f"{upload_token.write(upload, b'').partition('.')[0]}.{seal}",
        upload_token.write(upload, b"another secret"),
        f"{token}.{seal}",
    ):
        assert "no such upload" in said(port, 410, action=action, upload=wrong, number=1)["detail"]


def test_token_expires(bucket: Bucket) -> None:
    """A token says itself until when it opens anything."""
    secret = upload_token.secret_from(bucket.secret_key)
    old = upload_token.Upload("a", "b", SIZE, PART, 1_700_000_000)
    assert upload_token.read(upload_token.write(old, secret), secret) is None
    new = old._replace(until=4_000_000_000)
    assert upload_token.read(upload_token.write(new, secret), secret) == new


@pytest.mark.parametrize("number", [0, 3, -1, "1", True, None, 1.5, 10**30])
def test_only_parts_that_the_file_has(port: int, number: object) -> None:
    """No URL is signed for a part behind the file's end."""
    assert "1 to 2" in said(port, 400, action="sign", upload=create(port), number=number)["detail"]


@pytest.mark.parametrize(
    "parts",
    [None, [], [7], [{"number": 1, "etag": "a"}], [{"number": 2, "etag": "b"}, {"number": 1, "etag": "a"}]],
)
def test_only_all_parts_make_the_file(port: int, parts: object) -> None:
    """A file of which a part is missing is not put together."""
    given = said(port, 400, action="complete", upload=create(port), parts=parts)
    assert "all parts from 1 to 2" in given["detail"]


def test_store_refuses_other_etags(port: int) -> None:
    """What the store says is passed on by its code alone, and the upload stays."""
    token = create(port)
    named = [{"number": number, "etag": put(port, token, number)} for number in (1, 2)]
    wrong = [named[0], {"number": 2, "etag": '"><Part/>'}]
    given = said(port, 502, action="complete", upload=token, parts=wrong)
    assert given["detail"] == "The store refused: InvalidPart."
    assert len(said(port, action="list", upload=token)["parts"]) == 2
    said(port, action="abort", upload=token)


def test_only_the_size_that_was_allowed(port: int) -> None:
    """A part of another size does not make the file, whatever else was sent under its number."""
    token = create(port)
    etags = {number: put(port, token, number) for number in (1, 2)}
    etags[2] = put(port, token, 2, b"the rest, and more")
    named = [{"number": number, "etag": etag} for number, etag in etags.items()]
    given = said(port, 409, action="complete", upload=token, parts=named)
    assert given["detail"] == f"The parts do not have {SIZE} bytes together, as the file has."
    named[1]["etag"] = put(port, token, 2)
    said(port, action="complete", upload=token, parts=named)


def test_more_parts_than_a_page_of_the_list(port: int, bucket: Bucket) -> None:
    """A store lists 1,000 parts at a time; the page gets all."""
    secret = upload_token.secret_from(bucket.secret_key)
    upload = upload_token.read(create(port), secret)
    assert upload is not None
    many = upload_token.write(upload._replace(part_bytes=1), secret)
    for number in range(1, 1003):
        put(port, many, number, b"x")
    assert [part["number"] for part in said(port, action="list", upload=many)["parts"]] == [*range(1, 1003)]
    said(port, action="abort", upload=many)


def test_unknown_action(port: int) -> None:
    """Any other action is refused, with the names of those that there are."""
    for action in ("", "copy", None, 1):
        assert "create, sign, list" in said(port, 400, action=action, upload=create(port))["detail"]


@pytest.mark.parametrize("action", ["create", *ACTIONS])
def test_other_pages_get_nothing(port: int, action: str) -> None:
    """A token is of no use to another page."""
    body = json.dumps({"action": action, "upload": create(port), "number": 1, **FILE}).encode()
    status, headers, given = ask(port, body, {"Origin": "http://evil.example"})
    assert (status, headers["Access-Control-Allow-Origin"]) == (403, None)
    assert list(given) == ["detail"]


def test_token_outlives_the_signer(bucket: Bucket) -> None:
    """After a restart of the signer an upload goes on."""
    with signing(bucket, PAGE_PORT, RULES) as url:
        token = create(urlsplit(url).port or 0)
    with signing(bucket, PAGE_PORT, RULES) as url:
        assert said(urlsplit(url).port or 0, action="list", upload=token) == {"parts": []}
        said(urlsplit(url).port or 0, action="abort", upload=token)


def test_store_that_is_gone(closed_port: int) -> None:
    """Without its store the signer says so."""
    bucket = Bucket(f"http://127.0.0.1:{closed_port}", "uploads", "A", "S")
    with signing(bucket, PAGE_PORT, RULES) as url:
        given = said(urlsplit(url).port or 0, 502, action="create", **FILE)
    assert given["detail"] == "The store does not answer."
