"""The outcome of one attempt, and what storage's response means.

Knows: status and headers of a response, and what is known of the object after an attempt that failed.
`refusals.py` knows what a refusal means, `success.py` what proves a success.
Rules: no input and no output. Of storage's words only its short codes and ids are passed on.
Must not know: HTTP libraries, how many attempts there were.
"""

import re
from typing import NamedTuple

from multidict import MultiMapping, istr

from upload_service.body.checksums import Checksum, md5_of_etag, stored_checksums
from upload_service.errors.upload_error import CATALOGUE, StorageResponse, UploadError
from upload_service.storage.quotable_words import Secrets
from upload_service.storage.refusals import Refusal, read_refusal
from upload_service.storage.success import ETAG, Proof, doubt, etag_of_post
from upload_service.translation.phrase import NOTHING, Phrase

REQUEST_ID_HEADERS = tuple(
    map(
        istr,
        (
            "x-amz-request-id",
            "x-guploader-uploadid",
            "x-ms-request-id",
            "x-oss-request-id",
            "x-cos-request-id",
            "x-obs-request-id",
            "opc-request-id",
            "x-trans-id",
            "sb-request-id",
            "x-amz-cf-id",
        ),
    )
)
_ETAG_HEADER = istr("ETag")


class Outcome(NamedTuple):
    """One attempt: `error` is a code of the catalogue, or None when storage has taken the bytes.

    `held_bytes`: the object is not stored yet, and its session holds so many bytes of it, from its start.

    `answer`: storage's status and code; None when there was no response. `sent_bytes`: so much of the file
    was handed to the connection; `handed_over`: all of it was, so that storage may have the whole file.
    `retry_after_seconds`: what storage asks for before another attempt. `final`: the same PUT would end in
    the same way.
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
    handed_over: bool = False
    claims: tuple[Checksum, ...] = ()
    etag_md5: Checksum | None = None
    refused_address: str | None = None
    cause: Phrase | None = None
    final: bool = False
    held_bytes: int | None = None

    @property
    def may_have_stored(self) -> bool:
        """Whether the file may be in storage although this attempt failed: nobody knows.

        A PUT that was given up before its last byte ends with a reset, so storage has not kept it. A 2xx
        claims a success, whatever it is worth; a status below 200 says nothing. `storage_error` says that
        storage itself failed, perhaps after it had stored the file; a refusal says that it has not.
        """
        if self.error in (None, "stored_bytes_differ"):
            return False
        status = self.answer.status if self.answer else 0
        if 200 <= status < 300:
            return True
        return self.handed_over and (status < 200 or self.error == "storage_error")

    def as_error(self, more: Phrase = NOTHING) -> UploadError:
        """The failure of an upload that ends with this outcome. `more` is added to what happened."""
        assert self.error is not None
        cause = self.cause or Phrase(CATALOGUE[self.error].cause)
        return UploadError(
            self.error,
            Phrase("{cause} {more}", cause=cause, more=more) if more else cause,
            storage=self.answer,
            retry_after_seconds=self.retry_after_seconds,
            retryable=False if self.final else None,
        )


def read_response(status: int, headers: MultiMapping[str], body: bytes, proof: Proof = ETAG) -> Outcome:
    """What a whole response means. `body`: at most its first 64 KiB. `headers` ignore case.

    The outcome has storage's words as they came: see `only_quotable`.
    `proof`: what makes a 2xx a success.
    """
    request_id = next((headers[name] for name in REQUEST_ID_HEADERS if name in headers), None)
    if proof.kind == "session" and (outcome := _read_session(status, headers, body, proof)):
        return outcome._replace(request_id=request_id)
    if 200 <= status < 300:
        return _read_success(status, headers, body, proof, request_id)
    refusal = read_refusal(
        status, headers, body, in_json=proof.refuses_in_json, in_pages=proof.refuses_in_pages
    )
    if proof.is_post and (status == 405 or refusal.error in ("wrong_endpoint", "header_not_supported")):
        refusal = _refused_post(refusal)
    return Outcome(
        refusal.error,
        StorageResponse(status, refusal.code),
        request_id=request_id,
        retry_after_seconds=_retry_after(headers.get("Retry-After", "")),
        cause=refusal.cause,
    )


def answered_too_early(outcome: Outcome, unsent_bytes: int) -> Outcome:
    """What a 2xx means that came while the system still held so many bytes of the request: no success."""
    assert outcome.answer
    cause = Phrase(
        "Storage answered {status} while {count} bytes of the upload had not reached it: it cannot have "
        "stored the whole file.",
        status=outcome.answer.status, count=unsent_bytes,
    )  # fmt: skip
    return Outcome("storage_bad_answer", outcome.answer, request_id=outcome.request_id, cause=cause)


def only_quotable(outcome: Outcome, secrets: Secrets) -> Outcome:
    """The outcome with those of storage's words alone that may be passed on."""
    answer = outcome.answer
    if answer and answer.code:
        answer = StorageResponse(answer.status, secrets.error_code(answer.code))
    etag = secrets.etag(outcome.etag) if outcome.etag else None
    request_id = secrets.request_id(outcome.request_id) if outcome.request_id else None
    if (answer, etag, request_id) == (outcome.answer, outcome.etag, outcome.request_id):
        return outcome  # nearly always, and a copy takes as long as all of the above
    return outcome._replace(answer=answer, etag=etag, request_id=request_id)


