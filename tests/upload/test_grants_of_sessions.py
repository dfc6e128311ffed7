"""Upload grants for a resumable session: `max_bytes` is for the whole file, however many pieces it has."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.client.grants import KEYS, carried, grant_for
from tests.support.client.raw_http import CHECK, PLAIN, RETRY, Answer, field, file, form, post
from tests.support.failures.error_contract import CONTRACT
from tests.support.service.running_service import Running
from tests.support.storage.google_sessions import UNIT_BYTES, GoogleSessions, Session
from tests.upload.session_forms import FIRST, REST, WHOLE

LAST = f"bytes {UNIT_BYTES}-{len(WHOLE) - 1}/{len(WHOLE)}"
Begin = Callable[..., tuple[str, Session]]


@pytest.fixture(scope="module")
def granting(google: GoogleSessions) -> Iterator[Running]:
    """A service that takes no file without a grant, and less at once than the whole."""
    with Running(
        UPLOAD_DESTINATIONS=google.url, UPLOAD_GRANT_KEYS=KEYS, UPLOAD_MAX_FILE_BYTES=str(len(WHOLE) - 1)
    ) as running:
        yield running


def send(
    service: Running, url: str, told: str, content: bytes | None, most: int, way: str, path: str = PLAIN
) -> Answer:
    """One piece, with a grant for so many bytes; in the form it stands before or behind the range."""
    part, headers = carried(grant_for(url, max_bytes=most), "bearer" if way == "bearer" else "field")
    fields = [part, field("header:content-range", told)]
    if way == "last":
        fields.reverse()
    last = [] if content is None else [file(content)]
    return post(service.port, path, form(*fields, field("uploadUrl", url), *last), *headers)


@pytest.mark.parametrize("path", [PLAIN, RETRY, CHECK])
@pytest.mark.parametrize("way", ["first", "last", "bearer"])
@pytest.mark.parametrize(
    ("told", "most"),
    [
        (f"bytes 0-{UNIT_BYTES - 1}/{len(WHOLE)}", len(WHOLE) - 1),
        (f"bytes {UNIT_BYTES}-{2 * UNIT_BYTES - 1}/*", 2 * UNIT_BYTES - 1),
        (f"bytes {UNIT_BYTES}-{2 * UNIT_BYTES - 1}/*", UNIT_BYTES),
        (f"bytes */{len(WHOLE)}", len(WHOLE) - 1),
    ],
    ids=["total", "end", "begin", "question"],
)
def test_file_that_is_larger_than_its_grant(
    granting: Running, begin: Begin, way: str, told: str, most: int, path: str
) -> None:
    """No piece of it goes to storage, also where the piece alone is small enough."""
    url, session = begin()
    content = None if path == CHECK else b"" if "*/" in told else FIRST
    answered = send(granting, url, told, content, most, way, path)
    assert (answered.status, answered.json["code"]) == (CONTRACT["file_too_large"].status, "file_too_large")
    assert f"The grant takes a file of at most {most} bytes." in answered.json["detail"]
    assert not session.ranges
    assert not session.content


@pytest.mark.parametrize("most", [len(WHOLE), 10 * len(WHOLE)])
def test_file_of_the_largest_size(granting: Running, begin: Begin, most: int) -> None:
    """A grant for more bytes than the operator takes at once is for the file, too."""
    url, session = begin()
    assert send(granting, url, f"bytes 0-{UNIT_BYTES - 1}/*", FIRST, most, "first").status == 200
    assert send(granting, url, LAST, REST, most, "bearer").status == 200
    assert send(granting, url, f"bytes */{len(WHOLE)}", b"", most, "last").status == 200
    assert (session.content, session.is_complete) == (WHOLE, True)
