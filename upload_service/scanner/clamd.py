"""The way to clamd: a connection for each command, and a stream to be scanned as the one that takes chunks.

Knows: the commands of clamd(8) that are sent with `z` before and NUL after them, and INSTREAM's framing:
each chunk has its length before it, as 4 bytes in network order, and a length of 0 ends the stream.
Rules: clamd may answer and reset the connection while a stream is still being sent, so its answer is read
before a broken connection is judged. Only a whole answer counts, and `stream: OK` only after the whole
stream. Chunks are not copied. A clamd that takes nothing for too long is given up.
Must not know: whose file it is, what a verdict means for an upload.

Why no library: docs/decisions/0027-malware-scan.md. Source: clamd(8), section COMMANDS;
docs.clamav.net/manual/Usage/Scanning.html.
"""

import asyncio
import socket
import struct
from typing import Any

from upload_service.body.daemon_threads import DaemonThreads
from upload_service.scanner.verdict import ScannerFault, Verdict, parse_verdict

# Where clamd listens: host and port, or the path of its unix socket.
Address = tuple[str, int] | str

_LOOKUPS_AT_ONCE = 4
_MOST_ANSWER_BYTES = 64 * 1024


class Clamd:
    """One clamd. It is given up when it takes no connection, or no byte, for `stall_seconds`."""

    def __init__(self, address: Address, stall_seconds: float) -> None:
        self._address = address
        self._stall_seconds = stall_seconds
        self._threads = DaemonThreads(_LOOKUPS_AT_ONCE, "scanner-names")

    async def command(self, name: str) -> str:
        """What clamd answers to a command without arguments, such as PING or VERSION; raises ScannerFault."""
        connection = await self._connect()
        try:
            await connection.send(f"z{name}\0".encode("ascii"))
            answer = await connection.answer(self._stall_seconds)
        finally:
            connection.close()
        if not answer.endswith(b"\0"):
            raise ScannerFault("disconnected")
        return answer[:-1].decode("utf-8", "replace")

    async def instream(self) -> "Instream":
        """Begin to stream one file; raises ScannerFault."""
        connection = await self._connect()
        try:
            await connection.send(b"zINSTREAM\0")
        except BaseException:
            connection.close()
            raise
        return Instream(connection)

    def close(self) -> None:
        """Wait for no look-up that still runs."""
        self._threads.close(0)

    async def _connect(self) -> "_Connection":
        try:
            async with asyncio.timeout(self._stall_seconds):
                return _Connection(await self._dial(), self._stall_seconds)
        except TimeoutError:
            raise ScannerFault("unreachable") from None

    async def _dial(self) -> socket.socket:
        """A connected socket: the first of the host's addresses that takes it."""
        for family, address in await self._look_up():
            connected = await _dial_one(family, address, self._stall_seconds / 2)
            if connected:
                return connected
        raise ScannerFault("unreachable")

    async def _look_up(self) -> list[tuple[int, Address]]:
        if isinstance(self._address, str):
            return [(socket.AF_UNIX, self._address)]
        host, port = self._address
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(self._threads, _addresses, host, port)
        except (OSError, UnicodeError):
            raise ScannerFault("unresolved") from None
        return [(family, address) for family, _, _, _, address in found]


class Instream:
    """One file on its way to clamd."""

    def __init__(self, connection: "_Connection") -> None:
        self._connection = connection

    async def feed(self, chunk: bytes) -> bool:
        """Send the next chunk, which is never empty, and wait until the system has taken it.

        False: clamd has answered or has hung up already, so that `verdict` is the next thing to ask for.
        Raises ScannerFault when clamd takes nothing for too long.
        """
        await self._connection.send(struct.pack("!L", len(chunk)), chunk)
        return not self._connection.has_answered

    async def verdict(self, seconds: float) -> Verdict:
        """End the stream and wait for at most so long for what clamd says of it; raises ScannerFault."""
        self._connection.look()  # what was said by now was said without the end of the file
        has_whole = not self._connection.has_answered
        await self._connection.send(struct.pack("!L", 0))
        verdict = parse_verdict(await self._connection.answer(seconds))
        if verdict.result == "ok" and not has_whole:
            raise ScannerFault("bad_answer")
        return verdict

    def close(self) -> None:
        """Leave clamd, which throws away what it has. May be called twice."""
        self._connection.close()


