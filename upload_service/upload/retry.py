"""Which outcomes are worth another attempt, and how long to wait before it.

Knows: what is tried again, and the arithmetic of the package `backoff`.
Rules: no input and no output, except random numbers. The code that storage gave outranks its status. Only
what can change by itself is tried again. A PUT of the same bytes to the same URL is idempotent (RFC 9110
section 9.2.2), so it may be repeated even when nobody knows whether the broken attempt was stored. So it is
with the same range of a session, which ignores what it has already
(docs.cloud.google.com/storage/docs/resumable-uploads#resent-data), and with a POST of the same form, because
the key stands in it.
Must not know: sockets, sleeping, deadlines.
"""

import re
from collections.abc import Iterator

from upload_service.errors.upload_error import UploadError
from upload_service.storage.outcome import Outcome
from upload_service.storage.refusals import RETRIED_STATUSES
from upload_service.storage.store_codes import STORE_CODES

MAX_RETRIES = 10
DEFAULT_RETRIES = 3
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 10

# Faults without a response to this PUT. A certificate that is not trusted stays so, and is not here.
RETRIED_FAULTS = frozenset(
    {
        "session_incomplete",
        "storage_bad_answer",
        "storage_disconnected",
        "storage_name_unresolved",
        "storage_stalled",
        "storage_timeout",
        "storage_unreachable",
        "stored_bytes_differ",
    }
)
# Storage responded, but its response is not one to this PUT of these bytes.
_NO_ANSWER = ("session_incomplete", "storage_bad_answer", "stored_bytes_differ")


def is_worth_retrying(outcome: Outcome, *, creates_only: bool = False) -> bool:
    """Whether the same PUT may succeed a moment later. `creates_only`: storage never overwrites."""
    if outcome.error is None or outcome.final:
        return False
    if creates_only and outcome.error == "stored_bytes_differ":
        return False
    if outcome.answer is None or outcome.error in _NO_ANSWER:
        return outcome.error in RETRIED_FAULTS
    known = STORE_CODES.get(outcome.answer.code or "")
    if known is None or known.retry is None:
        return outcome.answer.status in RETRIED_STATUSES
    return known.retry


def failed_before_first_byte(outcome: Outcome) -> bool:
    """Whether the connection failed before a byte of the file was used, in a way that may pass."""
    return outcome.answer is None and outcome.error in RETRIED_FAULTS and outcome.sent_bytes == 0


def backoff_delays() -> Iterator[float]:
    """Seconds to wait before each further attempt: exponential backoff with a cap and full jitter."""
    import backoff  # here, because few uploads come so far

    steps = backoff.expo(factor=FIRST_WAIT_SECONDS, max_value=LONGEST_WAIT_SECONDS)
    next(steps)  # the generator's first yield only starts it
    for step in steps:
        yield backoff.full_jitter(step)


def parse_retries(value: str) -> int:
    """The field max_retries; raises UploadError."""
    if not re.fullmatch(r"\d{1,2}", value, re.ASCII) or int(value) > MAX_RETRIES:
        raise UploadError("invalid_max_retries")
    return int(value)
