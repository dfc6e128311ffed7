"""`upload-service --check`: what is wrong with a URL is found without a packet."""

from datetime import UTC, datetime, timedelta

import pytest
from devtools import signed_queries
from local.store import Bucket

from tests.doctor.run_check import assert_stops_at, check
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import StorageDouble
from upload_service.errors.upload_error import CATALOGUE


def test_expired(bucket: Bucket) -> None:
    """An expired URL says how long ago it ended, and what this machine's clock says."""
    ended = datetime.now(UTC) - timedelta(minutes=25)
    url = (
        f"{bucket.url}doctor/expired?{signed_queries.v4(date=ended.strftime('%Y%m%dT%H%M%SZ'), seconds=600)}"
    )
    seen = check(url=TRANSCRIPT.hide(url), UPLOAD_DESTINATIONS=bucket.url)
    assert_stops_at(seen, "URL")
    assert "It ended 15 minutes ago, if this machine's clock is right" in seen.said
    assert CATALOGUE["url_expired"].cure in seen.said


def test_destination_not_allowed() -> None:
    """A host that is not listed is named, with what is allowed and which setting would list it."""
    url = TRANSCRIPT.hide(f"https://store.example.org/doctor/elsewhere?{signed_queries.v4()}")
    seen = check(url=url, UPLOAD_DESTINATIONS="https://mine.example.org/uploads/")
    assert_stops_at(seen, "URL")
    assert "does not upload to https://store.example.org:443" in seen.said
    assert "Allowed: https://mine.example.org:443/uploads/" in seen.said
    assert "UPLOAD_DESTINATIONS" in seen.said


def test_missing_signed_header(double: StorageDouble) -> None:
    """A signed header that is not given is named with the option that gives it."""
    url = f"{double.url}doctor/missing/header?{signed_queries.v4(signed_headers='host;x-amz-acl')}"
    seen = check(url=TRANSCRIPT.hide(url), UPLOAD_DESTINATIONS=double.url)
    assert_stops_at(seen, "URL")
    assert "signed with the header x-amz-acl" in seen.said
    assert "--header 'x-amz-acl:VALUE'" in seen.said


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--header", "x-amz-acl:private"], "header_not_signed"),
        (["--header", "cookie:x"], "header_not_allowed"),
        (["--header", "x-amz-acl:é"], "invalid_header_value"),
    ],
)
def test_header_that_does_not_fit(double: StorageDouble, words: list[str], code: str) -> None:
    """A header that an upload would be refused for is refused here, with the same words."""
    url = TRANSCRIPT.hide(f"{double.url}doctor/headers/unfit?{signed_queries.v4()}")
    seen = check(*words, url=url, UPLOAD_DESTINATIONS=double.url)
    assert_stops_at(seen, "URL")
    assert CATALOGUE[code].cure in seen.said


def test_type_that_was_signed(double: StorageDouble) -> None:
    """A signed Content-Type that is not given is a warning that names the option."""
    url = f"{double.url}doctor/typed?{signed_queries.v4(signed_headers='content-type;host', seconds=30)}"
    seen = check("--no-upload", url=TRANSCRIPT.hide(url), UPLOAD_DESTINATIONS=double.url)
    assert seen.status == 0
    assert "--content-type TYPE with the type that was signed" in seen.said
    assert "many uploads will begin too late" in seen.said
