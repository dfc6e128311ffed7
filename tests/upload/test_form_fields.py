"""What the form says: fields and files that are missing, doubled, wrong, or merely unusual."""

from collections.abc import Callable

import pytest

from tests.support.client.raw_http import PLAIN, RETRY
from tests.support.client.written_forms import (
    END,
    FILE,
    LARGE,
    OTHER,
    RETRIES,
    SIZE,
    SMALL,
    URL,
    both_endpoints,
    file,
    post,
)
from tests.support.service.problem_documents import assert_nothing_unexpected, assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.places import Place, whole


@both_endpoints
@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(URL + END, "missing_file", id="no-file"),
        pytest.param(END, "missing_file", id="no-parts"),
        pytest.param(FILE + END, "missing_upload_url", id="no-url"),
        pytest.param(URL + URL + FILE + END, "duplicate_field", id="two-urls"),
        pytest.param(URL + FILE + FILE + END, "multiple_files", id="two-files"),
        pytest.param(FILE + FILE + URL + END, "multiple_files", id="two-files-before-url"),
        pytest.param(
            URL + b'--B\r\nContent-Disposition: form-data; name="file"\r\n\r\nphoto.png\r\n' + END,
            "file_is_text",
            id="text",
        ),
        pytest.param(
            URL + b'--B\r\nContent-Disposition: form-data; name="file"; filename=""\r\n'
            b"Content-Type: application/octet-stream\r\n\r\n\r\n" + END,
            "missing_file",
            id="no-file-chosen",
        ),
        pytest.param(
            b'--B\r\nContent-Disposition: form-data; name="file"; filename=""\r\n'
            b"Content-Type: application/octet-stream\r\n\r\n\r\n" + URL + END,
            "missing_file",
            id="no-file-chosen-before-url",
        ),
        pytest.param(
            URL + b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
            b"Content-Type: image/\x07png\r\n\r\n12345\r\n" + END,
            "invalid_content_type",
            id="type-with-bell",
        ),
        pytest.param(
            URL + b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
            b"Content-Type: image/png\nX-Evil: 1\r\n\r\n12345\r\n" + END,
            "malformed_form",
            id="type-with-line-feed",
        ),
        pytest.param(
            URL + b'--B\r\nContent-Disposition: form-data; filename="a.png"\r\n\r\n12345\r\n' + END,
            "missing_file",
            id="no-name",
        ),
        pytest.param(
            URL
            + b'--B\r\nContent-Disposition: form-data; name="File"; filename="a.png"\r\n\r\n12345\r\n'
            + END,
            "missing_file",
            id="capital-letter",
        ),
        pytest.param(SIZE % b"-1" + URL + FILE + END, "invalid_size", id="size--1"),
        pytest.param(SIZE % b"abc" + URL + FILE + END, "invalid_size", id="size-abc"),
        pytest.param(SIZE % b"" + URL + FILE + END, "invalid_size", id="size-empty"),
        pytest.param(SIZE % b"5.0" + URL + FILE + END, "invalid_size", id="size-5.0"),
        pytest.param(SIZE % b"9" * 2 + URL + FILE + END, "duplicate_field", id="size-twice"),
        pytest.param(FILE + SIZE % b"-1" + URL + END, "invalid_size", id="size--1-after"),
        pytest.param(FILE + SIZE % b"abc" + URL + END, "invalid_size", id="size-abc-after"),
        pytest.param(SIZE % b"4" + FILE + URL + END, "size_mismatch", id="size-too-small"),
        pytest.param(SIZE % b"6" + FILE + URL + END, "size_mismatch", id="size-too-large"),
        pytest.param(SIZE % b"600" + FILE + END, "size_mismatch", id="size-larger-than-the-request"),
        pytest.param(FILE + SIZE % b"5368709121" + URL + END, "file_too_large", id="size-over-5-GiB"),
        pytest.param(SIZE % b"5368709121" + URL + FILE + END, "file_too_large", id="size-over-5-GiB-first"),
    ],
)
def test_wrong_field(service: Running, untouched: Place, body: bytes, code: str, path: str) -> None:
    """A field or file that is missing, doubled or unusable is refused before a PUT is sent."""
    assert_refused(service, post(service, path, untouched.fill(body)), code, path)
    assert untouched.stored() is None
    assert untouched.puts == []


@both_endpoints
@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param(URL + FILE + URL + END, "duplicate_field", id="url-again-after"),
        pytest.param(URL + FILE + SIZE % b"-1" + END, "invalid_size", id="size--1-after"),
        pytest.param(URL + FILE + SIZE % b"4" + END, "size_mismatch", id="size-too-small-after"),
        pytest.param(URL + FILE + SIZE % b"6" + END, "size_mismatch", id="size-too-large-after"),
        pytest.param(FILE + URL + SIZE % b"4" + END, "size_mismatch", id="size-too-small-last"),
        pytest.param(FILE + URL + SIZE % b"6" + END, "size_mismatch", id="size-too-large-last"),
        pytest.param(URL + SIZE % b"4" + FILE + END, "size_mismatch", id="size-too-small"),
        pytest.param(URL + SIZE % b"0" + FILE + END, "size_mismatch", id="size-0"),
        pytest.param(URL + SIZE % b"6" + FILE + END, "size_mismatch", id="size-too-large"),
        pytest.param(URL + SIZE % b"99999" + file(SMALL) + END, "size_mismatch", id="size-of-a-part"),
        pytest.param(URL + file(SMALL) + SIZE % b"102401" + END, "size_mismatch", id="one-byte-missing"),
        pytest.param(URL + SIZE % b"99999" + file(LARGE) + END, "size_mismatch", id="size-of-a-part-large"),
    ],
)
def test_wrong_field_once_a_put_may_have_begun(
    service: Running, refused: Place, body: bytes, code: str, path: str
) -> None:
    """A field that turns out wrong when a PUT may have begun is refused, and no PUT becomes whole."""
    assert_refused(service, post(service, path, refused.fill(body)), code, path)
    assert refused.stored() is None


