"""Seconds that pass for the event loop alone: no test waits for them, or has to be faster than they are.

Knows: that asyncio's timers and time limits are all measured by the loop's method `time`.
"""

import asyncio


async def let_pass(seconds: float) -> None:
    """Move the running loop's clock, and let what is due by then run."""
    loop = asyncio.get_running_loop()
    before = loop.time
    setattr(loop, "time", lambda: before() + seconds)  # noqa: B010  a method to the type checker
    for _ in range(3):  # timers, those whom they wake, and what these begin
        await asyncio.sleep(0)
