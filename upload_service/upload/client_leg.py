"""The client's leg of an upload: reads the form, feeds the body, and plans the PUT.

Knows: what each part means for the upload, and whether its file streams through, waits, or is also copied.
Rules: what cannot be served is refused as soon as that is known; the body's last chunk is shown only when the
form has ended cleanly and the counts agree.
Must not know: `aiohttp.web`, multipart framing, how a PUT goes.
"""

import math
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from upload_service.body.budget import SpoolBudget
from upload_service.body.checksums import DEFAULT_ALGORITHM, RunningChecksums, checksums_for
from upload_service.body.file_body import Body, ChunkStore, Pipe
from upload_service.body.spool import kept_copy
from upload_service.content.allowed_types import Sniffer
from upload_service.content.content_type import parse_media_type
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_events import Event, Field, FileEnd, FileStart
from upload_service.multipart.form_reader import FormReader
from upload_service.presigned.destination import Destination
from upload_service.settings.settings import Settings
from upload_service.upload.file_length import FileLength
from upload_service.upload.form_fields import FormFields
from upload_service.upload.judged_headers import has_other_headers, judged_headers
from upload_service.upload.put_plan import FormProgress, PutPlan
from upload_service.upload.record import UploadRecord

if TYPE_CHECKING:  # loaded where a scanner is set
    from upload_service.upload.scan import Scan


