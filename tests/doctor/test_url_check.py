"""`upload-service --check`: what is wrong with a URL is found without a packet."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from devtools import signed_queries
from local.store import Bucket

from tests.doctor.run_check import assert_stops_at, check
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import StorageDouble
from upload_service.doctor.finding import Finding
from upload_service.doctor.url_check import check_url
from upload_service.errors.upload_error import CATALOGUE
from upload_service.settings.settings import Settings
from upload_service.upload.form_fields import FormFields


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


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("a//b", "has an empty segment"),
        ("/a", "has an empty segment"),
        ("a/../b", "has a segment . or .."),
        ("./a", "has a segment . or .."),
        ("a/%2e%2E", "has a segment . or .."),
        ("a/", "ends with a slash"),
        ("a%5Cb", "has a backslash"),
    ],
)
def test_key_that_stores_change(key: str, said: str) -> None:
    """An object key that some store renames, empties or refuses gets a warning that does not repeat it."""
    first, warning = look_at(f"secretfolder/{key}")
    assert first.verdict == "ok"
    assert warning.verdict == "warn"
    assert warning.text.startswith(f"its object key {said}")
    assert "docs/compatibility.md" in warning.cure
    assert "secretfolder" not in f"{warning}"


@pytest.mark.parametrize("key", ["a", "a/b", "a..b/.c/d.", "a%2Fb%20c"])
def test_key_without_oddities(key: str) -> None:
    """A key that every store takes as it is gets no warning."""
    assert [finding.verdict for finding in look_at(key)] == ["ok"]


def test_key_is_told_by_the_command(double: StorageDouble) -> None:
    """The command prints the warning, and goes on."""
    url = TRANSCRIPT.hide(f"{double.url}doctor/slash/?{signed_queries.v4()}")
    seen = check("--no-upload", url=url, UPLOAD_DESTINATIONS=double.url)
    assert seen.status == 0
    assert "its object key ends with a slash" in " ".join(seen.said.split())


def test_session() -> None:
    """Whoever gives a session's URL is told that the check ends it."""
    first, warning = look_at("a", "upload_id=" + "a1B2" * 10)
    assert (first.verdict, warning.verdict) == ("ok", "warn")
    assert "end it" in warning.text
    assert "--no-upload" in warning.cure


def look_at(key: str, query: str = "") -> list[Finding]:
    """What the check finds about a URL with this key, as it stands in the path."""
    settings = Settings.from_environment({"UPLOAD_DESTINATIONS": "https://store.example"})
    url = f"https://store.example/bucket/{key}?{query or signed_queries.v4()}"
    return list(check_url(settings, FormFields(settings), [("uploadUrl", url)], time.time()))


def test_type_that_was_signed(double: StorageDouble) -> None:
    """A signed Content-Type that is not given is a warning that names the option."""
    url = f"{double.url}doctor/typed?{signed_queries.v4(signed_headers='content-type;host', seconds=55)}"
    seen = check("--no-upload", url=TRANSCRIPT.hide(url), UPLOAD_DESTINATIONS=double.url)
    assert seen.status == 0
    assert "--content-type TYPE with the type that was signed" in seen.said
    assert "many uploads will begin too late" in seen.said
