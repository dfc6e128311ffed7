"""A form without a file: the sentence says what came instead, in few and harmless words."""

import asyncio

import pytest

from tests.multipart.form_reading import FILE_HEAD, FORM_TYPE, parts, read
from tests.multipart.generated_forms import WANTED
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_reader import FormReader

END = b"--B--\r\n"


def part(name: str, content: bytes = b"v", more: str = "") -> bytes:
    """One part."""
    return f'--B\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'.encode() + content + b"\r\n"


def typed(content: bytes = b"{}") -> bytes:
    """A part named file with a type and no file name."""
    return (
        b'--B\r\nContent-Disposition: form-data; name="file"\r\nContent-Type: image/png\r\n\r\n'
        + content
        + b"\r\n"
    )


def no_file(body: bytes) -> UploadError:
    """Why the form has no file, read to its end or to its refusal."""
    arriving = iter([body[at : at + 65536] for at in range(0, len(body), 65536)])

    async def next_chunk() -> bytes:
        return next(arriving, b"")

    async def look() -> UploadError:
        reader = FormReader(next_chunk, FORM_TYPE, len(body), WANTED)
        try:
            async for _ in reader.events():
                pass
        except UploadError as error:
            return error
        return reader.no_file_error()

    return asyncio.run(look())


FILE_NAME = '; filename="a.png"'
NONE = "The form has no file in a field named file"


@pytest.mark.parametrize(
    ("body", "code", "cause"),
    [
        pytest.param(END, "missing_file", NONE + ".", id="nothing"),
        pytest.param(part("size") + END, "missing_file", f"{NONE}; it has size.", id="text"),
        pytest.param(
            part("uploadUrl") + part("files[]", more=FILE_NAME) + END,
            "missing_file",
            "The form has a file in files[], and none in a field named file.",
            id="file-elsewhere",
        ),
        pytest.param(
            part("filepond", b"{}") + part("filepond", more=FILE_NAME) + END,
            "missing_file",
            "The form has a file in filepond, and none in a field named file.",
            id="filepond",
        ),
        pytest.param(
            part("qqfile", more="; filename*=utf-8''a.png") + END,
            "missing_file",
            "The form has a file in qqfile, and none in a field named file.",
            id="extended-name",
        ),
        pytest.param(
            part("a b?") + part("c" * 41) + END,
            "missing_file",
            f"{NONE}; it has 2 with a name that is not repeated here.",
            id="names-that-are-not-repeated",
        ),
        pytest.param(
            b"".join(part(f"f{number}", b"secret") for number in range(20)) + part("f1") + END,
            "missing_file",
            f"{NONE}; it has f0, f1, f2, f3, f4, f5, f6, f7 and 12 more.",
            id="many",
        ),
        pytest.param(
            part("file", b"/home/me/photo.png") + END,
            "file_is_text",
            "The field named file came without a file name, so it is text and not a file.",
            id="text-named-file",
        ),
        pytest.param(
            typed() + END,
            "file_is_text",
            "The part named file has a Content-Type and no file name: give it a file name.",
            id="type-and-no-name",
        ),
        pytest.param(
            typed(bytes(2_000_000)) + END,
            "file_is_text",
            "The part named file has a Content-Type and no file name: give it a file name.",
            id="type-and-no-name-large",
        ),
        pytest.param(
            part("files[]", bytes(30_000_000), FILE_NAME) + END,
            "missing_file",
            "The form has a file in files[], and none in a field named file.",
            id="file-elsewhere-large",
        ),
        pytest.param(
            part("size", bytes(9000)) + END,
            "field_too_long",
            "The field size is longer than 8 KiB.",
            id="field-too-long",
        ),
    ],
)
def test_what_came_instead(body: bytes, code: str, cause: str) -> None:
    """The sentence names the fields that came, or what the part named file lacks; never a value."""
    error = no_file(body)
    assert (error.entry.code, error.cause) == (code, cause)


def test_url_as_a_name_is_not_repeated() -> None:
    """A field whose name is a presigned URL, as when name and value change places, is not repeated."""
    error = no_file(part("https://s3.amazonaws.com/b/k?X-Amz-Signature=5ec2e7") + END)
    assert "amazonaws" not in error.cause


@pytest.mark.parametrize("text", [part("file", b'{"a":1}'), typed()], ids=["metadata", "with-a-type"])
def test_text_named_file_beside_the_file(text: bytes) -> None:
    """A text part named file, as FilePond sends before the file, is a field like any other."""
    file = FILE_HEAD + b"123\r\n"
    for body in (text + file + END, text * 3 + file + END, file + text + END):
        found = parts(read(FORM_TYPE, [body], len(body)))
        assert found.content == b"123"
        assert found.fields == []


def test_long_field_after_the_file_is_no_missing_file() -> None:
    """When the file has come, too much after it is what it is."""
    body = FILE_HEAD + b"123\r\n" + part("thumbnail", bytes(1_100_000), FILE_NAME) + END
    assert no_file(body).entry.code == "field_too_long"
