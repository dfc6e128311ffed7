"""The outcome of one attempt, and what storage's response means.

Knows: status and headers of a response; `refusals.py` knows what a refusal means.
Rules: no input and no output. Of storage's words only its short codes and ids are passed on.
Must not know: HTTP libraries, how many attempts there were.
"""

import re
from dataclasses import dataclass, replace

from multidict import MultiMapping

from upload_service.body.checksums import Checksum, md5_of_etag, stored_checksums
from upload_service.errors.upload_error import CATALOGUE, StorageResponse, UploadError
from upload_service.storage.refusals import read_refusal

REQUEST_ID_HEADERS = ("x-amz-request-id", "x-guploader-uploadid", "x-ms-request-id")

_TOKEN = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attempt: `error` is a code of the catalogue, or None when the object is stored.

    `answer`: storage's status and code; None when there was no response. `sent_bytes`: so much of the file
    was handed to the connection. `retry_after_seconds`: what storage asks for before another attempt.
    `claims`: the checksums of what storage says it has stored. `etag_md5`: the MD5 that its ETag may be.
    `refused_address`: why no address was dialled. `cause`: what happened, where more is known than `error`
    says.
    """

    error: str | None
    answer: StorageResponse | None = None
    etag: str | None = None
    request_id: str | None = None
    retry_after_seconds: float | None = None
    sent_bytes: int = 0
    claims: tuple[Checksum, ...] = ()
    etag_md5: Checksum | None = None
    refused_address: str | None = None
    cause: str | None = None

    @property
    def may_have_stored(self) -> bool:
        """Whether the object may be there although this attempt failed: after a broken one nobody knows."""
        unanswered = self.answer is None or self.answer.status >= 500
        return self.error is not None and unanswered and self.sent_bytes > 0

    def as_error(self, more: str = "") -> UploadError:
        """The failure of an upload that ends with this outcome. `more` is added to what happened."""
        assert self.error is not None
        cause = f"{self.cause or CATALOGUE[self.error].cause} {more}".strip()
        return UploadError(
            self.error, cause, storage=self.answer, retry_after_seconds=self.retry_after_seconds
        )


def read_response(status: int, headers: MultiMapping[str], body: bytes) -> Outcome:
    """What a whole response means. `body`: at most its first 64 KiB. `headers` ignore case."""
    request_id = next((_printable(headers[name]) for name in REQUEST_ID_HEADERS if name in headers), None)
    if 200 <= status < 300:
        return Outcome(
            None,
            StorageResponse(status),
            _printable(headers.get("ETag", "")),
            request_id,
            claims=tuple(stored_checksums(headers)),
            etag_md5=md5_of_etag(headers),
        )
    refusal = read_refusal(status, headers, body)
    return Outcome(
        refusal.error,
        StorageResponse(status, refusal.code),
        request_id=request_id,
        retry_after_seconds=_retry_after(headers.get("Retry-After", "")),
        cause=refusal.cause,
    )


def without_echo(outcome: Outcome, url: str) -> Outcome:
    """The outcome without any text that storage copied from the URL, which is secret."""
    answer = outcome.answer
    if answer and answer.code and _is_echo(answer.code, url):
        outcome = replace(outcome, answer=StorageResponse(answer.status))
    if outcome.etag and _is_echo(outcome.etag, url):
        outcome = replace(outcome, etag=None)
    if outcome.request_id and _is_echo(outcome.request_id, url):
        outcome = replace(outcome, request_id=None)
    return outcome


def _is_echo(text: str, url: str) -> bool:
    # A shorter text may be in the URL by chance.
    return len(text) >= 16 and text.strip('"') in url


def _retry_after(text: str) -> float | None:
    """The header's seconds (RFC 9110 section 10.2.3). A date is ignored, because clocks differ."""
    return float(text) if re.fullmatch(r"\d{1,6}", text, re.ASCII) else None


def _printable(text: str) -> str | None:
    return text if _TOKEN.fullmatch(text) else None
