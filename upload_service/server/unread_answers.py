"""Drops a client that does not read its answers.

Knows: the transport's buffer, which holds what the system does not take.
Rules: from the first byte that waits there, something must go on within the seconds that are set: bytes
leave, or bytes come. Browsers read nothing of an answer while they still send. A connection that is closing
is watched as well: it would wait for ever until its buffer is empty.
Must not know: requests.
"""

import asyncio
from collections.abc import Callable


class UnreadAnswers:
    """The clock of one connection. `received` tells how often bytes have come."""

    def __init__(self, transport: asyncio.Transport, seconds: float, received: Callable[[], int]) -> None:
        self._transport = transport
        self._seconds = seconds
        self._received = received
        self._timer: asyncio.TimerHandle | None = None
        # The transport then says at once when a byte waits, and when none does any more.
        transport.set_write_buffer_limits(high=0)

    def start(self) -> None:
        """The system does not take what was written."""
        self._look_again(self._state())

    def stop(self) -> None:
        """The system has taken everything, or the connection is lost."""
        if self._timer:
            self._timer.cancel()

    def _look_again(self, seen: tuple[int, int]) -> None:
        self._timer = asyncio.get_running_loop().call_later(self._seconds, self._look, seen)

    def _look(self, seen: tuple[int, int]) -> None:
        now = self._state()
        if now == seen:
            self._transport.abort()
        else:
            self._look_again(now)

    def _state(self) -> tuple[int, int]:
        return self._transport.get_write_buffer_size(), self._received()
