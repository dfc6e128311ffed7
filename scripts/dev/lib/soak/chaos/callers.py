"""Callers of the chaos run: each makes one upload, or two, in a way that the dice choose.

Must not know: what the ways are.
"""

import asyncio
import random
from contextlib import suppress

from local.ports import HOST

from soak.chaos.line import Call, Line, Told, send_all
from soak.chaos.ways import WAYS
from soak.upload_plan import UploadPlan

NO_SERVICE = "no service"


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
                await send_all(line, plan, each)

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
