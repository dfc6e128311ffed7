"""The trial upload of `--check`: uploads a few bytes with the service's own code, and reports the result.

Knows: how an upload is put together, and when its PUT's headers, body and response passed.
Rules: the upload runs as at /upload-with-presigned, with four differences: the PUT expects 100 Continue
although the file is small, UPLOAD_ALLOWED_TYPES is ignored, the timeout is shorter, and no grant is needed.
Must not know: DNS, addresses, TLS.
"""

import secrets
import time
from collections.abc import Sequence
from dataclasses import replace

from upload_service.body.budget import SpoolBudget
from upload_service.body.checksums import Checksum, checksums_for
from upload_service.doctor.finding import Finding, fail, format_ms, ok, warn
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_reader import FormReader
from upload_service.presigned.destination import Destination
from upload_service.settings.settings import Settings
from upload_service.storage.connection_pools import Pool, Pools
from upload_service.storage.exchange import CONTINUE_SECONDS
from upload_service.storage.name_lookups import NameLookups
from upload_service.storage.outcome import Outcome
from upload_service.storage.put import Storage
from upload_service.storage.sockets import SocketCounter
from upload_service.upload.form_fields import PLAIN_FIELDS, FormFields
from upload_service.upload.record import UploadRecord
from upload_service.upload.upload import Upload

CONTENT = b"upload-service --check\n"
CONTENT_TYPE = "application/octet-stream"
# A store that works answers so few bytes within this time.
TRIAL_SECONDS = 30.0
# If the body left later than this, 100 Continue did not come. A little less than CONTINUE_SECONDS, because
# that time is measured with another clock.
NO_CONTINUE_SECONDS = 0.95 * CONTINUE_SECONDS
_EXPECT_CURE = "set UPLOAD_EXPECT_CONTINUE_BYTES to 0"


class RequestTimings:
    """When the parts of the PUTs of one upload passed, in seconds of `time.monotonic`.

    `headers_sent`: one for each PUT. `body_sent` and `responded`: the last ones; None if there was none.
    `expectation_failed`: storage has answered 417, which means that it does not support `Expect`.
    """

    def __init__(self) -> None:
        self.headers_sent: list[float] = []
        self.expectation_failed = False
        self.body_sent: float | None = None
        self.responded: float | None = None

    def head_sent(self) -> None:
        """A PUT's head has left."""
        self.headers_sent.append(time.monotonic())

    def body_begins(self) -> None:
        """Its body leaves now."""
        self.body_sent = time.monotonic()

    def answered(self, status: int) -> None:
        """Its answer's head is here."""
        self.expectation_failed |= status == 417
        self.responded = time.monotonic()


def announce_upload(fields: FormFields) -> Finding:
    """A finding that says what the trial upload is about to do to the object."""
    what = f"{len(CONTENT)} bytes go to the key of the URL now"
    if fields.destination and fields.destination.creates_only and fields.headers["if-none-match"] == "*":
        return ok("upload", f"{what}; if-none-match is signed: storage refuses when an object is there")
    return warn("upload", f"{what} and replace what is there", "next time --no-upload stops before this")


async def try_upload(
    settings: Settings, destination: Destination, given_fields: Sequence[tuple[str, str]]
) -> list[Finding]:
    """Upload a few bytes, and report the result. `given_fields`: the fields of the form before its file."""
    timings, failure = RequestTimings(), None
    settings_of_trial = replace(
        settings,
        allowed_types=None,
        grant_keys=(),
        timeout_seconds=min(settings.timeout_seconds, TRIAL_SECONDS),
    )
    spool_budget = SpoolBudget(settings.spool_memory_bytes, 0)
    names = NameLookups()
    async with Pool(listed=destination.listed, names=names, pooled=False, observer=timings) as pool:
        pools = Pools(pool, pool, SocketCounter())
        storage = Storage(pools, settings.stall_seconds, 1 if settings.expect_continue_bytes else 0)
        upload = Upload(_form(given_fields), storage, spool_budget, settings_of_trial, retrying=False)
        try:
            await upload.run()
        except UploadError as error:
            failure = error
    await names.close()
    spool_budget.close()
    findings = [_expect(settings, timings)] if timings.headers_sent else []
    if failure:
        return [*findings, _failed(failure, upload.record, settings_of_trial)]
    return [*findings, _stored(settings, destination, upload.record, timings)]


