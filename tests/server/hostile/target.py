"""A service to attack, and a storage that remembers what has arrived.

Knows: how one attempt goes: bytes in, answers out, and that nothing but what is expected was stored.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from tests.support.client import raw_http
from tests.support.client.raw_http import BOUNDARY, PLAIN, Answer, Connection
from tests.support.service import leftovers
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.faulty_storage import QUERY, FaultyStorage
from tests.support.storage.storage_double import StorageDouble

HOST = b"Host: localhost\r\n"
KIND = f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n".encode()
POST = f"POST {PLAIN} HTTP/1.1\r\n".encode()
# What must never be executed, however it is hidden.
SMUGGLED = b"GET /smuggled HTTP/1.1\r\n" + HOST + b"\r\n"
SILENCE_SECONDS = 0.15
# More than a busy machine needs between two pieces that a test sends one behind the other.
STALL_SECONDS = 15
SETTINGS = {
    "UPLOAD_STALL_SECONDS": str(STALL_SECONDS),
    "TIMEOUT_SECONDS": "30",
    # A client that sends byte by byte may be slow besides.
    "UPLOAD_MIN_BYTES_PER_SECOND": "10",
}


@dataclass(frozen=True)
class Target:
    """The service, how many descriptors it had open before, a storage that works and one that remembers."""

    service: Running
    descriptors: int
    well: FaultyStorage
    double: StorageDouble

    @property
    def port(self) -> int:
        """The service's port."""
        return self.service.port

    def url(self, key: str) -> str:
        """A URL for the storage that remembers."""
        return TRANSCRIPT.hide(f"{self.double.url}{key}?{QUERY}")

    def form(self, key: str, content: bytes = b"12345") -> bytes:
        """A whole form that goes there."""
        return raw_http.form(raw_http.field("uploadUrl", self.url(key)), raw_http.file(content))

    def stored(self, key: str) -> list[bytes]:
        """The bodies that have arrived there whole."""
        return [
            bytes(put.body) for put in self.double.puts.get(f"/{key}", []) if put.ended.wait(30) and put.whole
        ]

    def codes(self, answers: list[Answer]) -> list[str]:
        """The codes of answers, "ok" for a success."""
        return [answer.json.get("code", "ok") for answer in answers]

    def unexpected(self) -> list[dict[str, Any]]:
        """The log events of failures that the service does not know."""
        return [event for event in self.service.log if event["event"] in ("internal_error", "library_log")]


@contextmanager
def target(double: StorageDouble) -> Iterator[Target]:
    """A running service with known limits. After all attempts it must be alive, with nothing left behind."""
    with FaultyStorage() as well:
        listed = f"{double.url},{well.origin}"
        with Running(UPLOAD_DESTINATIONS=listed, **SETTINGS, **leftovers.SETTINGS) as service:
            before = leftovers.descriptors(service)
            yield Target(service, before, well, double)
            leftovers.assert_nothing_is_left(service, well, before)


def converse(port: int, *pieces: bytes, count: int = 1, closes: bool = False) -> tuple[list[Answer], bool]:
    """All answers to these bytes on one connection, and whether the service closed it.

    So many answers are waited for, and the close where it has to come. What must not come gets a moment.
    """
    answers: list[Answer] = []
    with Connection(port, timeout=60) as connection:
        with suppress(OSError):  # refused before all was sent
            connection.send(*pieces)
        try:
            while True:
                if len(answers) >= count and not closes:
                    connection.socket.settimeout(SILENCE_SECONDS)
                answers.append(connection.answer())
        except TimeoutError:
            return answers, False
        except OSError:
            return answers, True
