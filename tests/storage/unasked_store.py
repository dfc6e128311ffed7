"""A store that says what nobody asked for, at the moment that a test wants.

Knows: how to make this system's TCP deaf, so that a request has not arrived although it was sent.
"""

import ctypes
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress

from tests.support.storage.storage_double import OK

CONTENT = b"12345"
END = b"\r\n\r\n" + CONTENT
# A filter of one instruction, which passes no packet: what comes is neither heard nor acknowledged.
_DROP_ALL = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0))
_SO_ATTACH_FILTER, _SO_DETACH_FILTER = 26, 27

Turn = Callable[[socket.socket], None]


class UnaskedStore:
    """Plays one turn for each PUT of CONTENT that comes, in their order; the last turn again and again.

    `puts` are the connections on which PUTs came, in their order. `answered`: a turn has been played.
    """

    def __init__(self, *turns: Turn) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.puts: list[int] = []
        self._turns = list(turns)
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Accept no connection any more. A thread that still waited might do so for the next one's socket."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(60)
        self.listener.close()

    @property
    def url(self) -> str:
        """Its address, with a last slash."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}/"

    @property
    def connections(self) -> int:
        """How many connections PUTs came on."""
        return len(set(self.puts))

    def _accept(self) -> None:
        number = 0
        with suppress(OSError):
            while True:
                line, _ = self.listener.accept()
                number += 1
                threading.Thread(target=self._serve, args=(line, number), daemon=True).start()

    def _serve(self, line: socket.socket, number: int) -> None:
        with line, suppress(OSError):
            while _take(line):
                with self._lock:
                    self.puts.append(number)
                    turn = self._turns.pop(0) if len(self._turns) > 1 else self._turns[0]
                turn(line)


def _take(line: socket.socket) -> bool:
    heard = b""
    while not heard.endswith(END):
        piece = line.recv(65536)
        if not piece:
            return False
        heard += piece
    return True


def says(*pieces: bytes, after: Callable[[], object] = lambda: None) -> Turn:
    """A turn: send the first piece, wait for `after`, then send each of the others."""

    def turn(line: socket.socket) -> None:
        line.sendall(pieces[0])
        after()
        for piece in pieces[1:]:
            line.sendall(piece)

    return turn


def answers_what_has_not_come(is_deaf: threading.Event, speak: threading.Event) -> Turn:
    """A turn: answer this PUT and hear nothing from then on; once told to, send another answer."""

    def turn(line: socket.socket) -> None:
        line.sendall(OK)
        program = struct.pack("HL", 1, ctypes.addressof(_DROP_ALL))
        line.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
        is_deaf.set()
        speak.wait(30)
        line.sendall(OK)
        # The connection ends with a reset: nothing of the deaf one is left.
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return turn
