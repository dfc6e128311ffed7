"""The client's leg of an upload: the form's parts come in, the body is fed, what storage needs gets known.

Knows: what each part means for the upload, and whether its file passes through, waits, or is copied.
Rules: what cannot be served is refused as soon as it shows; a file is only shown as whole when the form has
ended cleanly and the counts agree.
Must not know: `aiohttp.web`, multipart framing, how a PUT goes.
"""

import asyncio
import math
import time
from collections.abc import Callable

from upload_service.body.budget import SpoolBudget
from upload_service.body.checksums import DEFAULT_ALGORITHM, RunningChecksums, checksums_for
from upload_service.body.file_body import Body, ChunkStore, Pipe
from upload_service.body.spool import Spool
from upload_service.content.sniffing import Sniffer
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_reader import Event, Field, FileEnd, FileStart, FormReader
from upload_service.presigned import signed_headers
from upload_service.settings.settings import Settings
from upload_service.upload.form_fields import Fields
from upload_service.upload.record import Record

# The plain endpoint keeps files up to this size, so that for them a wrong prediction costs a second PUT only.
SMALL_FILE_BYTES = 1024 * 1024
# A form may end without the last line break that the prediction counts on.
OPTIONAL_END_BYTES = 2


class Intake:
    """What is known so far. `ended`: all of the form has come, and it is sound.

    `when_ready` is called once, as soon as a PUT can begin.
    """

    def __init__(
        self,
        form: FormReader,
        spool_budget: SpoolBudget,
        settings: Settings,
        record: Record,
        *,
        retrying: bool,
        latest: float | None,
        when_ready: Callable[[], None],
    ) -> None:
        self.fields = Fields(settings)
        self.body: Body | None = None
        # Of the PUT, once it can begin.
        self.headers: dict[str, str] = {}
        self.length: int | None = None
        self.length_is_certain = False
        self.sums = RunningChecksums(())
        self.retries_known = asyncio.Event()
        self.ended = asyncio.Event()
        # On the clock `time.monotonic`, once the form has ended.
        self.deadline: float | None = None
        self._form = form
        self._spool_budget = spool_budget
        self._settings = settings
        self._record = record
        self._retrying = retrying
        self._latest = math.inf if latest is None else latest
        self._when_ready = when_ready
        self._is_ready = False
        # Only where the operator lists allowed types: until it knows the file's, no PUT begins.
        self._sniffer: Sniffer | None = None
        self._started = time.monotonic()

    async def run(self) -> None:
        """Take the whole form in; raises UploadError."""
        async for event in self._form.events():
            if isinstance(event, bytes):
                await self._feed(event)
            else:
                self._note(event)
        self._end()

    def _note(self, event: Event) -> None:
        match event:
            case Field(name, value):
                self.fields.note(name, value, time.time())
                if name == "max_retries":
                    self.retries_known.set()
                if name == "checksum":
                    self._check_sum_runs()
                if self._sniffer:
                    for claimed in self.fields.claimed_types():
                        self._sniffer.add_claim(claimed)
            case FileStart():
                self._open_body(event)
            case FileEnd():
                self.length, self.length_is_certain = self._record.file_size, True
                if self._sniffer:
                    self._sniffer.finish()
        self._begin_if_ready()

    def _begin_if_ready(self) -> None:
        if self.fields.destination:
            self._record.host = self.fields.destination.host
        judged = self._sniffer is None or self._sniffer.is_allowed
        if self.body and not self._is_ready and judged and self._can_stream():
            self._begin_put()

    def _can_stream(self) -> bool:
        """Whether all that a PUT needs beside the bytes is known."""
        return (
            self.fields.destination is not None
            and self.length is not None
            and not self.fields.missing_header()
        )

    def _begin_put(self) -> None:
        assert self.fields.destination
        self._is_ready = self.fields.headers_left = True
        self.headers = signed_headers.put_headers(
            self.fields.destination, self.fields.headers, self._record.content_type
        )
        self._record.content_type = self.headers["content-type"]
        self._when_ready()

    def _open_body(self, start: FileStart) -> None:
        predicted, size = start.predicted_bytes, self.fields.size
        self._record.filename, self._record.content_type = start.filename, start.content_type
        if predicted is not None and size is not None and size > predicted + OPTIONAL_END_BYTES:
            raise UploadError("size_mismatch")
        self.length = predicted if size is None else size
        if self._settings.allowed_types:
            claims = self.fields.claimed_types() or (start.content_type,)
            self._sniffer = Sniffer(self._settings.allowed_types, *claims)
        self.body = Body(self._store())
        signature_scheme = self.fields.destination.signature_scheme if self.fields.destination else None
        self.sums = checksums_for(self._settings.verify, self.fields.checksum, signature_scheme)

    def _check_sum_runs(self) -> None:
        """A checksum that comes when the file has begun can only be of a kind that runs already."""
        assert self.fields.checksum
        if self.body and self.sums.get(self.fields.checksum.algorithm) is None:
            raise UploadError("checksum_too_late")

    def _store(self) -> ChunkStore:
        """A pipe where bytes can go straight through and nobody asks for a copy, or none has room."""
        streams = self._can_stream()
        if streams and not self._retrying and not self._is_small():
            return Pipe()
        if self._retrying:
            self._record.replayable = True
        try:
            return Spool(self._spool_budget, self.length)
        except UploadError:
            if not streams:
                raise
            self._record.replayable = False
            return Pipe()

    def _is_small(self) -> bool:
        return self.length is not None and self.length <= min(
            SMALL_FILE_BYTES, self._spool_budget.memory.free_bytes
        )

    async def _feed(self, piece: bytes) -> None:
        assert self.body
        count = self._record.file_size = self._record.file_size + len(piece)
        if count > self._settings.max_file_bytes:
            raise UploadError("file_too_large")
        if self.fields.size is not None and count > self.fields.size:
            raise UploadError("size_mismatch")
        self.sums.update(piece)
        if self._sniffer and not self._sniffer.is_allowed:
            self._sniffer.feed(piece)
            self._begin_if_ready()
        await self.body.feed(piece)

    def _end(self) -> None:
        if self.body is None:
            raise UploadError("missing_file")
        if self.fields.destination is None:
            raise UploadError("missing_upload_url")
        if self.fields.size not in (None, self._record.file_size):
            raise UploadError("size_mismatch")
        if missing := self.fields.missing_header():
            raise UploadError(
                "missing_signed_header",
                f"The URL is signed with the header {missing}, whose value did not come.",
            )
        self._judge_sum()
        self._record.client_seconds = time.monotonic() - self._started
        self.deadline = min(time.monotonic() + self._settings.timeout_seconds, self._latest)
        self.retries_known.set()
        self.ended.set()
        self.body.finish()

    def _judge_sum(self) -> None:
        """Before the last piece may leave."""
        self._record.checksum = self.sums.get(DEFAULT_ALGORITHM)
        claim = self.fields.checksum
        if claim and not self.sums.agrees_with(claim):
            raise UploadError("checksum_differs")
