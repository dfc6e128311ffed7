"""Runs the service with a watch on its event loop: how long the longest step took since somebody last asked.

Usage: python -m bench.watched_service, with the name of a file of 8 bytes in BENCH_LONGEST_STEP

Knows: every step of asyncio's loop is a call of `Handle._run`. What counts is the CPU time of the loop's
thread: by the wall clock a step also takes as long as other programs hold the core, up to 40 ms here. So a
step that waits for a disk would not be seen. The longest is kept as a double in the file, which is shared
memory; whoever writes 0 there begins anew. It costs each step a microsecond, so CPU as a whole is measured
in a process without it.
Must not know: who sends.
"""

import asyncio
import mmap
import os
import runpy
import struct
import time
from pathlib import Path

DOUBLE = struct.Struct("d")


def watch(path: str) -> None:
    """From now on keep the longest step of every loop in this file."""
    with Path(path).open("r+b") as file:
        shared = mmap.mmap(file.fileno(), DOUBLE.size)
    run, clock = asyncio.Handle._run, time.thread_time

    def timed(handle: asyncio.Handle) -> None:
        began = clock()
        run(handle)
        seconds = clock() - began
        if seconds > DOUBLE.unpack_from(shared)[0]:
            DOUBLE.pack_into(shared, 0, seconds)

    setattr(asyncio.Handle, "_run", timed)  # noqa: B010  a method may not be assigned


if __name__ == "__main__":
    watch(os.environ["BENCH_LONGEST_STEP"])
    runpy.run_module("upload_service", run_name="__main__")
