"""The clamd that scans files, once it has shown that its `OK` can be believed.

Knows: when clamd is asked for that, and for how long its answer holds.
Rules: nothing is streamed to a clamd whose `OK` would mean nothing. One probe at a time, which all uploads
wait for.
Must not know: uploads, the log.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final

from upload_service.scanner.clamd import Clamd, Instream
from upload_service.scanner.probe import Answer, probe
from upload_service.scanner.verdict import ScannerFault, Why

# Somebody may have started clamd anew with another configuration, while nothing was scanned.
TRUST_SECONDS: Final = 3600.0
# Whoever mends clamd's configuration waits so long, and so often is a probe sent to a clamd that fails it.
DISTRUST_SECONDS: Final = 10.0


class TrustedClamd:
    """A clamd that is probed at the first need, after a fault, and when its last answer is an hour old."""

    def __init__(
        self, clamd: Clamd, largest: int, seconds: float, on_answer: Callable[[Answer], None] = lambda _: None
    ) -> None:
        """`largest`, `seconds`: see `probe`. `on_answer` is told what each probe has found out."""
        self._clamd, self._largest, self._seconds = clamd, largest, seconds
        self._on_answer = on_answer
        self._answer: Answer | None = None
        self._holds_until = 0.0
        self._asking: asyncio.Task[Answer] | None = None

    async def instream(self) -> Instream:
        """Begin to stream one file; raises ScannerFault, also when clamd's `OK` would mean nothing."""
        await self.prove()
        return await self._clamd.instream()

    async def prove(self) -> None:
        """Probe clamd if its last answer does not hold any more; raises ScannerFault as `instream` does."""
        answer = self._answer
        if answer is None or time.monotonic() >= self._holds_until:
            if self._asking is None:
                self._asking = asyncio.create_task(self._ask())
            # One upload that ends does not end the probe that others wait for.
            answer = await asyncio.shield(self._asking)
        if not answer.can_be_believed:
            raise ScannerFault(_why(answer))

    def doubt(self) -> None:
        """Clamd has failed: if it was believed, it is probed again before the next stream."""
        if self._answer and self._answer.can_be_believed:
            self._answer = None

    def close(self) -> None:
        """End a probe that still runs, and wait for nothing."""
        if self._asking:
            self._asking.cancel()
        self._clamd.close()

    async def _ask(self) -> Answer:
        try:
            answer = await probe(self._clamd, self._largest, self._seconds)
        finally:
            self._asking = None
        self._answer = answer
        holds = TRUST_SECONDS if answer.can_be_believed else DISTRUST_SECONDS
        self._holds_until = time.monotonic() + holds
        self._on_answer(answer)
        return answer


def _why(answer: Answer) -> Why:
    return "passes_over" if answer.finds_samples else "finds_nothing"
