"""How fast the sender of one request sends, while we wait for it.

Rules: only time in which we wait for the sender counts; time in which storage holds us up does not. The speed
is that of the last 10 to 20 such seconds, so that a fast beginning does not count for ever.
Must not know: the clock, requests.
"""

WINDOW_SECONDS = 10


class SenderPace:
    """`waited_seconds`: how long we have waited for the sender so far, without the wait that goes on."""

    def __init__(self) -> None:
        self.waited_seconds = 0.0
        self._received_bytes = 0
        self._waits_since: float | None = None
        # The beginning of the time that counts, and of the time that will count next.
        self._start = self._next_start = (0.0, 0)

    @property
    def is_awaited(self) -> bool:
        """Whether we wait for the sender now."""
        return self._waits_since is not None

    def begin_wait(self, now: float) -> None:
        """Nothing is here: we wait for the sender."""
        self._waits_since = now

    def end_wait(self, now: float, received_bytes: int) -> None:
        """Something has come; so many bytes in all."""
        assert self._waits_since is not None
        self.waited_seconds += now - self._waits_since
        self._waits_since, self._received_bytes = None, received_bytes
        if self.waited_seconds - self._next_start[0] >= WINDOW_SECONDS:
            self._start, self._next_start = self._next_start, (self.waited_seconds, received_bytes)

    def speed(self, now: float) -> tuple[float, float]:
        """Over how many seconds of waiting it was measured, and the bytes per second in them."""
        going_on = 0.0 if self._waits_since is None else now - self._waits_since
        if going_on >= WINDOW_SECONDS:
            return going_on, 0.0
        seconds = self.waited_seconds + going_on - self._start[0]
        count = self._received_bytes - self._start[1]
        return seconds, count / seconds if seconds > 0 else float("inf")
