"""The form around a file: what is written is read back by another reader, whatever the fields hold."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multipart import MultipartSegment, PushMultipartParser

from upload_service.multipart.form_writer import FileFrame, frame_file

NAMES = st.text("abcXYZ!#$&'*+.^_`|~-", min_size=1, max_size=20)
# No line break can be in a value, whatever else is.
TEXTS = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=40)
FIELDS = st.dictionaries(NAMES, TEXTS, max_size=10)
FILENAMES = st.text(st.characters(exclude_characters='\r\n\0"\\', exclude_categories=["Cs"]), min_size=1)


def framed(
    fields: dict[str, str], filename: str = "a.png", content_type: str = "image/png", boundary: str = "B-0"
) -> FileFrame:
    """The frame, with this boundary."""
    return frame_file(fields.items(), filename, content_type, lambda: boundary)


def read_back(body: bytes, boundary: str) -> list[tuple[MultipartSegment, bytes]]:
    """The parts that the package `multipart` finds, each with its content."""
    found: list[tuple[MultipartSegment, bytearray]] = []
    with PushMultipartParser(boundary) as parser:
        for event in itertools.chain.from_iterable(parser.parse(piece) for piece in (body, b"")):
            if isinstance(event, MultipartSegment):
                found.append((event, bytearray()))
            elif event:
                found[-1][1].extend(event)
    return [(segment, bytes(content)) for segment, content in found]


def test_bytes() -> None:
    """Fields in their order, the file behind them, nothing else."""
    frame = framed({"key": "사진/a", "acl": ""}, "사진.png")
    assert frame.before == (
        b'--B-0\r\nContent-Disposition: form-data; name="key"\r\n\r\n' + "사진/a".encode() + b"\r\n"
        b'--B-0\r\nContent-Disposition: form-data; name="acl"\r\n\r\n\r\n'
        b'--B-0\r\nContent-Disposition: form-data; name="file"; filename="'
        + "사진.png".encode()
        + b'"\r\nContent-Type: image/png\r\n\r\n'
    )
    assert frame.after == b"\r\n--B-0--\r\n"
    assert frame.content_type == "multipart/form-data; boundary=B-0"
    assert "key" not in repr(frame)


@given(FIELDS, FILENAMES, st.binary(max_size=200))
def test_another_reader_finds_the_same(fields: dict[str, str], filename: str, content: bytes) -> None:
    """Names, values, the file's name, its type and its bytes come out as they went in."""
    frame = framed(fields, filename, boundary="0f" * 16)
    *texts, (file, bytes_) = read_back(frame.before + content + frame.after, "0f" * 16)
    assert [(segment.name, value.decode()) for segment, value in texts] == list(fields.items())
    assert (file.name, file.filename, file.content_type, bytes_) == ("file", filename, "image/png", content)


@given(TEXTS)
def test_no_value_makes_a_part(value: str) -> None:
    """A value that looks like a boundary, or has the very boundary in it, is a value."""
    boundaries = iter(["first", "second"])
    value = f"{value}--first--"
    frame = frame_file([("key", value)], "a", "text/plain", lambda: next(boundaries))
    assert frame.content_type.endswith("=second")
    [(segment, found), _] = read_back(frame.before + frame.after, "second")
    assert (segment.name, found.decode()) == ("key", value)


@pytest.mark.parametrize(
    ("fields", "filename", "content_type"),
    [
        ({'a"; filename="b': ""}, "a", "image/png"),
        ({"a\r\nX: y": ""}, "a", "image/png"),
        ({"a": "b\r\n--B-0--"}, "a", "image/png"),
        ({"a": "b\n"}, "a", "image/png"),
        ({"a": "b\r"}, "a", "image/png"),
        ({"a": "b\0"}, "a", "image/png"),
        ({}, 'a"b', "image/png"),
        ({}, "a\nb", "image/png"),
        ({}, "a", "image/png\r\nX: y"),
    ],
)
def test_unsafe_text(fields: dict[str, str], filename: str, content_type: str) -> None:
    """Text that would end a line or a name is never written."""
    with pytest.raises(ValueError, match="would end"):
        framed(fields, filename, content_type)