def _form(given_fields: Sequence[tuple[str, str]]) -> FormReader:
    boundary = secrets.token_hex(16)
    begin = f"--{boundary}\r\nContent-Disposition: form-data; name="
    fields = "".join(f'{begin}"{name}"\r\n\r\n{value}\r\n' for name, value in given_fields)
    head = f'{begin}"file"; filename="check"\r\nContent-Type: {CONTENT_TYPE}\r\n\r\n'
    form = (fields + head).encode() + CONTENT + f"\r\n--{boundary}--\r\n".encode()
    chunks = iter((form,))

    async def read() -> bytes:
        return next(chunks, b"")

    return FormReader(read, f"multipart/form-data; boundary={boundary}", len(form), PLAIN_FIELDS)


def _expect(settings: Settings, timings: RequestTimings) -> Finding:
    """How storage reacted to `Expect: 100-continue`."""
    step = "expect"
    if not settings.expect_continue_bytes:
        return ok(step, "storage is not asked: UPLOAD_EXPECT_CONTINUE_BYTES is 0")
    if timings.body_sent is None:
        if timings.responded is None:
            return warn(step, "storage said neither 100 Continue nor anything else", _EXPECT_CURE)
        return ok(step, "storage answered without wanting the file: a refusal costs no upload")
    if timings.expectation_failed:
        return warn(
            step, "storage does not know the question, and was sent the file without it", _EXPECT_CURE
        )
    waited = timings.body_sent - timings.headers_sent[-1]
    if waited < NO_CONTINUE_SECONDS:
        return ok(step, f"storage said 100 Continue after {format_ms(waited)}")
    return warn(
        step,
        f"storage did not say 100 Continue in {format_ms(waited)}, and was sent the file unasked",
        f"{_EXPECT_CURE}, or each file of that size loses a second",
    )


def _stored(
    settings: Settings, destination: Destination, record: UploadRecord, timings: RequestTimings
) -> Finding:
    outcome = record.outcome
    assert outcome
    assert outcome.answer
    after = ""
    if timings.responded and timings.headers_sent:
        after = f" after {format_ms(timings.responded - timings.headers_sent[-1])}"
    text = f"stored: {outcome.answer.status}{after}{_response_ids(outcome)}"
    checksum = record.checksum or "no checksum runs"
    return ok("answer", f"{text}; {checksum}, {_comparison(settings, destination, outcome)}")


def _comparison(settings: Settings, destination: Destination, outcome: Outcome) -> str:
    """Whether the checksums in storage's response are those of the file, as the end of a sentence."""
    checksums = checksums_for(settings.verify, None, destination.signature_scheme)
    checksums.update(CONTENT)
    claims: list[Checksum] = [*outcome.claims, *([outcome.etag_md5] if outcome.etag_md5 else [])]
    equal = [claim.algorithm for claim in claims if checksums.agrees_with(claim)]
    if not equal:
        return "and storage gives nothing to compare it with"
    return f"and what storage says it stored is the same ({', '.join(dict.fromkeys(equal))})"


def _failed(error: UploadError, record: UploadRecord, settings: Settings) -> Finding:
    answer, outcome = error.storage, record.outcome
    reply = f" Storage answered {answer.status}{f' {answer.code}' if answer.code else ''}" if answer else ""
    if reply and outcome:
        reply += f"{_response_ids(outcome)}."
    if error.entry.code == "storage_timeout" and not answer:
        reply = f" There was no answer in {settings.timeout_seconds:g} seconds."
    return fail("answer", f"{error.cause}{reply}", error.entry.cure)


def _response_ids(outcome: Outcome) -> str:
    """The request id and the ETag of storage's response, in brackets; empty if it has none."""
    ids = [f"request id {outcome.request_id}"] if outcome.request_id else []
    ids += [f"ETag {outcome.etag}"] if outcome.etag else []
    return f" ({', '.join(ids)})" if ids else ""
