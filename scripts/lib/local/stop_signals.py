"""Requests to stop: Ctrl-C, SIGTERM, or a closed terminal.

Rules: only counts them. Nothing is interrupted half-way: whoever waits asks here whether to end.
"""

import os
import signal
from types import FrameType

MESSAGE = b"\nStopping; Ctrl-C again stops at once.\n"


class StopSignals:
    """Takes over the signals for the rest of the process's life."""

    def __init__(self) -> None:
        self._count = 0
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._note)
        # Under nohup the signal is ignored, and must stay ignored.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._note)

    def asked(self) -> bool:
        return self._count > 0

    def asked_again(self) -> bool:
        return self._count > 1

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._count += 1
        if self._count == 1 and number == signal.SIGINT:
            # The signal may have come in the middle of a print(); a plain write always works.
            os.write(2, MESSAGE)
