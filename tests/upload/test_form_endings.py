"""Forms end in three ways: with the URL first, the file of each is stored by the plain endpoint."""

from collections.abc import Callable

import pytest

from tests.support.client.raw_http import PLAIN, RETRY, Answer, Connection, chunked
from tests.support.scanner.waiting_upload import until
from tests.support.service.problem_documents import assert_nothing_unexpected, assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.places import Place, whole

# More than is always kept, and more than is kept to make up for a wrong guess.
LARGE = bytes(range(256)) * 12_000
HUGE = bytes(range(256)) * 40_000
AS_USUAL, NOTHING, TWICE = b"\r\n", b"", b"\r\n\r\n"
NODE = "----formdata-undici-042123207424"
REQUEST = "than the request's length lets expect"
UUID = "4be74f12-638c-4c96-971a-eb0a564ad973"


def form(boundary: str, content: bytes, ending: bytes, head: str = "", after: str = "") -> bytes:
    """A form with the URL first. `head` are more lines of the file's part; `after` is a field after it."""
    opening = f"--{boundary}\r\nContent-Disposition: form-data; name="
    field = f'{opening}"other"\r\n\r\n{after}\r\n' if after else ""
    return (
        f'{opening}"uploadUrl"\r\n\r\n<URL>\r\n{opening}"file"; filename="a.png"{head}\r\n\r\n'.encode()
        + content
        + f"\r\n{field}--{boundary}--".encode()
        + ending
    )


def send(
    service: Running, body: bytes, boundary: str, *headers: str, path: str = PLAIN, is_chunked: bool = False
) -> Answer:
    """Send the form, its last bytes a moment later."""
    with Connection(service.port) as connection:
        kind = f'multipart/form-data; boundary="{boundary}"'
        connection.head(path, None if is_chunked else len(body), *headers, content_type=kind)
        pieces = (body[at : at + 60_000] for at in range(0, len(body), 60_000))
        wire = chunked(pieces) if is_chunked else body
        connection.send(wire[:-30], wire[-30:-3], wire[-3:], pause=0.03)
        return connection.answer()


@pytest.mark.parametrize(
    ("boundary", "ending", "puts"),
    [
        pytest.param("----2762464702210870962781353802", NOTHING, 1, id="deno-node-fetch"),
        pytest.param("--------------------NODENEEDLEHTTPCLIENT", NOTHING, 1, id="needle"),
        pytest.param("form-data-encoder-j4l871l0gfzw83rj", TWICE, 1, id="got"),
        pytest.param("form-data-boundary-j4l871l0gfzw83rj", TWICE, 1, id="got-12"),
        pytest.param(f"----AzSDKFormBoundary{UUID}", TWICE, 1, id="azure-core"),
        pytest.param("NodeFetchFormDataBoundary2f27cd3fc3dc983f", TWICE, 1, id="remix"),
        pytest.param(NODE, AS_USUAL, 1, id="node-22.16"),
        pytest.param(NODE, NOTHING, 2, id="node-22.15"),
        pytest.param("----WebKitFormBoundaryoDPF3h3G7JpaBMjU", AS_USUAL, 1, id="browsers"),
        pytest.param("ea817e76452711bd4244ab54d4cee7a8", AS_USUAL, 1, id="requests"),
        pytest.param("by-hand", AS_USUAL, 1, id="by-hand"),
        pytest.param("by-hand", NOTHING, 2, id="by-hand-bare"),
        pytest.param("by-hand", TWICE, 2, id="by-hand-twice"),
        pytest.param("by-hand", b"\r\nan epilogue", 2, id="by-hand-epilogue"),
    ],
)
def test_every_ending_is_stored(
    service: Running,
    at_double: Callable[..., Place],
    in_store: Callable[[], Place],
    boundary: str,
    ending: bytes,
    puts: int,
) -> None:
    """The file is stored whole: in one PUT where the boundary tells the ending, else in two at most."""
    for place in (at_double(prefix="stored"), in_store()):
        answered = send(service, place.fill(form(boundary, LARGE, ending)), boundary)
        assert answered.status == 200, answered.json
        assert service.upload_event(answered.request_id)["attempts"] == puts
        assert place.stored() == LARGE
        assert whole(place.puts) in ([], [LARGE])


@pytest.mark.parametrize("content", [LARGE, HUGE], ids=["large", "huge"])
@pytest.mark.parametrize(
    ("boundary", "headers", "head", "ending", "after"),
    [
        pytest.param(
            "ea817e76452711bd4244ab54d4cee7a8", ("CF-Worker: a.example",), "", NOTHING, "", id="worker"
        ),
        pytest.param(
            "bb0dcf7e9fb8fac94a67c39ec4e74b7cf4c0d16d",
            (),
            '; modification-date="Sun, 29 Nov 2026 15:34:13 +0000"',
            TWICE,
            "",
            id="ruby-httpclient",
        ),
        pytest.param("-----------RubyMultipartPost-b001", (), "<LENGTH>", TWICE, "", id="faraday-1"),
        pytest.param("-----------RubyMultipartPost-b001", (), "<LENGTH>", AS_USUAL, "", id="faraday-2"),
        pytest.param("by-hand", (), "<LENGTH>", NOTHING, "", id="length-of-the-part"),
        pytest.param(
            "bb0dcf7e9fb8fac94a67c39ec4e74b7cf4c0d16d",
            (),
            "<LENGTH>",
            AS_USUAL,
            "a field",
            id="guzzle-field-after",
        ),
    ],
)
def test_programs_known_by_something_else(
    service: Running,
    at_double: Callable[..., Place],
    boundary: str,
    headers: tuple[str, ...],
    head: str,
    ending: bytes,
    after: str,
    content: bytes,
) -> None:
    """What a program says beside its boundary tells the length too, so one PUT is enough at any size."""
    place = at_double(prefix="stored")
    lines = head.replace("<LENGTH>", f"\r\nContent-Length: {len(content)}")
    answered = send(service, place.fill(form(boundary, content, ending, lines, after)), boundary, *headers)
    assert answered.status == 200, answered.json
    assert place.bodies == [content]


