"""A certificate authority of the tests' own, and two servers' certificates: one it vouches for, one not.

`ca_file` goes to the service as SSL_CERT_FILE. And how a server on TLS hears the end of a connection.
"""

import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import trustme

Result = TypeVar("Result")


@dataclass(frozen=True)
class Authority:
    """What servers on 127.0.0.1 need to speak TLS."""

    ca_file: str
    trusted: ssl.SSLContext
    stranger: ssl.SSLContext


def authority(folder: Path) -> Authority:
    """A new authority, whose certificate is written to `folder`."""
    ours = trustme.CA()
    ca_file = folder / "ca.pem"
    ours.cert_pem.write_to_path(ca_file)
    return Authority(str(ca_file), _server(ours), _server(trustme.CA()))


def _server(issuer: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issuer.issue_cert("127.0.0.1").configure_cert(context)
    return context


class TlsLine:
    """A server's end of a connection on TLS. It tells a reset from an orderly end, as a plain socket does.

    Python's own `SSLSocket` says the same of both.
    """

    def __init__(self, line: socket.socket, context: ssl.SSLContext) -> None:
        self._line = line
        self._came, self._goes = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._came, self._goes, server_side=True)
        self._do(self._tls.do_handshake)

    def recv(self, count: int) -> bytes:
        """What comes next; b"" at an orderly end. Raises ConnectionResetError after a reset."""
        try:
            return self._do(lambda: self._tls.read(count))
        except ssl.SSLEOFError:
            return b""

    def sendall(self, data: bytes) -> None:
        """Send all of it."""
        self._do(lambda: self._tls.write(data))

    def setsockopt(self, level: int, name: int, value: int | bytes) -> None:
        """As of a socket."""
        self._line.setsockopt(level, name, value)

    def shutdown(self, how: int) -> None:
        """As of a socket."""
        self._line.shutdown(how)

    def close(self) -> None:
        """As of a socket."""
        self._line.close()

    def _do(self, step: Callable[[], Result]) -> Result:
        while True:
            try:
                done = step()
            except ssl.SSLWantReadError:
                self._flush()
                if piece := self._line.recv(65536):
                    self._came.write(piece)
                else:
                    self._came.write_eof()
            else:
                self._flush()
                return done

    def _flush(self) -> None:
        if self._goes.pending:
            self._line.sendall(self._goes.read())


Line = socket.socket | TlsLine
