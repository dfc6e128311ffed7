"""Names that resolve to whatever a test wants, and sockets that note where they are sent and do not go there.

Knows: which addresses answer, and the port of 127.0.0.1 that answers in their place.
"""

import socket
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from upload_service.storage.sockets import AddressInfo


class Names(AbstractResolver):
    """Resolves every name to the first of these answers, the next time to the second; the last one stays."""

    def __init__(self, *answers: str) -> None:
        self._answers = [answer.split() for answer in answers]
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """All addresses of the name at this moment."""
        self.asked.append(host)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return [
            ResolveResult(hostname=host, host=each, port=port, family=family, proto=0, flags=0)
            for each in answer
        ]

    async def close(self) -> None:
        """Nothing to close."""


class Wires:
    """Makes sockets; `dialled` is where they were sent. Those in `answering` reach 127.0.0.1:`port`."""

    def __init__(self, port: int, *answering: str) -> None:
        self.dialled: list[str] = []
        self.port = port
        self.answering = set(answering)

    def make(self, address: AddressInfo) -> socket.socket:
        """A socket that never leaves the machine."""
        family, kind, protocol, _, _ = address
        return _Wire(self, family, kind, protocol)


class _Wire(socket.socket):
    def __init__(self, wires: Wires, family: int, kind: int, protocol: int) -> None:
        super().__init__(family, kind, protocol)
        self.setblocking(False)
        self._wires = wires

    def connect(self, address: Any, /) -> None:
        self._wires.dialled.append(address[0])
        if address[0] not in self._wires.answering:
            raise ConnectionRefusedError(111, "Connection refused")
        here = "::1" if self.family == socket.AF_INET6 else "127.0.0.1"
        super().connect((here, self._wires.port))