class ClientLeg:
    """Reads one form and feeds the body.

    `plan` is set once, as soon as a PUT can begin; then `planned` is called. `latest`: when the upload must
    have ended, on the clock `time.monotonic`. `fields`: of this form, none of which has come. `scan`: only
    where files are scanned.
    """

    def __init__(
        self,
        form: FormReader,
        spool_budget: SpoolBudget,
        settings: Settings,
        record: UploadRecord,
        planned: Callable[[], None],
        *,
        fields: FormFields,
        retrying: bool,
        latest: float | None,
    ) -> None:
        self.body: Body | None = None
        self.plan: PutPlan | None = None
        self.scan: Scan | None = None
        self._planned = planned
        self.progress = FormProgress()
        self._length = FileLength(fields.limits)
        self._fields = fields
        self._checksums = RunningChecksums(())
        self._form = form
        self._spool_budget = spool_budget
        self._settings = settings
        self._record = record
        self._retrying = retrying
        self._latest = math.inf if latest is None else latest
        # Only where the operator lists allowed types: until it knows the file's, no PUT begins.
        self._sniffer: Sniffer | None = None
        self._has_read_list = False  # of blocks: it is read whole before it may leave
        record.began = time.monotonic()

    @property
    def expected_bytes(self) -> int | None:
        """The file's length, as far as it is known or predicted."""
        return self._length.expected_bytes

    async def run(self) -> None:
        """Read the whole form; raises UploadError."""
        async for event in self._form.events():
            if isinstance(event, bytes):
                await self._feed(event)
            else:
                if self.scan and isinstance(event, FileStart):
                    await self.scan.begin(event, self._fields)
                self._note(event)
        if self._fields.is_block_list and self.body:
            from upload_service.upload.block_list import read_block_list  # few uploads are one

            await read_block_list(self.body)
            self._has_read_list = True
            self._plan_if_ready()
        await self._end()

    def _note(self, event: Event) -> None:
        match event:
            case Field(name, value):
                self._note_field(name, value)
            case FileStart():
                self._open_body(event)
            case FileEnd():
                self._length.expected_bytes = self.progress.file_bytes = self._record.file_size
                self._bound_length(self._fields.destination)
                if self._sniffer:
                    self._sniffer.finish()
        self._plan_if_ready()

    def _note_field(self, name: str, value: str) -> None:
        self._fields.note(name, value, time.time())
        self._note_destination()
        if name == "max_retries":
            self.progress.note_max_retries(self._fields.max_retries)
        if name == "checksum":
            self._require_running_checksum()
        if self._sniffer and self._fields.is_whole:
            self._sniffer.add_claims(self._fields.claimed_types())
        if self.scan:
            self.scan.require_possible(self._fields)

    def _note_destination(self) -> None:
        """Whenever it may have become known."""
        if self._record.host is None and (destination := self._fields.destination):
            self._record.note_destination(destination)
            self._bound_length(destination)

    def _bound_length(self, destination: Destination | None) -> None:
        has_ended = self.progress.file_bytes is not None
        self._length.bound(destination, self._record.file_size, has_ended=has_ended)

    def _plan_if_ready(self) -> None:
        """Hand over the plan, once the type is known where it matters."""
        if self.body is None or self.plan or (self._sniffer and not self._sniffer.is_allowed):
            return
        if (target := self._target()) is None:
            return
        destination, length = target
        self._fields.close_headers()
        frame = None
        if destination.post is not None:
            from upload_service.upload.posted_form import frame_for

            given, allowed = self._fields.headers, self._settings.destinations
            destination, frame = frame_for(self._record, destination, given, allowed)
            self._fields.limits.require_granted(destination)
        headers, *others = judged_headers(destination, self._fields, self._record, self._sniffer)
        self._record.piece = self._fields.content_range
        if frame is None:
            self._record.content_type = headers.get("content-type", self._record.content_type)
        else:
            headers, others = {"Content-Type": frame.content_type}, []
        self.plan = PutPlan(
            self.body, destination, headers, length,
            self.progress.file_bytes is not None, self._checksums, self.progress,
            self._length.source, others, frame,
        )  # fmt: skip
        self._planned()

    def _target(self) -> tuple[Destination, int] | None:
        """Destination and length, when all that a PUT needs beside the bytes is known."""
        destination, length = self._fields.destination, self._length.expected_bytes
        if destination is None or length is None or self._fields.missing_headers():
            return None
        if self.scan and self.scan.holds_put:
            return None
        if destination.kind == "block list" and not self._has_read_list:
            return None
        if not self._length.may_be_announced(destination, length):
            return None  # storage would refuse it, or a grant does: the bytes are counted first
        return destination, length

    def _open_body(self, start: FileStart) -> None:
        self._record.filename, self._record.content_type = start.filename, start.content_type
        parse_media_type(start.content_type)  # refuses several types in one value
        self._fields.begin_file(time.time())
        self._fields.require_possible_types()
        self._length.begin(self._fields.size, start.predicted)
        self._note_destination()
        self._bound_length(self._fields.destination)
        if (allowed := self._fields.limits.allowed_types) and self._fields.is_whole:
            self._sniffer = Sniffer(allowed, self._fields.claimed_types(start.content_type))
        self.body = Body(self._store())
        scheme = self._fields.destination.signature_scheme if self._fields.destination else None
        self._checksums = checksums_for(self._settings.verify, self._fields.checksum, scheme)

    def _require_running_checksum(self) -> None:
        """A checksum that comes when the file has begun can only be of a kind that runs already."""
        assert self._fields.checksum
        if self.body and self._checksums.get(self._fields.checksum.algorithm) is None:
            raise UploadError("checksum_too_late")

    def _store(self) -> ChunkStore:
        target = self._target()
        if self.scan and self.scan.hold_put(self.expected_bytes, target[0] if target else None):
            target = None
        has_others = target is not None and has_other_headers(target[0], self._fields, self._record)
        needs_copy = self._retrying or self.progress.scans or has_others
        if target and not needs_copy and not self._length.is_worth_a_copy(self._spool_budget):
            return Pipe()
        self._record.replayable = True if self._retrying else None
        store, has_copy = kept_copy(self._spool_budget, self.expected_bytes, can_stream=target is not None)
        if not has_copy:
            self._record.replayable = False
        return store

    async def _feed(self, chunk: bytes) -> None:
        assert self.body
        count = self._record.file_size = self._record.file_size + len(chunk)
        if count > self._length.most_bytes:
            raise self._length.refuse(self._fields.destination, count)
        if self._fields.size is not None and count > self._fields.size:
            raise UploadError("size_mismatch")
        self._checksums.update(chunk)
        if self._sniffer and not self._sniffer.is_allowed:
            self._sniffer.feed(chunk)
            self._plan_if_ready()
        if self.scan:
            await self.scan.feed(chunk)
        await self.body.feed(chunk)

    async def _end(self) -> None:
        """The form has ended: judge what can only be judged now, then show the body's last chunk."""
        if self.body is None:
            raise self._form.no_file_error()
        if self.plan is None:
            self._fields.end_form(time.time())
            self._note_destination()
            self._fields.require_complete()
            self._plan_if_ready()
        if self._fields.size not in (None, self._record.file_size):
            raise UploadError("size_mismatch")
        self._compare_checksum()
        assert self._record.began is not None
        self._record.client_seconds = time.monotonic() - self._record.began
        self.progress.note_max_retries(self._fields.max_retries)
        if self.scan:
            await self.scan.end()
            self._plan_if_ready()
        self.progress.note_end(min(time.monotonic() + self._settings.timeout_seconds, self._latest))
        self.body.finish()

    def _compare_checksum(self) -> None:
        """With what the client declared, before the last chunk may leave."""
        self._record.checksum = self._checksums.get(DEFAULT_ALGORITHM)
        declared = self._fields.checksum
        if declared and not self._checksums.agrees_with(declared):
            raise UploadError("checksum_differs")
