"""The scan of one upload's file: the scanner gets the bytes as they come, and storage the last ones after it.

Knows: which files are scanned, how large one may be, and what the scanner's verdict means for the upload.
Rules: loaded only where a scanner is set. A file is scanned once, however often its PUT is tried. Without the
word `ok` nothing is stored: a scanner that is down, slow or not understood ends the upload. A part of an
object cannot be judged alone, because what is cut in two is found in neither half.
Must not know: the scanner's protocol, requests, framing.

Why a large file waits for its verdict before its PUT begins: docs/decisions/0027-malware-scan.md.
"""

import time

from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_events import FileStart
from upload_service.multipart.form_reader import MAX_BESIDE_FILE_BYTES
from upload_service.presigned.destination import UNSIGNED, Destination
from upload_service.scanner.clamd import Instream
from upload_service.scanner.trusted_clamd import TrustedClamd
from upload_service.scanner.verdict import ScannerFault, Verdict
from upload_service.settings.settings import Settings
from upload_service.translation.phrase import Phrase
from upload_service.upload.form_fields import FormFields
from upload_service.upload.put_plan import FormProgress
from upload_service.upload.record import Observer, ScanRecord, UploadRecord

# Up to this size the verdict comes soon after the last byte, so the PUT may wait for it.
STREAMED_BYTES = 8 * 1024 * 1024


class Scan:
    """The scan of one file. `holds_put`: its PUT must not begin before the verdict."""

    def __init__(
        self,
        clamd: TrustedClamd,
        settings: Settings,
        record: UploadRecord,
        progress: FormProgress,
        observer: Observer | None,
    ) -> None:
        self.holds_put = False
        self._progress = progress
        self._observer = observer
        self._clamd = clamd
        self._settings = settings
        self._record = record
        self._stream: Instream | None = None

    def require_possible(self, fields: FormFields) -> None:
        """Raise UploadError when no file can be scanned that fits the fields so far."""
        require_scannable(fields, self._settings)

    async def begin(self, start: FileStart, fields: FormFields) -> None:
        """The file begins; raises UploadError when it cannot be scanned. A part that may pass is not."""
        require_scannable(fields, self._settings)
        if not fields.is_whole:
            return
        longest = start.predicted.longest_bytes if start.predicted else None
        if longest is not None:
            _require_size(longest - MAX_BESIDE_FILE_BYTES, self._settings)
        self._record.scan = ScanRecord(time.monotonic())
        try:
            self._stream = await self._clamd.instream()
        except ScannerFault as fault:
            raise self._unavailable(fault) from None
        self._progress.scans = True

    def hold_put(self, expected_bytes: int | None, to: Destination | None) -> bool:
        """Whether the file waits for the verdict. `to`: else it might stream on to there now.

        A session keeps the beginning of a file that breaks off, and adds the next file's end to it. A server
        that knows no signatures is no object store, and may write what comes to the file itself.
        """
        is_small = expected_bytes is not None and expected_bytes <= STREAMED_BYTES
        forgets = to is not None and to.kind != "session" and to.signature_scheme != UNSIGNED
        self.holds_put = self._progress.scans and not (forgets and is_small)
        return self.holds_put

    async def feed(self, chunk: bytes) -> None:
        """The file's next chunk; waits while the scanner is too far behind. Raises UploadError."""
        if self._stream is None:
            return
        _require_size(self._record.file_size, self._settings)
        try:
            goes_on = await self._stream.feed(chunk)
        except ScannerFault as fault:
            raise self._unavailable(fault) from None
        if not goes_on:
            await self.end()

    async def end(self) -> None:
        """The file has ended: return when the scanner has found nothing in it; raises UploadError."""
        if self._stream is None:
            return
        assert self._record.scan
        if self._observer:
            self._observer.scans()
        self._record.scan.waits_since = time.monotonic()
        try:
            verdict = await self._stream.verdict(self._settings.scanner_timeout_seconds)
        except ScannerFault as fault:
            raise self._unavailable(fault) from None
        self._record.scan.end(verdict.result, verdict.signature or None, time.monotonic())
        self.close()
        if verdict.result != "ok":
            raise self._refusal(verdict)
        self._progress.scans = self.holds_put = False

    def close(self) -> None:
        """Leave the scanner, whether it has said anything or not."""
        if self._stream:
            self._stream.close()
            self._stream = None

    def _refusal(self, verdict: Verdict) -> UploadError:
        if verdict.result == "too_large":
            return UploadError("too_large_to_scan")
        found = Phrase(
            "The malware scanner found {signature} in the file; nothing was stored.",
            signature=verdict.signature,
        )
        return UploadError("malware_found", found)

    def _unavailable(self, fault: ScannerFault) -> UploadError:
        assert self._record.scan
        self._clamd.doubt()
        self._record.scan.end("unavailable", fault.why, time.monotonic())
        return UploadError("scanner_unavailable")


def require_scannable(fields: FormFields, settings: Settings) -> None:
    """Raise UploadError when no file can be scanned that fits the fields so far."""
    assert settings.scanner
    if not fields.is_whole:
        if not settings.scanner.parts_unscanned:
            raise UploadError("part_not_scannable")
    elif fields.size is not None:
        _require_size(fields.size, settings)


def require_scannable_request(length: int, settings: Settings) -> None:
    """Raise UploadError when the file of a request of this length is surely too large to be scanned."""
    assert settings.scanner
    if not settings.scanner.parts_unscanned:
        _require_size(length - MAX_BESIDE_FILE_BYTES, settings)


def _require_size(count: int, settings: Settings) -> None:
    """Raise UploadError for a file of more bytes than the operator lets the scanner have."""
    if count > settings.scanner_max_bytes:
        cause = Phrase(
            "The file is larger than the {limit} bytes that this service can scan for malware.",
            limit=settings.scanner_max_bytes,
        )
        raise UploadError("too_large_to_scan", cause)
