"""A verdict of clamd, asked for by hand, without the service's code."""

import socket

from tests.support.scanner.running_clamd import Clamd

SECONDS = 60


def scan(clamd: Clamd, content: bytes) -> str:
    """Its reply to a stream of one chunk and the empty one; without the NUL."""
    with socket.create_connection(("127.0.0.1", clamd.port), SECONDS) as stream:
        stream.sendall(b"zINSTREAM\0" + len(content).to_bytes(4, "big") + content + bytes(4))
        reply = b""
        while more := stream.recv(65536):
            reply += more
    return reply.rstrip(b"\0").decode()
