"""The malware scanner while the app lives: what the log says of it, and the probe at the start.

Rules: loaded only where a scanner is set. The service starts also while the scanner is down: uploads are
refused until it answers. That parts pass without a scan is said at every start.
Must not know: uploads, clamd's protocol.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from upload_service.scanner.clamd import Clamd
from upload_service.scanner.probe import Answer
from upload_service.scanner.trusted_clamd import TrustedClamd
from upload_service.scanner.verdict import ScannerFault
from upload_service.settings.settings import Settings


@asynccontextmanager
async def open_scanner(settings: Settings, log: Any) -> AsyncIterator[TrustedClamd]:
    """The scanner that is set. In Lambda, where nothing runs between requests, the first upload probes it."""
    assert settings.scanner
    clamd = Clamd(settings.scanner.address, settings.stall_seconds)
    largest, seconds = settings.scanner_max_bytes, settings.scanner_timeout_seconds
    scanner = TrustedClamd(clamd, largest, seconds, lambda answer: _tell(log, answer))
    if settings.scanner.parts_unscanned:
        log.warning("parts_unscanned", reason="UPLOAD_SCANNER ends with ?parts=unscanned")
    first = None if settings.in_lambda else asyncio.create_task(_prove(scanner, log))
    try:
        yield scanner
    finally:
        if first:
            first.cancel()
            await asyncio.wait([first])
        scanner.close()


async def _prove(scanner: TrustedClamd, log: Any) -> None:
    try:
        await scanner.prove()
    except ScannerFault as fault:
        log.error("scanner_unavailable", reason=fault.why)


def _tell(log: Any, answer: Answer) -> None:
    """What a probe has found out, as one line."""
    level = logging.INFO if answer.can_be_believed else logging.ERROR
    log.log(level, "scanner", can_be_believed=answer.can_be_believed, tells_limits=answer.tells_limits)
