"""Which outcomes are worth another try, and how long to wait before it.

Knows: the table of what is tried again, package `backoff`'s arithmetic, what is left of the deadline.
Rules: pure, but for the dice; only what can change by itself is tried again.
Must not know: sockets, sleeping.
"""

from collections.abc import Iterator

import backoff

from upload_service.outcome import Outcome

MAX_RETRIES = 10
DEFAULT_RETRIES = 3
FIRST_WAIT_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 10

# Without an answer: connection faults. TLS that is not trusted stays so.
RETRIED_FAULTS = frozenset(
    {
        "storage_bad_answer",
        "storage_disconnected",
        "storage_name_unresolved",
        "storage_stalled",
        "storage_timeout",
        "storage_unreachable",
    }
)
RETRIED_STATUSES = frozenset({408, 429, *range(500, 600)} - {501, 505})


def is_worth_retrying(outcome: Outcome) -> bool:
    """Whether the same PUT may succeed a moment later."""
    if outcome.error is None:
        return False
    if outcome.answer is None:
        return outcome.error in RETRIED_FAULTS
    return outcome.answer.status in RETRIED_STATUSES


def waits() -> Iterator[float]:
    """Seconds to wait before each further try: exponential, capped, full jitter."""
    steps = backoff.expo(factor=FIRST_WAIT_SECONDS, max_value=LONGEST_WAIT_SECONDS)
    next(steps)  # the generator's first yield only starts it
    for step in steps:
        yield backoff.full_jitter(step)
