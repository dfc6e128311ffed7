"""A client of the soak: it sends planned uploads over one connection and reads the responses.

Knows: HTTP over a socket, from the client's side.
Must not know: what storage does with the file, which response is right.
"""

import asyncio
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass

from local.ports import HOST

from soak.upload_plan import UploadPlan

RESPONSE_SECONDS = 60


@dataclass(frozen=True)
class Response:
    """A whole response; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Client:
    """Sends one upload after another, over the same connection as long as the service keeps it."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None

    async def upload(self, plan: UploadPlan) -> Response | str | None:
        """The response; the name of the error when there is none; None when the plan says that we leave."""
        try:
            async with asyncio.timeout(RESPONSE_SECONDS):
                response = await self._upload(plan)
        except (OSError, EOFError) as error:
            await self.close()
            return type(error).__name__
        if response is None or response.headers.get("connection", "").lower() == "close":
            await self.close()
        return response

    async def close(self) -> None:
        """Close the connection."""
        if self._writer:
            self._writer.close()
            with suppress(OSError):
                await self._writer.wait_closed()
        self._reader = self._writer = None

    async def _upload(self, plan: UploadPlan) -> Response | None:
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(HOST, self._port)
        assert self._reader
        self._writer.write(plan.head())
        left = plan.leaves_at
        for chunk in plan.body():
            sent = chunk if left is None else chunk[:left]
            if sent:
                self._writer.write(sent)
                await self._writer.drain()
            if left is not None and (left := left - len(sent)) <= 0:
                _leave(self._writer, reset=plan.body_bytes % 2 == 0)
                return None
        return None if plan.leaves_at is not None else await read_response(self._reader)


def _leave(writer: asyncio.StreamWriter, *, reset: bool) -> None:
    """End the connection here, or with `reset` by a TCP reset, which drops what was not sent yet."""
    if reset:
        sock: socket.socket = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()


async def read_response(reader: asyncio.StreamReader) -> Response:
    """A whole response from the connection."""
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    chunked = headers.get("transfer-encoding") == "chunked"
    body = await _read_chunks(reader) if chunked else await reader.readexactly(int(headers["content-length"]))
    return Response(int(first.split()[1]), headers, body)


async def _read_chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while size := int(await reader.readuntil(b"\r\n"), 16):
        body += (await reader.readexactly(size + 2))[:-2]
    await reader.readexactly(2)
    return body
