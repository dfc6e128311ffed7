"""Checks a presigned URL, by the same rules as for an upload.

Knows: the fields of a form, because the URL and its headers are judged as if they came in one.
Rules: pure. Of the URL only the host, the names of the signed headers and the expiry are printed.
Must not know: the network, the clock (`now` is passed in, in seconds since the epoch).
"""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import unquote

from upload_service.doctor.finding import Finding, fail, format_period, ok, warn
from upload_service.doctor.settings_check import describe_destinations
from upload_service.errors.upload_error import UploadError
from upload_service.presigned.destination import LISTED, UNSIGNED, Destination, judge_destination
from upload_service.presigned.signed_headers import CONTENT_TYPE_FIELD
from upload_service.settings.settings import Settings
from upload_service.upload.form_fields import FormFields

STEP = "URL"
# A URL that expires sooner gets a warning: people are slower, and clocks differ.
SHORT_SECONDS = 60
_KEY_CURE = "sign another key; docs/compatibility.md says what each store does with this one"


def check_url(
    settings: Settings, fields: FormFields, given_fields: Sequence[tuple[str, str]], now: float
) -> Iterator[Finding]:
    """Put the given fields of a form, the URL included, into `fields`, and say what they mean together.

    After a failure `fields.destination` may be None.
    """
    try:
        for name, value in given_fields:
            fields.note(name, value, now)
        if missing := fields.missing_headers():
            names, is_one = ", ".join(missing), len(missing) == 1
            yield fail(
                STEP,
                f"it is signed with the header{'' if is_one else 's'} {names}, whose "
                f"value{' is' if is_one else 's are'} not given",
                f"here: --header '{missing[0]}:VALUE' with the value that was signed; in a form: the field "
                f"header:{missing[0]} before the file",
            )
            return
    except UploadError as error:
        yield _refused(settings, dict(given_fields)["uploadUrl"], error, now)
        return
    destination = fields.destination
    assert destination
    yield ok(STEP, f"{_host(destination)}; {_headers(destination)}; {_expiry(destination, now)}")
    yield from _warnings(destination, dict(given_fields), now)


def _host(destination: Destination) -> str:
    store = "a store of your own" if destination.provider == LISTED else destination.provider
    by = "UPLOAD_DESTINATIONS lists it" if destination.listed else "a well-known store"
    scheme = destination.signature_scheme
    signed = "needs no signature there" if scheme == UNSIGNED else f"signed as {scheme}"
    return f"{destination.host} ({store}), allowed: {by}; {signed}"


def _headers(destination: Destination) -> str:
    if destination.signed_headers is None:
        return "does not tell its signed headers"
    return f"signed headers: {', '.join(sorted(destination.signed_headers))}"


def _expiry(destination: Destination, now: float) -> str:
    if destination.expires_at is None:
        return "does not tell when it expires"
    return f"expires in {format_period(destination.expires_at - now)}"


def _warnings(destination: Destination, given_fields: dict[str, str], now: float) -> Iterator[Finding]:
    signed = destination.signed_headers or frozenset()
    if "content-type" in signed and not {CONTENT_TYPE_FIELD, "header:content-type"} & given_fields.keys():
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
    if destination.kind == "session":
        yield warn(
            STEP,
            "it is a resumable session's: the few bytes of this check become its whole object, and end it",
            "begin a session for the check alone, or stop before the upload with --no-upload",
        )
    for text in _oddities(unquote(destination.url.raw_path)):
        yield warn(STEP, f"its object key {text}", _KEY_CURE)
    if destination.expires_at is not None and destination.expires_at - now < SHORT_SECONDS:
        yield warn(
            STEP,
            f"it expires in {format_period(destination.expires_at - now)}: many uploads will begin too late",
            "sign for some minutes: each upload's PUT must begin before the end",
        )


def _oddities(path: str) -> Iterator[str]:
    """What of the key in this decoded path some stores refuse, or change without a word."""
    *folders, name = path.removeprefix("/").split("/")
    if {".", ".."} & {*folders, name}:
        yield "has a segment . or ..: stores refuse it, or store the file at another key"
    if "" in folders:
        yield "has an empty segment: some stores refuse it, others store the file at the key without it"
    if not name:
        yield "ends with a slash: some stores refuse it, and SeaweedFS keeps no byte but calls it a success"
    if "\\" in path:
        yield "has a backslash: SeaweedFS stores the file at the key with a slash instead"


def _refused(settings: Settings, url: str, error: UploadError, now: float) -> Finding:
    cause, cure = str(error.cause), error.entry.cure
    if error.entry.code == "url_expired":
        # Judged at a time before every expiry, to learn when it expired.
        expired_at = judge_destination(url, settings.destinations, -math.inf).expires_at
        clock = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        ago = format_period(now - (expired_at or now))
        cause = f"{cause} It ended {ago} ago, if this machine's clock is right: {clock}."
    if error.entry.code == "destination_not_allowed":
        cause = f"{cause} Allowed: {describe_destinations(settings)}."
    return fail(STEP, cause, cure)
