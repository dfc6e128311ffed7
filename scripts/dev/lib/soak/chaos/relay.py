"""A relay in front of a real store, which breaks connections at any byte, in either direction.

Knows: sockets. It hands bytes on as they are, and a reset as a reset.
Must not know: HTTP.
"""

import asyncio
import random
import socket
import struct
from contextlib import suppress

from local.ports import HOST

from soak.listener import Listener

READ_BYTES = 65536
MOST_BYTES = 400_000
LONG_SECONDS = 8.0
TRICKLE_SECONDS = 0.01


class Relay(Listener):
    """Listens on 127.0.0.1 within `async with`, and connects to `port`."""

    def __init__(self, seed: str, port: int) -> None:
        super().__init__()
        self._dice = random.Random(f"relay {seed}")  # noqa: S311 - the same each time
        self._target = port

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, with at most one fault."""
        with suppress(OSError):
            back, forth = await asyncio.open_connection(HOST, self._target)
            fault = self._dice.choice(("none", "none", "reset", "close", "stall", "trickle"))
            upward = self._dice.random() < 0.5
            after = int(MOST_BYTES * self._dice.random() ** 3) if upward else self._dice.randrange(600)
            ways = [
                asyncio.create_task(_pump(reader, forth, fault if upward else "none", after)),
                asyncio.create_task(_pump(back, writer, "none" if upward else fault, after)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                was_reset = any(way.done() and way.exception() for way in ways)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
            for each in (writer, forth):
                _reset(each) if was_reset else each.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: str, after: int) -> None:
    """Hand bytes on until the end; the fault comes after so many of them."""
    passed = 0
    while chunk := await reader.read(READ_BYTES):
        if fault != "none" and passed + len(chunk) > after:
            writer.write(chunk[: max(0, after - passed)])
            await writer.drain()
            chunk = chunk[max(0, after - passed) :]
            if fault == "reset":
                raise ConnectionResetError
            if fault == "close":
                return
            if fault == "stall":
                await asyncio.sleep(LONG_SECONDS)
            for at in range(min(100, len(chunk)) if fault == "trickle" else 0):
                writer.write(chunk[at : at + 1])
                await asyncio.sleep(TRICKLE_SECONDS)
            chunk = chunk[100:] if fault == "trickle" else chunk
            fault = "none"
        passed += len(chunk)
        writer.write(chunk)
        await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        sock: socket.socket = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
