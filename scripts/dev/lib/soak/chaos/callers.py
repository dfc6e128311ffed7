"""Callers that misbehave: what each of them does with its upload.

Knows: HTTP over a socket, from the client's side.
Rules: whatever a caller does, it notes what it has sent and what it was told. A wait has an end.
Must not know: what storage does, which answer is right.
"""

import asyncio
import random
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from local.ports import HOST

from soak.client import Response, read_response
from soak.upload_plan import BOUNDARY, UploadPlan, part

ANSWER_SECONDS = 45
# Longer than the service waits for a byte.
SILENT_SECONDS = 4.0
NO_SERVICE = "no service"
TRICKLE_PIECES, TRICKLE_SECONDS = 40, 0.05


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


Way = Callable[[Call], Awaitable[None]]


async def behaves(call: Call) -> None:
    """Send all, read the answer."""
    await _send_all(call.line, call.plan, call.told)
    call.told.answer = await call.line.answer()


async def half_closes(call: Call) -> None:
    """Send all, close our half, read the answer."""
    await _send_all(call.line, call.plan, call.told)
    with suppress(OSError):
        call.line.writer.write_eof()
    call.told.answer = await call.line.answer()


async def half_closes_amid(call: Call) -> None:
    """Close our half in the middle, read what comes."""
    await _send_part(call)
    with suppress(OSError):
        call.line.writer.write_eof()
    call.told.answer = await call.line.answer()


async def stops(call: Call) -> None:
    """Send nothing more from the middle on, read what comes."""
    await _send_part(call)
    call.told.answer = await call.line.answer()


async def stops_and_leaves(call: Call) -> None:
    """Send nothing more from the middle on, and leave after a while."""
    await _send_part(call)
    await asyncio.sleep(call.dice.uniform(0, SILENT_SECONDS))


async def resets(call: Call) -> None:
    """Reset the connection in the middle."""
    await _send_part(call)
    call.line.reset()


async def leaves(call: Call) -> None:
    """Close the connection in the middle."""
    await _send_part(call)


async def leaves_before_the_answer(call: Call) -> None:
    """Send all, and leave, in order or not."""
    await _send_all(call.line, call.plan, call.told)
    await asyncio.sleep(call.dice.choice((0, 0, 0.05, 0.5)))
    if call.dice.random() < 0.5:
        call.line.reset()


async def trickles(call: Call) -> None:
    """Send some of it in small pieces, slowly, and the rest at once; read the answer."""
    raw = _raw(call.plan)
    at = 0
    for _ in range(TRICKLE_PIECES):
        piece = raw[at : at + call.dice.randint(1, 200)]
        await call.line.send(piece)
        at += len(piece)
        await asyncio.sleep(TRICKLE_SECONDS)
    await call.line.send(raw[at:])
    call.told.whole = True
    call.told.answer = await call.line.answer()


async def damages(call: Call) -> None:
    """Put other bytes into the head and around the file's name, read what comes."""
    raw = bytearray(_raw(call.plan))
    head, name = raw.index(b"\r\n\r\n"), raw.index(b'name="file"')
    for at in (call.dice.randrange(head), call.dice.randrange(head), name + call.dice.randrange(10)):
        raw[at] = call.dice.randrange(256)
    await call.line.send(bytes(raw))
    call.told.whole = True  # or not; what is stored must be right in any case
    call.told.answer = await call.line.answer()


async def talks_nonsense(call: Call) -> None:
    """Send no HTTP at all."""
    await call.line.send(call.dice.randbytes(call.dice.choice((1, 100, 20_000))))
    if call.dice.random() < 0.5:
        await call.line.answer()


async def asks_a_long_head(call: Call) -> None:
    """Send a head that never ends."""
    await call.line.send(call.plan.head()[:-2])
    for _ in range(call.dice.choice((1, 20, 100))):
        await call.line.send(b"X-More: " + b"x" * 4000 + b"\r\n")
    if call.dice.random() < 0.5:
        await call.line.answer()


async def reads_nothing(call: Call) -> None:
    """Send the upload, then ask for pages again and again, and read no answer."""
    await _send_all(call.line, call.plan, call.told)
    with suppress(TimeoutError):
        async with asyncio.timeout(SILENT_SECONDS):
            for _ in range(200):
                await call.line.send(b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await asyncio.sleep(SILENT_SECONDS)
    call.line.reset()


async def checks(call: Call) -> None:
    """Ask /check first, on the same connection, then upload."""
    url = (call.plan.before + call.plan.after).partition(b'name="uploadUrl"\r\n\r\n')[2].partition(b"\r\n")[0]
    form = part("uploadUrl", url.decode()) + f"--{BOUNDARY}--\r\n".encode()
    head = (
        f"POST /check HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(form)}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n\r\n"
    )
    await call.line.send(head.encode() + form)
    answer = await call.line.answer()
    if isinstance(answer, Response) and answer.headers.get("connection") != "close":
        await behaves(call)


WAYS: tuple[tuple[Way, int], ...] = (
    (behaves, 60),
    (half_closes, 4),
    (half_closes_amid, 4),
    (stops, 2),
    (stops_and_leaves, 4),
    (resets, 5),
    (leaves, 5),
    (leaves_before_the_answer, 6),
    (trickles, 4),
    (damages, 6),
    (talks_nonsense, 2),
    (asks_a_long_head, 2),
    (reads_nothing, 3),
    (checks, 5),
)


async def call(port: int, plan: UploadPlan, dice: random.Random) -> Told:
    """One upload in a way that the dice choose."""
    (way,) = dice.choices([each for each, _ in WAYS], [weight for _, weight in WAYS])
    told = Told(way.__name__.replace("_", " "))
    try:
        reader, writer = await asyncio.open_connection(HOST, port, limit=1 << 20)
    except OSError:
        told.answer = NO_SERVICE
        return told
    line = Line(reader, writer)
    try:
        await way(Call(line, plan, dice, told))
    except OSError as error:
        # The service has hung up while we sent: what it said before may still be there.
        told.answer = told.answer or await line.answer()
        if isinstance(told.answer, str):
            told.answer = type(error).__name__
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    return told


async def call_twice(port: int, plans: list[UploadPlan]) -> list[Told]:
    """Two uploads on one connection, the second sent behind the first without waiting."""
    told = [Told("pipelines") for _ in plans]
    try:
        reader, writer = await asyncio.open_connection(HOST, port, limit=1 << 20)
    except OSError:
        return [Told("pipelines", answer=NO_SERVICE) for _ in plans]
    line = Line(reader, writer)

    async def send() -> None:
        with suppress(OSError):
            for plan, each in zip(plans, told, strict=True):
                await _send_all(line, plan, each)

    sending = asyncio.create_task(send())
    try:
        for each in told:
            each.answer = await line.answer()
            if isinstance(each.answer, str) or each.answer.headers.get("connection") == "close":
                break
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
    return told


def _raw(plan: UploadPlan) -> bytes:
    return plan.head() + b"".join(plan.body())


async def _send_all(line: Line, plan: UploadPlan, told: Told) -> None:
    await line.send(plan.head())
    for chunk in plan.body():
        await line.send(chunk)
    told.whole = True


async def _send_part(call: Call) -> None:
    raw = _raw(call.plan)
    await call.line.send(raw[: call.dice.randrange(len(raw) - 10)])
