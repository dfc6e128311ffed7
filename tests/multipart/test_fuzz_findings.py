"""What fuzzing has found, and the inputs that it keeps: they must hold in every run, without the fuzzer."""

from pathlib import Path

import pytest
from fuzz import content_type_rules, destination_rules, form_rules, part_headers_rules

from tests.multipart.form_reading import CLOSING, FILE_HEAD, FORM_TYPE, URL_PART, parts, read, refusal
from upload_service.content.content_type import MediaType
from upload_service.errors.upload_error import UploadError
from upload_service.presigned.destination import judge_destination

CORPUS = Path(form_rules.__file__).parent / "corpus"
MOST_FILES = 200
MOST_BYTES = 200_000


def kept(target: str) -> list[Path]:
    """The inputs of one target."""
    return sorted((CORPUS / target).iterdir())


def test_form_rules_hold() -> None:
    """Every kept form comes out the same however it is cut, or is refused the same."""
    for path in kept("form"):
        form_rules.check(path.read_bytes())


def test_destination_rules_hold() -> None:
    """Every kept URL is refused without an echo, or means the same to a second parser."""
    for path in kept("destination"):
        destination_rules.check(path.read_bytes())


def test_part_headers_rules_hold() -> None:
    """Every kept head of a part is read the same however it is cut, and has one type."""
    for path in kept("part_headers"):
        part_headers_rules.check(path.read_bytes())


def test_content_type_rules_hold() -> None:
    """Every kept type is refused, or a browser reads the very type that was judged."""
    for path in kept("content_type"):
        content_type_rules.check(path.read_bytes())


def test_content_type_rules_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules notice a reader that takes the first of several types."""

    def first(text: str) -> MediaType:
        return MediaType(text, text.partition(";")[0])

    monkeypatch.setattr(content_type_rules, "parse_media_type", first)
    with pytest.raises(AssertionError):
        content_type_rules.check(b"image/png; a=b, text/html")


@pytest.mark.parametrize("target", ["form", "part_headers", "content_type", "destination"])
def test_corpora_stay_small(target: str) -> None:
    """The kept inputs are few and short."""
    sizes = [path.stat().st_size for path in kept(target)]
    assert 20 <= len(sizes) <= MOST_FILES
    assert sum(sizes) <= MOST_BYTES


def test_form_rules_can_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules notice a reader that depends on how the bytes are cut."""
    wrong = form_rules.read
    monkeypatch.setattr(
        form_rules, "read", lambda kind, chunks, length: wrong(kind, list(chunks)[:1], length)
    )
    with pytest.raises(AssertionError):
        form_rules.check(b"multipart/form-data; boundary=B\n" + URL_PART + FILE_HEAD + b"1" + CLOSING)


def bytewise(body: bytes) -> list[bytes]:
    """The body, byte by byte."""
    return list(form_rules.bytewise(body))


def codes(body: bytes) -> set[str | None]:
    """How it is refused, whole and byte by byte."""
    read_bytewise = form_rules.read("multipart/form-data; boundary=B", bytewise(body), None)
    return {refusal(FORM_TYPE, [body], len(body)), str(read_bytewise[1])}


@pytest.mark.parametrize("before", [b"\n", b"x\n", b"preamble", b"a long preamble --- without a line break"])
def test_boundary_begins_a_line(before: bytes) -> None:
    """A first boundary in the middle of a line is refused, also when what is before it came alone."""
    assert codes(before + URL_PART + FILE_HEAD + b"1" + CLOSING) == {"malformed_form"}


@pytest.mark.parametrize("line", [b"X-A: b\nX-C: d", b"X-A: b\rX-C: d", b"X-A: b\r\n c"])
def test_lines_of_a_head_end_in_one_way(line: bytes) -> None:
    """A line break that is none, and a folded line, are refused, also when the line came in chunks."""
    head = FILE_HEAD.replace(b"Content-Type", line + b"\r\nContent-Type")
    assert codes(head + b"1" + CLOSING) == {"malformed_form"}


@pytest.mark.parametrize("length", [b"0", b"4", b"5", b"6"])
def test_length_of_a_part_is_ignored(length: bytes) -> None:
    """A part's own Content-Length, right or wrong, changes nothing: the boundary ends the file."""
    body = (
        FILE_HEAD.replace(b"Content-Type", b"Content-Length: " + length + b"\r\nContent-Type")
        + b"12345"
        + CLOSING
    )
    for chunks in ([body], bytewise(body)):
        assert parts(read(FORM_TYPE, chunks, len(body))).content == b"12345"


@pytest.mark.parametrize("port", ["+8443", "-0", "8_443", "08443000", " 8443", "8443 ", "", "x", "0x50", "+"])
@pytest.mark.parametrize("host", ["[2001:db8::1]", "storage.example.com"])
def test_port_is_digits(host: str, port: str) -> None:
    """A port that one parser takes for a number and another refuses is refused."""
    url = f"https://{host}:{port}/incoming/k?AWSAccessKeyId=AKIDEXAMPLE&Signature=a&Expires=1795600000"
    with pytest.raises(UploadError) as caught:
        judge_destination(url, destination_rules.ALLOWED, destination_rules.NOW)
    assert caught.value.entry.code == "invalid_upload_url"
