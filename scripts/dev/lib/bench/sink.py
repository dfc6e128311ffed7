"""A storage that accepts everything as fast as it can, or at a given rate, and keeps nothing.

Usage: python -m bench.sink [--tls FILE] [--rate BYTES_PER_SECOND]

Prints its port. Then it prints, for each body of a megabyte or more, when its first byte arrived (monotonic
clock, seconds).
Must not know: who sends.
"""

import argparse
import re
import socket
import ssl
import threading
import time

READ_BYTES = 1024 * 1024
LARGE_BYTES = 1_000_000
# With the headers of S3's answers, but for a checksum: who counts bytes has none.
OK = (
    b"HTTP/1.1 200 OK\r\n"
    b"x-amz-id-2: mVP8mWFR5oZ2gKE8lDq1t5VQ0aQ8vC4hO9cQkO6V5hJ1rS7n0W3yT2bX4uZ6eA8dF1gH3jK5lM=\r\n"
    b"x-amz-request-id: K2H6N7ZGQT6WHCEG\r\n"
    b"Date: Mon, 30 Nov 2026 12:00:00 GMT\r\n"
    b'ETag: "9a0364b9e99bb480dd25e1f0284c8555"\r\n'
    b"Server: AmazonS3\r\n"
    b"Content-Length: 0\r\n\r\n"
)


def serve(line: socket.socket, context: ssl.SSLContext | None, rate: float) -> None:
    """Serve one PUT after another."""
    buffer = bytearray(READ_BYTES if not rate else 16 * 1024)
    try:
        if context:
            line = context.wrap_socket(line, server_side=True)
        with line:
            rest = b""
            while True:
                while b"\r\n\r\n" not in rest:
                    piece = line.recv(65536)
                    if not piece:
                        return
                    rest += piece
                head, _, rest = rest.partition(b"\r\n\r\n")
                length = re.search(rb"(?i)content-length: *(\d+)", head)
                assert length
                if b"100-continue" in head.lower():
                    line.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
                take(line, int(length[1]) - len(rest), buffer, rate, large=int(length[1]) >= LARGE_BYTES)
                rest = b""
                line.sendall(OK)
    except OSError:
        return


def take(line: socket.socket, left: int, buffer: bytearray, rate: float, *, large: bool) -> None:
    """Read the body, at `rate` bytes per second on average unless it is 0."""
    due = began = time.monotonic()
    first = large
    while left > 0:
        size = line.recv_into(buffer, min(len(buffer), left))
        if not size:
            raise ConnectionError
        if first:
            print(time.monotonic(), flush=True)
            first, due = False, time.monotonic()
        left -= size
        if rate:
            due = max(due, began) + size / rate
            time.sleep(max(0.0, due - time.monotonic()))


def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tls")
    parser.add_argument("--rate", type=float, default=0)
    options = parser.parse_args()
    context = None
    if options.tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(options.tls)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if options.rate:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
    listener.bind(("127.0.0.1", 0))
    listener.listen(256)
    print(listener.getsockname()[1], flush=True)
    while True:
        line, _ = listener.accept()
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as stores do
        threading.Thread(target=serve, args=(line, context, options.rate), daemon=True).start()


if __name__ == "__main__":
    main()
