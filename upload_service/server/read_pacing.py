"""How long to wait between the reads of a connection, so that tiny packets do not cost too much CPU.

Knows: what a read costs, measured in bytes of a plain upload.
Rules: each request has a fixed credit, for its head and its body together. A read that brings fewer bytes
than it costs uses credit up. When no credit is left, a pause follows each read, so that more bytes gather;
the pause grows while that is still too little. The shortest pause is so short that packets at 100 Mbit/s fit
into the system's buffer meanwhile, and the longest so short that nobody minds it at the end of an upload.
Must not know: sockets, the loop, the clock.
"""

CREDIT_BYTES = 96 * 1024
READ_COST_BYTES = 16 * 1024
SHORTEST_PAUSE_SECONDS = 0.005
LONGEST_PAUSE_SECONDS = 0.25
# By what a pause grows while too little gathers in it, and shrinks when more gathers than a read costs.
STEP = 4


class ReadPacing:
    """Throttles the reads of one request."""

    def __init__(self) -> None:
        self._credit_bytes = CREDIT_BYTES
        self._seconds = SHORTEST_PAUSE_SECONDS
        self._has_paused = False

    def pause_after(self, count: int) -> float:
        """Seconds to pause after a read that brought `count` bytes; 0 for none."""
        if self._has_paused and count < READ_COST_BYTES:
            self._seconds = min(LONGEST_PAUSE_SECONDS, STEP * self._seconds)
        elif self._has_paused and count > STEP * READ_COST_BYTES:
            self._seconds = max(SHORTEST_PAUSE_SECONDS, self._seconds / STEP)
        credit = self._credit_bytes + count - READ_COST_BYTES
        self._credit_bytes = min(CREDIT_BYTES, max(0, credit))
        self._has_paused = credit < 0
        return self._seconds if credit < 0 else 0.0
