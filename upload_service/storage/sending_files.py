"""Sends what lies on disk straight from there, by sendfile(2): its bytes do not come into this process.

Knows: when the socket of a connection may be used beside its transport: while that holds nothing back.
Rules: it waits for nothing. What must wait is written to the transport, a little of it, like any other chunk:
so there is one watch for stalls, and one way to break off. Never over TLS, which has to see the bytes.
Must not know: where the bytes come from, HTTP.
"""

import asyncio
import os
from functools import partial

from upload_service.body.file_body import Readable

# What is written to the transport when the socket takes no more: waiting for these is waiting for the socket.
WAITING_BYTES = 64 * 1024


class FileSender:
    """Sends what one reader has on disk on one connection, on which the head has been sent before."""

    def __init__(self, reader: Readable, transport: asyncio.WriteTransport | None) -> None:
        self._reader = reader
        self._transport = None
        if transport is not None and not transport.get_extra_info("sslcontext"):
            self._transport = transport
            # Who drains then waits until nothing is left, so that the socket may be used.
            transport.set_write_buffer_limits(high=0)

    async def send(self) -> int:
        """Send the next bytes; how many. 0: they are not on disk, or reading them would wait for it."""
        transport = self._transport
        if transport is None or transport.is_closing() or transport.get_write_buffer_size():
            return 0
        if sent := self._reader.send_from_disk(partial(self._send, transport)):
            await asyncio.sleep(0)  # storage's answer is heard, and other uploads have their turn
        return sent

    def end(self) -> None:
        """Another PUT may have the connection, and its transport is then full as transports are."""
        if self._transport is not None:
            self._transport.set_write_buffer_limits()

    def _send(self, transport: asyncio.WriteTransport, file: int, count: int, start: int) -> int:
        try:
            return os.sendfile(transport.get_extra_info("socket").fileno(), file, start, count)
        except BlockingIOError:
            waiting = os.pread(file, min(count, WAITING_BYTES), start)
            transport.write(waiting)
            return len(waiting)
        except OSError:
            # This file system cannot do it, or storage has hung up: what remains goes the usual way.
            self.end()
            self._transport = None
            return 0
