"""The ways in which callers misbehave: what each of them does with its upload.

Must not know: what storage does, which answer is right.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from soak.chaos.line import Call, raw_of, send_all, send_part
from soak.client import Response
from soak.upload_plan import BOUNDARY, part

# Longer than the service waits for a byte.
SILENT_SECONDS = 4.0
TRICKLE_PIECES, TRICKLE_SECONDS = 40, 0.05

Way = Callable[[Call], Awaitable[None]]


async def behaves(call: Call) -> None:
    """Send all, read the answer."""
    await send_all(call.line, call.plan, call.told)
    call.told.answer = await call.line.answer()


async def half_closes(call: Call) -> None:
    """Send all, close our half, read the answer."""
    await send_all(call.line, call.plan, call.told)
    with suppress(OSError):
        call.line.writer.write_eof()
    call.told.answer = await call.line.answer()


async def half_closes_amid(call: Call) -> None:
    """Close our half in the middle, read what comes."""
    await send_part(call)
    with suppress(OSError):
        call.line.writer.write_eof()
    call.told.answer = await call.line.answer()


async def stops(call: Call) -> None:
    """Send nothing more from the middle on, read what comes."""
    await send_part(call)
    call.told.answer = await call.line.answer()


async def stops_and_leaves(call: Call) -> None:
    """Send nothing more from the middle on, and leave after a while."""
    await send_part(call)
    await asyncio.sleep(call.dice.uniform(0, SILENT_SECONDS))


async def resets(call: Call) -> None:
    """Reset the connection in the middle."""
    await send_part(call)
    call.line.reset()


async def leaves(call: Call) -> None:
    """Close the connection in the middle."""
    await send_part(call)


async def leaves_before_the_answer(call: Call) -> None:
    """Send all, and leave, in order or not."""
    await send_all(call.line, call.plan, call.told)
    await asyncio.sleep(call.dice.choice((0, 0, 0.05, 0.5)))
    if call.dice.random() < 0.5:
        call.line.reset()


async def trickles(call: Call) -> None:
    """Send some of it in small pieces, slowly, and the rest at once; read the answer."""
    raw = raw_of(call.plan)
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
    raw = bytearray(raw_of(call.plan))
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
    await send_all(call.line, call.plan, call.told)
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
