"""One upload of a few bytes, made by the service's own parts, and what storage said to it.

Knows: how an upload is put together, and when its PUT's head, its body and its answer passed.
Rules: the upload is the plain endpoint's, but for three things: storage is asked for 100 Continue however
small the file, the types that callers may send are not looked at, and silence ends it sooner.
Must not know: names, addresses, TLS.
"""

import secrets
import time
from collections.abc import Sequence
from dataclasses import replace

import aiohttp

from upload_service.body.budget import SpoolBudget
from upload_service.body.checksums import Checksum, checksums_for
from upload_service.doctor.finding import Finding, fail, ms, ok, warn
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_reader import FormReader
from upload_service.presigned.destination import Destination
from upload_service.settings.settings import Settings
from upload_service.storage.outcome import Outcome
from upload_service.storage.put import Storage
from upload_service.storage.session import CONTINUE_SECONDS, Sessions, new_session
from upload_service.upload.form_fields import PLAIN_FIELDS, FormFields
from upload_service.upload.record import UploadRecord
from upload_service.upload.upload import Upload

CONTENT = b"upload-service --check\n"
CONTENT_TYPE = "application/octet-stream"
# In which a store that works has answered to so few bytes.
ANSWER_SECONDS = 30.0
# A little less: the clock that waits for 100 is not ours.
SAID_NOTHING_SECONDS = 0.95 * CONTINUE_SECONDS
_NEVER_ASK = "set UPLOAD_EXPECT_CONTINUE_BYTES to 0"


class Watch:
    """When things passed, in seconds of `time.monotonic`. `heads`: of each PUT that left.

    `misunderstood`: storage answered that it does not know the expectation.
    """

    def __init__(self) -> None:
        self.heads: list[float] = []
        self.misunderstood = False
        self.body: float | None = None
        self.answered: float | None = None

    def trace(self) -> aiohttp.TraceConfig:
        """What the HTTP client tells."""
        config = aiohttp.TraceConfig()
        config.on_request_headers_sent.append(self._note_head)
        config.on_request_chunk_sent.append(self._note_body)
        config.on_request_end.append(self._note_answer)
        return config

    async def _note_head(self, *_told: object) -> None:
        self.heads.append(time.monotonic())

    async def _note_body(self, *_told: object) -> None:
        self.body = time.monotonic()

    async def _note_answer(
        self, _session: object, _context: object, told: aiohttp.TraceRequestEndParams
    ) -> None:
        self.misunderstood |= told.response.status == 417
        self.answered = time.monotonic()


def announcement(fields: FormFields) -> Finding:
    """What is about to be done to the object."""
    what = f"{len(CONTENT)} bytes go to the key of the URL now"
    if fields.destination and fields.destination.creates_only and fields.headers["if-none-match"] == "*":
        return ok("upload", f"{what}; if-none-match is signed: storage refuses when an object is there")
    return warn("upload", f"{what} and replace what is there", "next time --no-upload stops before this")


async def look(
    settings: Settings, destination: Destination, given: Sequence[tuple[str, str]]
) -> list[Finding]:
    """Upload, and say what came of it; `given` are the fields of the form before its file."""
    watch, failure = Watch(), None
    wanted = replace(
        settings, allowed_types=None, timeout_seconds=min(settings.timeout_seconds, ANSWER_SECONDS)
    )
    spool_budget = SpoolBudget(settings.spool_memory_bytes, 0)
    async with new_session(listed=destination.listed, pooled=False, traces=[watch.trace()]) as session:
        storage = Storage(
            Sessions(session, session), settings.stall_seconds, 1 if settings.expect_continue_bytes else 0
        )
        upload = Upload(_form(given), storage, spool_budget, wanted, retrying=False)
        try:
            await upload.run()
        except UploadError as error:
            failure = error
    spool_budget.close()
    said = [_expect(settings, watch)] if watch.heads else []
    if failure:
        return [*said, _failed(failure, upload.record, wanted)]
    return [*said, _stored(settings, destination, upload.record, watch)]


def _form(given: Sequence[tuple[str, str]]) -> FormReader:
    boundary = secrets.token_hex(16)
    begin = f"--{boundary}\r\nContent-Disposition: form-data; name="
    fields = "".join(f'{begin}"{name}"\r\n\r\n{value}\r\n' for name, value in given)
    head = f'{begin}"file"; filename="check"\r\nContent-Type: {CONTENT_TYPE}\r\n\r\n'
    whole = (fields + head).encode() + CONTENT + f"\r\n--{boundary}--\r\n".encode()
    pieces = iter((whole,))

    async def read() -> bytes:
        return next(pieces, b"")

    return FormReader(read, f"multipart/form-data; boundary={boundary}", len(whole), PLAIN_FIELDS)


def _expect(settings: Settings, watch: Watch) -> Finding:
    """How storage took the question whether it wants the file."""
    step = "expect"
    if not settings.expect_continue_bytes:
        return ok(step, "storage is not asked: UPLOAD_EXPECT_CONTINUE_BYTES is 0")
    if watch.body is None:
        if watch.answered is None:
            return warn(step, "storage said neither 100 Continue nor anything else", _NEVER_ASK)
        return ok(step, "storage answered without wanting the file: a refusal costs no upload")
    if watch.misunderstood:
        return warn(step, "storage does not know the question, and was sent the file without it", _NEVER_ASK)
    waited = watch.body - watch.heads[-1]
    if waited < SAID_NOTHING_SECONDS:
        return ok(step, f"storage said 100 Continue after {ms(waited)}")
    return warn(
        step,
        f"storage did not say 100 Continue in {ms(waited)}, and was sent the file unasked",
        f"{_NEVER_ASK}, or each file of that size loses a second",
    )


def _stored(settings: Settings, destination: Destination, record: UploadRecord, watch: Watch) -> Finding:
    outcome = record.outcome
    assert outcome
    assert outcome.answer
    after = f" after {ms(watch.answered - watch.heads[-1])}" if watch.answered and watch.heads else ""
    text = f"stored: {outcome.answer.status}{after}{_ids(outcome)}; {record.checksum or 'no checksum runs'}"
    return ok("answer", f"{text}, {_compared(settings, destination, outcome)}")


def _compared(settings: Settings, destination: Destination, outcome: Outcome) -> str:
    sums = checksums_for(settings.verify, None, destination.signature_scheme)
    sums.update(CONTENT)
    claims: list[Checksum] = [*outcome.claims, *([outcome.etag_md5] if outcome.etag_md5 else [])]
    equal = [claim.algorithm for claim in claims if sums.agrees_with(claim)]
    if not equal:
        return "and storage gives nothing to compare it with"
    return f"and what storage says it stored is the same ({', '.join(dict.fromkeys(equal))})"


def _failed(error: UploadError, record: UploadRecord, settings: Settings) -> Finding:
    answer, outcome = error.storage, record.outcome
    said = f" Storage answered {answer.status}{f' {answer.code}' if answer.code else ''}" if answer else ""
    if said and outcome:
        said += f"{_ids(outcome)}."
    if error.entry.code == "storage_timeout" and not answer:
        said = f" There was no answer in {settings.timeout_seconds:g} seconds."
    return fail("answer", f"{error.cause}{said}", error.entry.cure)


def _ids(outcome: Outcome) -> str:
    named = [f"request id {outcome.request_id}"] if outcome.request_id else []
    named += [f"ETag {outcome.etag}"] if outcome.etag else []
    return f" ({', '.join(named)})" if named else ""
