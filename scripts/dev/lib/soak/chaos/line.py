"""A connection of a caller of the chaos run, and what became of its upload.

Knows: HTTP over a socket, from the client's side.
Rules: a wait has an end. A caller notes what it has sent and what it was told.
Must not know: what storage does, which answer is right.
"""

import asyncio
import random
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass

from soak.client import Response, read_response
from soak.upload_plan import UploadPlan

ANSWER_SECONDS = 45


@dataclass
class Told:
    """What became of one upload, as its caller saw it.

    `whole`: the whole form has left, with nothing in it damaged. `answer`: the response; why there was none;
    or None where the caller did not wait for one.
    """

    how: str
    whole: bool = False
    answer: Response | str | None = None


@dataclass(frozen=True)
class Line:
    """A connection to the service."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, raw: bytes | memoryview) -> None:
        """Send this. Who has hung up gets nothing more; its answer may be there."""
        self.writer.write(raw)
        await self.writer.drain()

    async def answer(self) -> Response | str:
        """The response, or why there is none."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await read_response(self.reader)
        except (OSError, EOFError, ValueError) as error:
            return type(error).__name__

    def reset(self) -> None:
        """End the connection with a reset."""
        with suppress(OSError):
            sock: socket.socket = self.writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


@dataclass(frozen=True)
class Call:
    """One upload over one connection: what to send, what decides, and what became of it."""

    line: Line
    plan: UploadPlan
    dice: random.Random
    told: Told


def raw_of(plan: UploadPlan) -> bytes:
    """The whole request."""
    return plan.head() + b"".join(plan.body())


async def send_all(line: Line, plan: UploadPlan, told: Told) -> None:
    """Send the whole request."""
    await line.send(plan.head())
    for chunk in plan.body():
        await line.send(chunk)
    told.whole = True


async def send_part(call: Call) -> None:
    """Send a part of the request, as much as the dice say."""
    raw = raw_of(call.plan)
    await call.line.send(raw[: call.dice.randrange(len(raw) - 10)])