@pytest.mark.parametrize("value", [b"-1", b"11", b"abc", b"", b"1.5", b"\xd9\xa3", b"1e1", b"3 3"])
@pytest.mark.parametrize("parts", [[RETRIES, URL, FILE], [FILE, RETRIES, URL]], ids=["before", "after"])
def test_wrong_max_retries(service: Running, untouched: Place, parts: list[bytes], value: bytes) -> None:
    """The retry endpoint refuses a max_retries that is no number from 0 to 10, wherever it stands."""
    body = untouched.fill(b"".join(part.replace(b"%b", value) for part in parts) + END)
    assert_refused(service, post(service, RETRY, body), "invalid_max_retries", RETRY)
    assert untouched.stored() is None
    assert untouched.puts == []


@pytest.mark.parametrize("value", [b"-1", b"11", b"abc", b""])
def test_plain_endpoint_ignores_max_retries(
    service: Running, at_double: Callable[..., Place], value: bytes
) -> None:
    """On the plain endpoint max_retries is a field like any other that is not known."""
    place = at_double(prefix="stored")
    assert post(service, PLAIN, place.fill(RETRIES % value + URL + FILE + END)).status == 200
    assert whole(place.puts) == [b"12345"]


@both_endpoints
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(OTHER % b"value" + URL + FILE + END, id="other"),
        pytest.param(OTHER % b"1" * 62 + URL + FILE + END, id="64-parts"),
        pytest.param(OTHER % (b"x" * 1_000_000) + URL + FILE + END, id="a-megabyte"),
        pytest.param(
            b'--B\r\nContent-Disposition: form-data; name="thumbnail"; filename="t.png"\r\n'
            b"Content-Type: image/png\r\n\r\nnot this one\r\n" + URL + FILE + END,
            id="other-file",
        ),
        pytest.param(
            FILE + b'--B\r\nContent-Disposition: form-data; name="thumbnail"; filename="t.png"\r\n'
            b"Content-Type: image/png\r\n\r\nnot this one\r\n" + URL + END,
            id="other-file-after",
        ),
        pytest.param(b"a preamble\r\n" + URL + FILE + END, id="preamble"),
        pytest.param(URL + FILE + END + b"an epilogue", id="epilogue"),
        pytest.param(SIZE % b"5" + URL + FILE + END, id="size"),
        pytest.param(FILE + URL + SIZE % b"5" + END, id="size-last"),
        pytest.param(SIZE % b"005" + URL + FILE + END, id="size-with-zeros"),
    ],
)
def test_what_else_a_form_may_have(
    service: Running, at_double: Callable[..., Place], body: bytes, path: str
) -> None:
    """Unknown fields, other files, text around the form and a right size do no harm."""
    place = at_double(prefix="stored")
    answered = post(service, path, place.fill(body))
    assert answered.status == 200, answered.json
    assert answered.json["file_size"] == 5
    assert whole(place.puts) == [b"12345"]


@pytest.mark.parametrize(
    ("disposition", "filename"),
    [
        (b'filename="plain.png"', "plain.png"),
        (b'filename="say %22hi%22.png"', 'say "hi".png'),
        (b'filename="say \\"hi\\".png"', 'say "hi".png'),
        ('filename="고양이 사진.png"'.encode(), "고양이 사진.png"),
        (b'filename="two%0Alines.png"', "two\nlines.png"),
        (b'filename="two%0D%0Alines.png"', "two\r\nlines.png"),
        (b'filename="../../etc/passwd"', "../../etc/passwd"),
        (rb'filename="photos\a.png"', r"photos\a.png"),
        (rb'filename="C:\photos\a.png"', "a.png"),  # a whole path, as only very old browsers send it
        (b'filename="a;b; c=d.png"', "a;b; c=d.png"),
        (b"filename*=UTF-8''%EA%B3%A0%EC%96%91%EC%9D%B4.png", "고양이.png"),
        (b"filename*=utf-8'ko'%22.png", '".png'),
        (b"filename=token.png", "token.png"),
        (b'filename="<script>.png"', "<script>.png"),
        (b'filename="' + b"n" * 4000 + b'"', "n" * 4000),
    ],
)
def test_file_names(
    service: Running, at_double: Callable[..., Place], disposition: bytes, filename: str
) -> None:
    """Whatever a file is called, it is stored, and the answer has its name as it was meant."""
    place = at_double(prefix="stored")
    head = b'--B\r\nContent-Disposition: form-data; name="file"; %b\r\n\r\n' % disposition
    answered = post(service, PLAIN, place.fill(URL + head + b"12345\r\n" + END))
    assert answered.status == 200, answered.json
    assert answered.json["filename"] == filename
    assert whole(place.puts) == [b"12345"]


def test_nothing_unexpected_was_logged(service: Running) -> None:
    """Through all of this, nothing came that was not expected, and no library complained."""
    assert_nothing_unexpected(service)