class _Connection:
    """A connection on which clamd answers once, and then closes it."""

    def __init__(self, connected: socket.socket, stall_seconds: float) -> None:
        self._socket = connected
        self._stall_seconds = stall_seconds
        self._received = bytearray()
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[bytes] = self._loop.create_future()
        self._loop.add_reader(connected, self.look)

    @property
    def has_answered(self) -> bool:
        """Whether clamd has said all that it will say."""
        return self._answer.done()

    async def send(self, *pieces: bytes) -> None:
        """Send these bytes; less of them once clamd has answered."""
        left = [memoryview(piece) for piece in pieces]
        while left and not self._answer.done():
            try:
                sent = self._socket.sendmsg(left)
            except BlockingIOError:
                await self._wait_for_room()
            except OSError:
                self.look(is_broken=True)
            else:
                left = _after(left, sent)

    async def answer(self, seconds: float) -> bytes:
        """All that clamd says until it says NUL or closes; raises ScannerFault."""
        if not (await asyncio.wait([self._answer], timeout=seconds))[0]:
            raise ScannerFault("silent")
        return self._answer.result()

    def look(self, *, is_broken: bool = False) -> None:
        """Take what has come. `is_broken`: nothing can come any more."""
        while not self._answer.done():
            try:
                data = self._socket.recv(_MOST_ANSWER_BYTES)
            except BlockingIOError:
                if not is_broken:
                    return
                data = b""
            except OSError:
                data = b""
            self._received += data
            if not data or b"\0" in data or len(self._received) > _MOST_ANSWER_BYTES:
                self._end(bytes(self._received))

    def close(self) -> None:
        """Hang up."""
        self._end(b"")
        self._socket.close()

    async def _wait_for_room(self) -> None:
        room: asyncio.Future[None] = self._loop.create_future()
        self._loop.add_writer(self._socket, _note, room)
        try:
            first = asyncio.FIRST_COMPLETED
            waited: list[asyncio.Future[Any]] = [room, self._answer]
            if not (await asyncio.wait(waited, timeout=self._stall_seconds, return_when=first))[0]:
                raise ScannerFault("stalled")
        finally:
            if self._socket.fileno() >= 0:
                self._loop.remove_writer(self._socket)

    def _end(self, answer: bytes) -> None:
        if not self._answer.done():
            self._loop.remove_reader(self._socket)
            self._answer.set_result(answer)


def _addresses(host: str, port: int) -> list[tuple[int, int, int, str, Address]]:
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)  # type: ignore[return-value]  # no tuple of 4 here


async def _dial_one(family: int, address: Address, seconds: float) -> socket.socket | None:
    """A socket that is connected to this address; None when it takes no connection."""
    dialling = socket.socket(family, socket.SOCK_STREAM)
    try:
        dialling.setblocking(False)
        if family != socket.AF_UNIX:  # the length that ends a stream shall not wait for an acknowledgement
            dialling.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        async with asyncio.timeout(seconds):
            await asyncio.get_running_loop().sock_connect(dialling, address)
    except (OSError, TimeoutError):
        dialling.close()
        return None
    except BaseException:
        dialling.close()
        raise
    return dialling


def _note(room: "asyncio.Future[None]") -> None:
    if not room.done():
        room.set_result(None)


def _after(pieces: list[memoryview], sent: int) -> list[memoryview]:
    """What is left of the pieces when so many bytes of them have been sent."""
    while pieces and sent >= len(pieces[0]):
        sent -= len(pieces.pop(0))
    if sent:
        pieces[0] = pieces[0][sent:]
    return pieces
