"""How often a connection is read, so that bytes that come in tiny pieces cost no more than they are worth.

Knows: what a read costs, in bytes of a plain upload.
Rules: a request has so much credit, and never more; when reads that bring less than they cost have used it
up, a pause follows each, in which more gathers; it is longer when that was still too little. The shortest is
short enough for packets at 100 Mbit/s to find room in the system meanwhile.
Must not know: sockets, the loop, the clock.
"""

CREDIT_BYTES = 128 * 1024
READ_COST_BYTES = 8 * 1024
LEAST_SECONDS = 0.005
MOST_SECONDS = 0.05


class ReadPacing:
    """Of the reads of one request."""

    def __init__(self) -> None:
        self._credit_bytes = CREDIT_BYTES
        self._seconds = LEAST_SECONDS
        self._has_paused = False

    def pause_after(self, count: int) -> float:
        """Seconds not to read after a read that brought `count` bytes."""
        if self._has_paused and count < READ_COST_BYTES:
            self._seconds = min(MOST_SECONDS, 2 * self._seconds)
        elif self._has_paused and count > 4 * READ_COST_BYTES:
            self._seconds = max(LEAST_SECONDS, self._seconds / 2)
        credit = self._credit_bytes + count - READ_COST_BYTES
        self._credit_bytes = min(CREDIT_BYTES, max(0, credit))
        self._has_paused = credit < 0
        return self._seconds if credit < 0 else 0.0
