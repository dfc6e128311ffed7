"""What a presigned URL says, judged as an upload's would be.

Knows: the fields of a form, because the URL and its headers are noted as if they came in one.
Rules: pure; of the URL nothing is said but its host, its signed headers' names and its expiry.
Must not know: the network, the clock (now is passed in).
"""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from upload_service.doctor.finding import Finding, fail, ok, period, warn
from upload_service.doctor.settings_check import allowed
from upload_service.errors.upload_error import UploadError
from upload_service.presigned.destination import LISTED, Destination, judge_destination
from upload_service.presigned.signed_headers import CONTENT_TYPE_FIELD
from upload_service.settings.settings import Settings
from upload_service.upload.form_fields import FormFields

STEP = "URL"
# Shorter is too short for people, and for clocks that differ.
SHORT_SECONDS = 60


def look(
    settings: Settings, fields: FormFields, given: Sequence[tuple[str, str]], now: float
) -> Iterator[Finding]:
    """Note the fields `given` of a form, the URL among them, and say what they mean together."""
    try:
        for name, value in given:
            fields.note(name, value, now)
        if missing := fields.missing_header():
            yield fail(
                STEP,
                f"it is signed with the header {missing}, whose value is not given",
                f"here: --header '{missing}:VALUE' with the value that was signed; in a form: the field "
                f"header:{missing} before the file",
            )
            return
    except UploadError as error:
        yield _refused(settings, dict(given)["uploadUrl"], error, now)
        return
    destination = fields.destination
    assert destination
    yield ok(STEP, f"{_whose(destination)}; {_headers(destination)}; {_expiry(destination, now)}")
    yield from _doubts(destination, dict(given), now)


def _whose(destination: Destination) -> str:
    store = "a store of your own" if destination.provider == LISTED else destination.provider
    by = "UPLOAD_DESTINATIONS lists it" if destination.listed else "a well-known store"
    return f"{destination.host} ({store}), allowed: {by}; signed as {destination.signature_scheme}"


def _headers(destination: Destination) -> str:
    if destination.signed_headers is None:
        return "does not tell its signed headers"
    return f"signed headers: {', '.join(sorted(destination.signed_headers))}"


def _expiry(destination: Destination, now: float) -> str:
    if destination.expires_at is None:
        return "does not tell when it expires"
    return f"expires in {period(destination.expires_at - now)}"


def _doubts(destination: Destination, given: dict[str, str], now: float) -> Iterator[Finding]:
    signed = destination.signed_headers or frozenset()
    if "content-type" in signed and not {CONTENT_TYPE_FIELD, "header:content-type"} & given.keys():
        yield warn(
            STEP,
            "its Content-Type is signed and not given here: application/octet-stream is sent",
            "--content-type TYPE with the type that was signed",
        )
    if "content-length" in signed:
        yield warn(
            STEP,
            "its Content-Length is signed: storage will refuse the few bytes of this check",
            "sign another URL without it for the check",
        )
    if destination.expires_at is not None and destination.expires_at - now < SHORT_SECONDS:
        yield warn(
            STEP,
            f"it expires in {period(destination.expires_at - now)}: many uploads will begin too late",
            "sign for some minutes: each upload's PUT must begin before the end",
        )


def _refused(settings: Settings, url: str, error: UploadError, now: float) -> Finding:
    cause, cure = error.cause, error.entry.cure
    if error.entry.code == "url_expired":
        ended = judge_destination(url, settings.destinations, -math.inf).expires_at
        clock = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        cause = (
            f"{cause} It ended {period(now - (ended or now))} ago, if this machine's clock is right: {clock}."
        )
    if error.entry.code == "destination_not_allowed":
        cause = f"{cause} Allowed: {allowed(settings)}."
    return fail(STEP, cause, cure)