@pytest.mark.parametrize("length", ["1", "3071990", "99999999", "3072002"])
def test_wrong_length_of_a_part(service: Running, at_double: Callable[..., Place], length: str) -> None:
    """A part's own Content-Length that is wrong stores nothing wrong; a file that is kept is PUT again."""
    place = at_double(prefix="stored")
    body = place.fill(form("by-hand", LARGE, AS_USUAL, f"\r\nContent-Length: {length}"))
    assert send(service, body, "by-hand").status == 200
    assert whole(place.puts) == [LARGE]


@pytest.mark.parametrize(
    ("boundary", "ending", "head", "after", "cause"),
    [
        pytest.param(
            NODE,
            NOTHING,
            "",
            "",
            f"2 bytes more {REQUEST}: the form ends without the usual line break",
            id="no-line-break",
        ),
        pytest.param(
            "by-hand",
            TWICE,
            "",
            "",
            f"2 bytes fewer {REQUEST}: the form ends with one line break more than usual",
            id="one-line-break-more",
        ),
        pytest.param(
            "by-hand",
            b"\r\nan epilogue",
            "",
            "",
            f"11 bytes fewer {REQUEST}: a field, or other text, follows it in the form",
            id="epilogue",
        ),
        pytest.param(
            "by-hand",
            AS_USUAL,
            "",
            "Send",
            f"65 bytes fewer {REQUEST}: a field, or other text, follows it in the form",
            id="field",
        ),
        pytest.param(
            "by-hand",
            AS_USUAL,
            "\r\nContent-Length: 10000000",
            "",
            "240000 bytes more than the Content-Length of its part lets expect",
            id="length-of-the-part",
        ),
    ],
)
def test_what_cannot_be_known_is_said(
    service: Running, refused: Place, boundary: str, ending: bytes, head: str, after: str, cause: str
) -> None:
    """Of a file that is too large to keep and was predicted wrongly, the sentence says by how much."""
    body = refused.fill(form(boundary, HUGE, ending, head, after))
    answered = send(service, body, boundary)
    assert_refused(service, answered, "length_unpredictable", PLAIN)
    detail = answered.json["detail"]
    assert detail.startswith(f"The file has {len(HUGE)} bytes, {cause}; nothing was stored. ")
    assert "size" in detail
    assert "retry endpoint" in detail
    assert refused.stored() is None


def test_retry_endpoint_needs_no_guess(service: Running, at_double: Callable[..., Place]) -> None:
    """What the sentence advises works: the retry endpoint stores such a file."""
    place = at_double(prefix="stored")
    body = place.fill(form(NODE, HUGE, NOTHING))
    assert send(service, body, NODE, path=RETRY).status == 200
    assert whole(place.puts) == [HUGE]


@pytest.mark.parametrize("content", [LARGE, HUGE], ids=["large", "huge"])
def test_chunked_request_streams_by_its_part_s_length(
    service: Running, at_double: Callable[..., Place], content: bytes
) -> None:
    """A chunked request whose part says its length, as Spring's do, is PUT while it comes."""
    place = at_double(prefix="stored")
    body = place.fill(form(UUID, content, AS_USUAL, f"\r\nContent-Length: {len(content)}"))
    with Connection(service.port) as connection:
        connection.head(PLAIN, None, content_type=f"multipart/form-data; boundary={UUID}")
        connection.send(chunked([body[:-200_000]])[: -len(b"0\r\n\r\n")])
        until(lambda: place.puts and len(place.puts[0].body) > 1_000_000)
        assert place.puts[0].length == len(content)
        connection.send(chunked([body[-200_000:]]))
        assert connection.answer().status == 200
    assert place.bodies == [content]


def test_chunked_request_with_a_wrong_length_of_its_part(service: Running, refused: Place) -> None:
    """The same guard holds as for `size`: a file of another length is never stored."""
    for length in (len(HUGE) - 1, len(HUGE) + 1):
        body = refused.fill(form(UUID, HUGE, AS_USUAL, f"\r\nContent-Length: {length}"))
        answered = send(service, body, UUID, is_chunked=True)
        assert_refused(service, answered, "length_unpredictable", PLAIN)
        more = "1 byte more" if length < len(HUGE) else "1 byte fewer"
        assert f"{more} than the Content-Length of its part lets expect; nothing" in answered.json["detail"]
    assert refused.stored() is None


def test_chunked_request_with_an_impossible_length_of_its_part(
    service: Running, at_double: Callable[..., Place]
) -> None:
    """A length that no file may have is no prediction: such a request is served as one without."""
    place = at_double(prefix="stored")
    body = place.fill(form(UUID, LARGE, AS_USUAL, "\r\nContent-Length: 999999999999"))
    assert send(service, body, UUID, is_chunked=True).status == 200
    assert place.bodies == [LARGE]


def test_nothing_unexpected_was_logged(service: Running) -> None:
    """Through all of this, nothing came that was not expected, and no library complained."""
    assert_nothing_unexpected(service)
