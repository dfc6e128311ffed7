"""Looks host names up, in threads of its own.

Knows: the system's resolver, which blocks, and cannot be told to stop.
Rules: a look-up that hangs delays nothing but the uploads to its own name: neither the disk, nor other names,
nor the end of the process. Each name is looked up once at a time, whoever asks. Nobody waits longer than
LOOKUP_SECONDS.
Must not know: which addresses may be dialled.
"""

import asyncio
import socket
import time
from collections.abc import Callable
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from upload_service.body.daemon_threads import DaemonThreads
from upload_service.storage.dial import current_dial
from upload_service.storage.sockets import AddressInfo

# The system asks a name server that does not answer twice, for 5 seconds each, and then the next one.
LOOKUP_SECONDS = 20.0
# Names that are looked up at the same time, and those of them that run or wait.
LOOKUPS_AT_ONCE = 32
MOST_NAMES = 256

LookUp = Callable[..., list[AddressInfo]]
# The addresses are given as numbers: nobody needs to look them up again.
_NUMERIC = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV


class NameLookups(AbstractResolver):
    """The resolver of aiohttp's client. `look_up` has the arguments of `socket.getaddrinfo`."""

    def __init__(self, look_up: LookUp = socket.getaddrinfo) -> None:
        self._look_up = look_up
        self._threads = DaemonThreads(LOOKUPS_AT_ONCE, "names")
        self._running: dict[tuple[str, int], asyncio.Future[list[AddressInfo]]] = {}

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses of the host; raises OSError when there is none, or no answer in time."""
        began = time.monotonic()
        try:
            return await self._resolve(host, port, family)
        finally:
            if dial := current_dial.get():
                dial.looked_up = began, time.monotonic()

    async def _resolve(self, host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
        running = self._running.get((host, family)) or self._begin(host, family)
        # Whoever leaves does not end it for the others, so it is not awaited itself.
        if not (await asyncio.wait([running], timeout=LOOKUP_SECONDS))[0]:
            raise _no_answer()
        return [
            ResolveResult(hostname=host, host=address[0], port=port, family=kind, proto=proto, flags=_NUMERIC)
            for kind, _, proto, _, address in running.result()
        ]

    async def close(self) -> None:
        """Forget the look-ups that still run."""
        for running in list(self._running.values()):
            running.cancel()
        self._threads.close(0)

    def _begin(self, host: str, family: int) -> asyncio.Future[list[AddressInfo]]:
        if len(self._running) >= MOST_NAMES:
            raise _no_answer()
        running = asyncio.get_running_loop().run_in_executor(self._threads, self._ask, host, family)
        self._running[host, family] = running
        running.add_done_callback(lambda done: self._end(host, family, done))
        return running

    def _end(self, host: str, family: int, done: "asyncio.Future[Any]") -> None:
        self._running.pop((host, family), None)
        if not done.cancelled():
            done.exception()  # looked at, so that asyncio does not report it when everybody has left

    def _ask(self, host: str, family: int) -> list[AddressInfo]:
        try:
            return self._look_up(
                host, None, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
            )
        except UnicodeError:  # a label that no name may have
            raise socket.gaierror(socket.EAI_NONAME, "not a name") from None


def _no_answer() -> OSError:
    return socket.gaierror(socket.EAI_AGAIN, "no answer in time")
