"""What the form says: fields and files that are missing, doubled, wrong, or merely unusual."""

from collections.abc import Callable

import pytest

from tests.support.client.raw_http import PLAIN, RETRY
from tests.support.client.written_forms import (
    END,
    FILE,
    RETRIES,
    URL,
    both_endpoints,
    post,
)
from tests.support.service.problem_documents import assert_nothing_unexpected, assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.places import Place, whole
from tests.upload.form_field_rows import FILE_NAMES, ODD_AND_RIGHT, WRONG_FIELDS, WRONG_LATE_FIELDS


@both_endpoints
@pytest.mark.parametrize(("body", "code"), WRONG_FIELDS)
def test_wrong_field(service: Running, untouched: Place, body: bytes, code: str, path: str) -> None:
    """A field or file that is missing, doubled or unusable is refused before a PUT is sent."""
    assert_refused(service, post(service, path, untouched.fill(body)), code, path)
    assert untouched.stored() is None
    assert untouched.puts == []


@both_endpoints
@pytest.mark.parametrize(("body", "code"), WRONG_LATE_FIELDS)
def test_wrong_field_once_a_put_may_have_begun(
    service: Running, refused: Place, body: bytes, code: str, path: str
) -> None:
    """A field that turns out wrong when a PUT may have begun is refused, and no PUT becomes whole."""
    assert_refused(service, post(service, path, refused.fill(body)), code, path)
    assert refused.stored() is None


@pytest.mark.parametrize("value", [b"-1", b"11", b"abc", b"", b"1.5", b"\xd9\xa3", b"1e1", b" 3"])
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
    """The plain endpoint ignores max_retries like any unknown field."""
    place = at_double(prefix="stored")
    assert post(service, PLAIN, place.fill(RETRIES % value + URL + FILE + END)).status == 200
    assert whole(place.puts) == [b"12345"]


@both_endpoints
@pytest.mark.parametrize("body", ODD_AND_RIGHT)
def test_what_else_a_form_may_have(
    service: Running, at_double: Callable[..., Place], body: bytes, path: str
) -> None:
    """Unknown fields, other files, text around the form and a right size do no harm."""
    place = at_double(prefix="stored")
    answered = post(service, path, place.fill(body))
    assert answered.status == 200, answered.json
    assert answered.json["file_size"] == 5
    assert whole(place.puts) == [b"12345"]


@pytest.mark.parametrize(("disposition", "filename"), FILE_NAMES)
def test_file_names(
    service: Running, at_double: Callable[..., Place], disposition: bytes, filename: str
) -> None:
    """A file with any name is stored, and the answer has the name as it was meant."""
    place = at_double(prefix="stored")
    head = b'--B\r\nContent-Disposition: form-data; name="file"; %b\r\n\r\n' % disposition
    answered = post(service, PLAIN, place.fill(URL + head + b"12345\r\n" + END))
    assert answered.status == 200, answered.json
    assert answered.json["filename"] == filename
    assert whole(place.puts) == [b"12345"]


def test_nothing_unexpected_was_logged(service: Running) -> None:
    """The tests of this file have caused no unexpected failure and no complaint of a library."""
    assert_nothing_unexpected(service)
