"""What a refusal or an error of storage means to us.

Knows: the tables of codes and sentences, what a status means alone, and how a server answers that is no
store.
Rules: no input and no output. A sentence outranks a code, and a code outranks a status. An unknown code means
only what its status says by itself. Storage's words are read here and never passed on, except its short
code, because an error body echoes the signature.
Must not know: HTTP libraries, when another attempt begins.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from upload_service.storage.quotable_words import is_error_code
from upload_service.storage.store_codes import STORE_CODES, StoreCode
from upload_service.storage.store_sentences import SENTENCE_STATUSES, SENTENCES, Sentence
from upload_service.storage.web_page import is_page
from upload_service.translation.phrase import Phrase

ERROR_CODE_HEADER = "x-ms-error-code"

# Our code by the status, where storage gives no error code; 501 and 507 are the only ones of 500 or more.
REFUSED_STATUSES: Mapping[int, str] = {
    404: "wrong_endpoint",
    405: "wrong_endpoint",
    408: "storage_timeout",
    409: "storage_conflict",
    412: "precondition_failed",
    413: "entity_too_large",
    429: "storage_throttled",
    501: "header_not_supported",
    507: "storage_full",
}
# What happened then, where it is less than our code says.
STATUS_CAUSES: Mapping[int, str] = {
    404: "The answer is 404 and does not say what was not found: the bucket, or the address, which may be "
    "that of a web server.",
    405: "What answers at this address does not take a PUT.",
    501: "Storage says that it does not support something in the upload (501).",
}
# Those that say so much that an error code, if it is not a known one, cannot mean anything else.
PLAIN_STATUSES = frozenset({408, 412, 413, 429, 501, 507})
# docs.openstack.org/api-ref/object-store: the ETag of the request is not that of the body.
SWIFT_STATUSES: Mapping[int, str] = {422: "checksum_mismatch"}
# Statuses after which the same PUT may succeed a moment later, where storage gives no known error code.
RETRIED_STATUSES = frozenset({408, 429, *range(500, 600)} - {501, 505, 507})

# They outrank a known code: storage wants the request later, whatever else it says.
_LATER = frozenset({408, 429})
# What a known code means under a status of 500 or more as well.
_UNDER_EVERY_STATUS = frozenset({"header_not_supported", "storage_full"})
# A store that denies access says why in XML. A server that guards the way to it says something else. Where
# nothing at all came, the answer may have broken off.
_GUARDED = frozenset({401, 403, 407})
# Where a page in HTML tells no more than the status.
_NOT_BY_A_PAGE = frozenset(range(500, 600)) - {501}

_CODE = rb"<Code>([A-Za-z0-9._-]{1,64})</Code>"
# An error body repeats the object key and the headers, too: only in these elements the store itself speaks.
_SAID = rb"(?s)<(Message|Details|AuthenticationErrorDetail)>(.*?)(?:</\1>|\Z)"


class Refusal(NamedTuple):
    """`error`: our code. `code`: storage's. `cause`: what happened, where more is known than `error` says."""

    error: str
    code: str | None = None
    cause: Phrase | None = None


def read_refusal(
    status: int, headers: Mapping[str, str], body: bytes, *, in_json: bool = False, in_pages: bool = False
) -> Refusal:
    """What a response means whose status is none of 2xx. `headers` ignore case; `body`: its beginning.

    `in_json`: this store's error codes come in JSON. `in_pages`: this store has none, and refuses with pages.
    """
    code = error_code(headers, body) or (_code_in_json(body) if in_json else None)
    if told := _sentence(status, body):
        return Refusal(told.error, code, _phrase(told.cause))
    known = STORE_CODES.get(code or "")
    if known and _counts(known, status):
        return Refusal(known.error, code, _phrase(known.cause))
    if in_pages:
        return Refusal(SWIFT_STATUSES[status]) if status in SWIFT_STATUSES else _by_status(status, code)
    if code is None and (cause := _cause_in_front(status, headers, body)):
        return Refusal("refused_before_storage", None, cause)
    return _by_status(status, code)


def error_code(headers: Mapping[str, str], body: bytes) -> str | None:
    """The error code that a store gives in a header or in XML; None if there is none that looks like one."""
    header = headers.get(ERROR_CODE_HEADER, "")
    if is_error_code(header):
        return header
    match = re.search(_CODE, body)
    code = match[1].decode("ascii") if match else ""
    return code if is_error_code(code) else None


def _code_in_json(body: bytes) -> str | None:
    """The code in the members `code` or, in older versions of Supabase, `error`."""
    import json

    try:
        told = json.loads(body)
    except (ValueError, RecursionError):  # cut off, or nested without end
        return None
    members = (told.get("code"), told.get("error")) if isinstance(told, dict) else ()
    return next((each for each in members if isinstance(each, str) and is_error_code(each)), None)


def _sentence(status: int, body: bytes) -> Sentence | None:
    if status not in SENTENCE_STATUSES:
        return None
    said = [match[2] for match in re.finditer(_SAID, body)] or [body]
    text = b" ".join(said).decode("latin-1").lower()
    return next((sentence for sentence in SENTENCES if sentence.words in text), None)


def _counts(known: StoreCode, status: int) -> bool:
    """Whether a known code says more than the status with which it came."""
    return known.error in _UNDER_EVERY_STATUS or (300 <= status < 500 and status not in _LATER)


def _phrase(cause: str | None) -> Phrase | None:
    """The sentence of a table."""
    return Phrase(cause) if cause else None


def _cause_in_front(status: int, headers: Mapping[str, str], body: bytes) -> Phrase | None:
    """What happened, if a server in front of the store has answered in its place; else None."""
    if status < 300 or status in _LATER or status in _NOT_BY_A_PAGE:
        return None
    if is_page(headers, body):
        what = Phrase("a redirect") if status < 400 else Phrase("status {status}", status=status)
        return Phrase(
            "A web page came in place of storage's answer, with {what}: {guess}.",
            what=what, guess=_guess(status, headers),
        )  # fmt: skip
    if status in _GUARDED and body.strip() and b"<Error" not in body:
        return Phrase(
            "The answer has status {status} and no error code of a store: {guess}.",
            status=status, guess=_guess(status, headers),
        )  # fmt: skip
    return None


def _guess(status: int, headers: Mapping[str, str]) -> Phrase:
    if 300 <= status < 400 and headers.get("Location", "").lower().startswith("https://"):
        return Phrase(
            "a proxy in front of the store sends the upload to an address with https, or a login page"
        )
    if 300 <= status < 400:
        return Phrase("a proxy in front of the store sends the upload to another address")
    if status == 413:
        return Phrase("a proxy in front of the store takes no file of this size")
    return Phrase("a proxy, a firewall or a login page in front of the store has refused the upload")


def _by_status(status: int, code: str | None) -> Refusal:
    alone = REFUSED_STATUSES.get(status)
    if alone and (code is None or status in PLAIN_STATUSES):
        return Refusal(alone, code, _phrase(STATUS_CAUSES.get(status)))
    if status >= 500:
        return Refusal("storage_error", code)
    if status < 300:
        return Refusal("storage_bad_answer", code)
    if status < 400:
        return Refusal("storage_redirected", code)
    known = Phrase("an error code that this service does not know") if code else Phrase("no error code")
    cause = Phrase("Storage refused the request with status {status} and {code}.", status=status, code=known)
    return Refusal("storage_rejected", code, cause)
