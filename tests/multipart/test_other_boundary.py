"""A body with another boundary than its Content-Type: said at once, at any size and however it is cut."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.multipart.form_reading import FILE_HEAD, URL_PART, read
from tests.multipart.generated_forms import WANTED
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_reader import FormReader

BODY = URL_PART + FILE_HEAD + b"12345\r\n--B--\r\n"


def refused(boundary: str, body: bytes, size: int) -> UploadError:
    """The refusal of this body in chunks of this size."""
    with pytest.raises(UploadError) as caught:
        read(
            f'multipart/form-data; boundary="{boundary}"',
            [body[at : at + size] for at in range(0, len(body), size)],
            len(body),
        )
    return caught.value


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize(
    "boundary", ["A", "B-", "--B--", "-" * 200, "C" * 200, "----formdata-undici-042123207424"]
)
def test_another_boundary(boundary: str, size: int) -> None:
    """A body that begins with a boundary, and with another one, is refused as that."""
    error = refused(boundary, BODY, size)
    assert error.entry.code == "boundary_mismatch"
    assert error.cause == "The body begins with another boundary than Content-Type names."


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_boundary_that_is_cut_off(size: int) -> None:
    """A Content-Type whose boundary is only the beginning of the body's says nothing of the body."""
    body = BODY.replace(b"--B", b"--B=_1")
    assert refused("B", body, size).entry.code == "boundary_mismatch"


@pytest.mark.parametrize("size", [1, 100_000])
def test_forgotten_dashes(size: int) -> None:
    """A boundary without the two dashes before it is named as that."""
    error = refused("--B", BODY, size)
    assert error.entry.code == "boundary_mismatch"
    assert error.cause == "The lines with the boundary lack the two dashes before it."


def test_it_is_said_at_once() -> None:
    """Of an endless body only the first lines are read."""
    taken = 0

    def endless() -> Iterator[bytes]:
        yield BODY[:60]
        while True:
            yield bytes(65536)

    chunks = endless()

    async def next_chunk() -> bytes:
        nonlocal taken
        taken += 1
        return next(chunks)

    async def events() -> None:
        async for _ in FormReader(next_chunk, "multipart/form-data; boundary=A", None, WANTED).events():
            pass

    with pytest.raises(UploadError, match="boundary_mismatch"):
        asyncio.run(events())
    assert taken == 1


def test_no_boundary_in_the_first_mebibyte() -> None:
    """A body that is no form at all, such as the bare file, is refused after its first MiB."""
    error = refused("B", b"\x89PNG" + bytes(3_000_000), 65536)
    assert error.entry.code == "boundary_mismatch"
    assert error.cause == "The boundary that Content-Type names is not in the first MiB of the body."


@pytest.mark.parametrize("size", [1, 100_000])
@pytest.mark.parametrize(
    ("body", "code", "cause"),
    [
        (b'{"file": 1}', "incomplete_form", "The boundary that Content-Type names did not come."),
        (b"--A", "incomplete_form", "The boundary that Content-Type names did not come."),
        (b"--A\r\nContent", "incomplete_form", "The boundary that Content-Type names did not come."),
        (b"--B\r\nContent", "incomplete_form", "The form ended before its closing boundary."),
        (b"--B \r\n" + BODY[5:], "malformed_form", "The body breaks the rules of multipart/form-data."),
    ],
)
def test_what_is_not_another_boundary(body: bytes, code: str, cause: str, size: int) -> None:
    """A body that ends before that is known, and a boundary with a space behind it, are named rightly."""
    error = refused("B", body, size)
    assert (error.entry.code, error.cause) == (code, cause)


@pytest.mark.parametrize("size", [1, 100_000])
def test_preamble_that_looks_like_a_boundary(size: int) -> None:
    """A text before the form that begins with dashes is skipped, as before."""
    for preamble in (b"--\r\n", b"--A\r\n\r\n", b"--A\r\nno header\r\n", b"--" + b"A" * 300 + b"\r\nA:\r\n"):
        body = preamble + BODY
        chunks = [body[at : at + size] for at in range(0, len(body), size)]
        assert len(read("multipart/form-data; boundary=B", chunks, len(body))) == 4
