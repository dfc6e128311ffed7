"""Large objects, hashed and not kept: a storage for one PUT, and SHA-256 of what a store holds."""

import hashlib
import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import BinaryIO, Self, cast

from local.store import Bucket

from tests.support.storage.storage_double import OK

PIECE_BYTES = 1024 * 1024


class Sink:
    """Takes one PUT on 127.0.0.1, and pauses for `nap_seconds` after the first byte."""

    def __init__(self, nap_seconds: float) -> None:
        self.began = threading.Event()
        self.received_bytes = 0
        self._nap_seconds = nap_seconds
        self._sha256 = hashlib.sha256()
        self._left = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.2)
        self._thread = threading.Thread(target=self._take_one, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._left = True
        self._thread.join(60)
        self._listener.close()

    @property
    def url(self) -> str:
        """Its address, with a last slash."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}/"

    def sum(self) -> str:
        """SHA-256 of the body, in hexadecimal."""
        return self._sha256.hexdigest()

    def _take_one(self) -> None:
        while not self._left:
            try:
                connection, _ = self._listener.accept()
            except TimeoutError:
                continue
            connection.settimeout(60)
            with connection, suppress(OSError):
                self._take(connection)
            return

    def _take(self, connection: socket.socket) -> None:
        buffer = bytearray(PIECE_BYTES)
        head = b""
        while b"\r\n\r\n" not in head:
            if not (byte := connection.recv(1)):
                return
            head += byte
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length:"))
        while self.received_bytes < length and (count := connection.recv_into(buffer)):
            self._sha256.update(memoryview(buffer)[:count])
            self.received_bytes += count
            if not self.began.is_set():
                self.began.set()
                time.sleep(self._nap_seconds)
        if self.received_bytes == length:
            connection.sendall(OK)
            connection.recv(1)  # until the service leaves


class _Sum:
    """As much of a file object as Bucket.copy_to needs."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()

    def write(self, piece: bytes) -> int:
        self.sha256.update(piece)
        return len(piece)


def stored_sum(bucket: Bucket, key: str) -> str | None:
    """The object's SHA-256 in hexadecimal, or None when there is no such object."""
    target = _Sum()
    return target.sha256.hexdigest() if bucket.copy_to(key, cast(BinaryIO, target)) else None
