"""A clamd that says what a test wants, for faults that a real one cannot be made to show.

Rules: a probe of the service (the test file of the trade, nested archives) is answered as a sound clamd does.
"""

import socket
import socketserver
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, Self, cast

GATE_SECONDS = 60
OK, LIMIT = b"stream: OK\0", b"INSTREAM size limit exceeded. ERROR\0"
FOUND = b"stream: Harmless.Scripted FOUND\0"
_PROBES = {
    b"X5O!": b"stream: Eicar FOUND\0",
    b"\x1f\x8b": b"stream: Heuristics.Limits.Exceeded.MaxRecursion FOUND\0",
}


@dataclass(frozen=True)
class Say:
    """What to say of one stream: `raw`, once so many bytes of it have come, or all, and `gate` is set.

    `then`: close, reset the connection, or hang until the service leaves.
    """

    raw: bytes = OK
    after: int | None = None
    then: Literal["close", "reset", "hang"] = "close"
    gate: threading.Event | None = None


@dataclass
class Stream:
    """One stream, as far as it came. `said`: clamd has answered. `left`: the service hung up first."""

    content: bytearray = field(default_factory=bytearray)
    whole: bool = False
    left: bool = False
    came: threading.Event = field(default_factory=threading.Event)
    said: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)


class ScriptedClamd(socketserver.ThreadingTCPServer):
    """Listens on 127.0.0.1, and says what `say` was told; unless it was told, that all is OK."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.streams: list[Stream] = []
        self.replies: list[Say] = []
        # The peers whose stream has begun, or who will have none; and those of whom that is not known yet.
        self._known: set[object] = set()
        self._waiting: set[object] = set()
        self._changed = threading.Condition()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.shutdown()
        self.server_close()

    @property
    def url(self) -> str:
        """As UPLOAD_SCANNER has it."""
        return f"clamd://127.0.0.1:{self.server_address[1]}"

    def say(self, *replies: Say) -> list[Stream]:
        """Say this of the streams that follow; the list gets them.

        Whoever was given up before may still wait in the queue, or for its thread: it comes to the old list.
        """
        with socket.create_connection(("127.0.0.1", self.server_address[1]), GATE_SECONDS) as last:
            name = last.getsockname()
        with self._changed:
            assert self._changed.wait_for(lambda: name in self._known and not self._waiting, GATE_SECONDS)
            self.replies, self.streams = list(replies), []
            return self.streams

    def verify_request(self, request: object, client_address: object) -> bool:
        """A connection comes, in the order of the queue."""
        with self._changed:
            self._waiting.add(client_address)
            self._known.discard(client_address)
        return True

    def know(self, client_address: object) -> None:
        """Its stream has begun, or none will."""
        with self._changed:
            self._known.add(client_address)
            self._waiting.discard(client_address)
            self._changed.notify_all()

    def next_say(self) -> Say:
        """What to say of the stream that begins."""
        return (self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]) if self.replies else Say()


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        try:
            with suppress(OSError):
                if self._exactly(10) == b"zINSTREAM\0":
                    self._stream()
        finally:
            cast(ScriptedClamd, self.server).know(self.client_address)

    def _stream(self) -> None:
        first = self._chunk()
        server = cast(ScriptedClamd, self.server)
        for beginning, reply in _PROBES.items():
            if first.startswith(beginning):
                while self._chunk():
                    pass
                self.request.sendall(reply)
                return
        stream, say = Stream(), server.next_say()
        server.streams.append(stream)
        server.know(self.client_address)
        try:
            self._play(stream, say, first)
        finally:
            stream.ended.set()

    def _play(self, stream: Stream, say: Say, chunk: bytes) -> None:
        try:
            while chunk and (say.after is None or len(stream.content) < say.after):
                stream.content += chunk
                chunk = self._chunk()
            stream.whole = not chunk
        except ConnectionError:
            stream.left = True
            return
        stream.came.set()
        if say.gate:
            say.gate.wait(GATE_SECONDS)
        try:
            self.request.sendall(say.raw)
            stream.said.set()
            while say.then == "hang" and self.request.recv(65536):
                pass
        except ConnectionError:
            stream.left = True
        stream.left |= say.then == "hang"
        if say.then == "reset":
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _chunk(self) -> bytes:
        return self._exactly(int.from_bytes(self._exactly(4)))

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            if not (piece := self.request.recv(count - len(data))):
                raise ConnectionResetError
            data += piece
        return data
