"""A name server that answers, is silent, is late, or knows nothing, each at random.

Knows: as much of DNS as one question needs.
Must not know: who asks.

Source: RFC 1035 section 4
"""

import asyncio
import random
import struct
from contextlib import suppress
from typing import Any

from soak.chaos.enclosure import NAME_SERVER

DOMAIN = "store.chaos.example"
# So many names lead to the store.
NAMES = 200
LATE_SECONDS = 1.0
_NOTHING, _SERVER_FAILURE, _NO_SUCH_NAME = 0, 2, 3
_A = 1


class NameServer(asyncio.DatagramProtocol):
    """Answers every name in DOMAIN with 127.0.0.1, when it answers."""

    def __init__(self, seed: str) -> None:
        self._dice = random.Random(f"names {seed}")  # noqa: S311 - the same each time
        self._transport: Any = None

    async def start(self) -> None:
        """Listen until `close`."""
        loop = asyncio.get_running_loop()
        self._transport, _ = await loop.create_datagram_endpoint(lambda: self, (NAME_SERVER, 53))

    def close(self) -> None:
        """Listen no more."""
        self._transport.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer a question, or not."""
        mood = self._dice.random()
        if mood < 0.15:
            return
        answer = _answer(data, _SERVER_FAILURE if mood < 0.2 else _NO_SUCH_NAME if mood < 0.25 else _NOTHING)
        delay = LATE_SECONDS if mood < 0.35 else 0
        asyncio.get_running_loop().call_later(delay, self._send, answer, addr)

    def _send(self, answer: bytes, address: tuple[str, int]) -> None:
        with suppress(OSError):
            self._transport.sendto(answer, address)


def _answer(question: bytes, failure: int) -> bytes:
    end = question.index(b"\0", 12) + 5
    kind = struct.unpack(">H", question[end - 4 : end - 2])[0]
    is_address = kind == _A and not failure
    head = question[:2] + struct.pack(">HHHHH", 0x8180 | failure, 1, int(is_address), 0, 0)
    address = b"\xc0\x0c" + struct.pack(">HHIH", _A, 1, 1, 4) + bytes((127, 0, 0, 1)) if is_address else b""
    return head + question[12:end] + address