def _read_success(
    status: int,
    headers: MultiMapping[str],
    body: bytes,
    proof: Proof,
    request_id: str | None,
) -> Outcome:
    answer = StorageResponse(status)
    if what := doubt(status, headers, body, proof):
        cause = Phrase(
            "Storage answered {status} with {what}: the URL may point at a web server instead of an object "
            "store.",
            status=status, what=what,
        )  # fmt: skip
        return Outcome("storage_bad_answer", answer, request_id=request_id, cause=cause, final=True)
    return Outcome(
        None,
        answer,
        headers.get(_ETAG_HEADER) or (etag_of_post(body) if proof.is_post else None),
        request_id,
        claims=tuple(stored_checksums(headers)) if proof.is_whole else (),
        etag_md5=md5_of_etag(headers) if proof.is_whole else None,
    )


def _read_session(status: int, headers: MultiMapping[str], body: bytes, proof: Proof) -> Outcome | None:
    """What only a session says; None for what every store may say."""
    from upload_service.storage.sessions import held_bytes, session_refusal, stored_bytes  # few go to one

    answer = StorageResponse(status)
    if refusal := session_refusal(status, headers, body):
        return Outcome(refusal.error, answer, cause=refusal.cause, final=True)
    stored, wanted = stored_bytes(status, headers, body), proof.object_bytes
    if stored is not None and wanted is not None and stored != wanted:
        cause = Phrase(
            "The session of the URL has ended with {stored} bytes, and the object should have {count}.",
            stored=stored, count=wanted,
        )  # fmt: skip
        return Outcome("stored_bytes_differ", answer, cause=cause, final=True)
    if stored is None and not proof.is_end and 200 <= status < 300:
        cause = Phrase(
            "The session says that it has ended, but not with how many bytes, and more should come."
        )
        return Outcome("storage_bad_answer", answer, cause=cause, final=True)
    held = held_bytes(status, headers)
    return None if held is None else _read_held(held, answer, proof)


def _read_held(held: int, answer: StorageResponse, proof: Proof) -> Outcome:
    """What it means that a session holds so much, and wants more."""
    if proof.object_bytes is not None and held > proof.object_bytes:
        cause = Phrase(
            "The session says that it holds {held} bytes, and the object should have {count}.",
            held=held, count=proof.object_bytes,
        )  # fmt: skip
        return Outcome("storage_bad_answer", answer, cause=cause, final=True)
    if not proof.is_piece:
        cause = Phrase("The session of the URL has taken {count} bytes, and not the whole file.", count=held)
        return Outcome("session_incomplete", answer, cause=cause)
    return Outcome(None, answer, held_bytes=held)


def _refused_post(refusal: Refusal) -> Refusal:
    """What it means that no PUT could go there, or not with these headers."""
    return Refusal("post_not_supported", refusal.code)


def _retry_after(text: str) -> float | None:
    """The header's seconds (RFC 9110 section 10.2.3). A date is ignored, because clocks differ."""
    return float(text) if re.fullmatch(r"\d{1,6}", text, re.ASCII) else None
