"""Sends the body of one PUT.

Knows: how aiohttp's StreamWriter takes bytes, and how to see that storage takes them.
Rules: the body leaves chunk by chunk, with exactly the announced number of bytes. If storage takes no byte
for too long, the attempt ends. The last bytes leave only while there is no answer: one that is here cannot
be to all of them, and once they have left nobody could tell.
Must not know: URLs, connections, responses.
"""

import asyncio

from aiohttp.http import StreamWriter

from upload_service.body.file_body import MayEnd, Readable, WrongLength
from upload_service.storage.sending_files import FileSender
from upload_service.storage.sockets import dropped_bytes, unacknowledged_bytes

# The transport says that it is full only above this, so that nobody waits for storage.
AT_ONCE_BYTES = 16 * 1024


class Stalled(Exception):
    """Storage has taken no byte for `stall_seconds`."""


class BodyPayload:
    """Sends one reading of a body, once. Raises Stalled, or WrongLength from the reader.

    `failure` is the exception of these two that ended the sending.
    """

    def __init__(self, reader: Readable, stall_seconds: float) -> None:
        self.reader = reader
        self.failure: Exception | None = None
        self._stall_seconds = stall_seconds

    @property
    def is_at_hand(self) -> bool:
        """Whether sending it needs no waiting, neither for the client nor for storage."""
        return self.reader.has_come and self.reader.length <= AT_ONCE_BYTES

    async def send(self, writer: StreamWriter, unanswered: MayEnd) -> None:
        """Send the whole body, chunk by chunk; no more of it once storage has hung up.

        Its end stays here if it is not `unanswered`.
        """
        self.reader.begun = True
        files = None
        try:
            while chunk := await self.reader.next(unanswered):
                await writer.write(chunk, drain=False)  # its own drain has no limit for a stall
                await self._drain(writer)
                if self.reader.on_disk:
                    files = files or FileSender(self.reader, writer.transport)
                    while await unanswered() and await files.send():
                        await self._drain(writer)
                if not self.reader.complete and dropped_bytes(writer.transport):
                    return  # the rest has not been handed over, and the end of the connection is heard next
        except (WrongLength, Stalled) as failure:
            self.failure = failure
            raise
        finally:
            if files:
                files.end()

    async def _drain(self, writer: StreamWriter) -> None:
        """Wait until storage has taken enough; raises Stalled after `stall_seconds` without any progress."""
        transport = writer.transport
        if transport is None or transport.get_write_buffer_size() <= transport.get_write_buffer_limits()[1]:
            return
        waiting, quiet_seconds, tick = unacknowledged_bytes(transport), 0.0, self._stall_seconds / 8
        # In a task of its own, because aiohttp's drain does not survive a timeout around it.
        drained = asyncio.ensure_future(writer.drain())
        try:
            while not (await asyncio.wait([drained], timeout=tick))[0]:
                left = unacknowledged_bytes(transport)
                quiet_seconds = 0.0 if left < waiting else quiet_seconds + tick
                if quiet_seconds >= self._stall_seconds:
                    raise Stalled
                waiting = left
            await drained
        finally:
            drained.cancel()
