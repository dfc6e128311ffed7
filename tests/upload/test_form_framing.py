"""How the form is framed: forms that are broken or cut off, before and after a large file."""

import pytest

from tests.support.client.raw_http import PLAIN, Connection
from tests.support.client.written_forms import (
    END,
    FILE_HEAD,
    FORM,
    LARGE,
    OTHER,
    URL,
    both_endpoints,
    post,
)
from tests.support.service.problem_documents import assert_nothing_unexpected, assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.places import Place
from tests.upload.form_framing_rows import WRONG_FRAMING


@both_endpoints
@pytest.mark.parametrize(("body", "code"), WRONG_FRAMING)
def test_wrong_framing(service: Running, untouched: Place, body: bytes, code: str, path: str) -> None:
    """A form that is broken, cut off or beyond a limit is refused before a PUT is sent."""
    assert_refused(service, post(service, path, untouched.fill(body)), code, path)
    assert untouched.stored() is None
    assert untouched.puts == []


@both_endpoints
@pytest.mark.parametrize(
    ("ending", "code"),
    [
        pytest.param(b"", "incomplete_form", id="no-closing-boundary"),
        pytest.param(b"\r\n--B", "incomplete_form", id="boundary-without-dashes"),
        pytest.param(b"\r\n--B-", "incomplete_form", id="boundary-with-one-dash"),
        pytest.param(b"\r\n--BX--\r\n", "malformed_form", id="boundary-and-a-letter"),
        pytest.param(b"\r\n" + END + b"e" * 1_048_576, "field_too_long", id="a-MiB-of-epilogue"),
        pytest.param(b"\r\n" + OTHER % b"1" * 63 + END, "too_many_parts", id="65-parts"),
    ],
)
def test_wrong_framing_after_a_large_file(
    service: Running, refused: Place, ending: bytes, code: str, path: str
) -> None:
    """A form that does not end well stores nothing, even if the PUT of a large file has begun."""
    body = refused.fill(URL + FILE_HEAD + LARGE + ending)
    with Connection(service.port) as connection:
        connection.head(path, len(body), content_type=FORM)
        connection.send(body[:-40], body[-40:], pause=0.05)
        answered = connection.answer()
    # A file that is cut off ends later than predicted, and either may be seen first.
    seen_first = (
        path == PLAIN and code == "incomplete_form" and answered.json["code"] == "length_unpredictable"
    )
    assert_refused(service, answered, "length_unpredictable" if seen_first else code, path)
    assert refused.stored() is None


def test_nothing_unexpected_was_logged(service: Running) -> None:
    """The tests of this file have caused no unexpected failure and no complaint of a library."""
    assert_nothing_unexpected(service)
