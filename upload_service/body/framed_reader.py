"""Reads a body with other bytes before and behind it, as when a file is one part of a form.

Rules: what stands behind the body is handed out only when the body is complete, and so its form has ended
cleanly. The file's bytes are counted by its own reader alone.
Must not know: what the bytes around it say.
"""

from upload_service.body.disk_segments import FileUse
from upload_service.body.file_body import BodyReader, MayEnd

# A last chunk up to this size leaves together with what stands behind it: copying is cheaper than a call.
JOINED_BYTES = 64 * 1024


class FramedReader:
    """Reads `before`, then the whole body, then `after`. It has the members of a BodyReader."""

    def __init__(self, inner: BodyReader, before: bytes, after: bytes) -> None:
        self.length = len(before) + inner.length + len(after)
        self._inner = inner
        self._before = before
        self._after = after
        self._frame_bytes = 0

    @property
    def begun(self) -> bool:
        """Whether what is read is being sent."""
        return self._inner.begun

    @begun.setter
    def begun(self, begun: bool) -> None:
        self._inner.begun = begun

    @property
    def read_bytes(self) -> int:
        """How many have been read so far."""
        return self._frame_bytes + self._inner.read_bytes

    @property
    def has_come(self) -> bool:
        """See BodyReader."""
        return self._inner.has_come

    @property
    def complete(self) -> bool:
        """Whether all bytes have been read."""
        return self.read_bytes == self.length

    @property
    def on_disk(self) -> bool:
        """See BodyReader."""
        return self._inner.on_disk

    async def next(self, may_end: MayEnd | None = None) -> bytes:
        """The next chunk; b"" at the end, or where it may not end. Raises WrongLength as BodyReader does."""
        if not self._frame_bytes:
            return self._of_frame(self._before)
        if chunk := await self._inner.next(may_end):
            if len(chunk) <= JOINED_BYTES and self._inner.complete:
                return chunk + self._of_frame(self._after)
            return chunk
        if not self._inner.complete or self.complete or (may_end and not await may_end()):
            return b""
        return self._of_frame(self._after)

    def send_from_disk(self, send: FileUse[int]) -> int:
        """See BodyReader."""
        return self._inner.send_from_disk(send)

    def _of_frame(self, part: bytes) -> bytes:
        self._frame_bytes += len(part)
        return part
