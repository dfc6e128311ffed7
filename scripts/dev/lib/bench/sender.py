"""Sends forms, in a process of its own, so that sending costs the measured process nothing.

Usage: python -m bench.sender PORT URL BYTES ORDER [--rate R] [--times N]

ORDER says what comes first, `url` or `file`; or it is `post`, for a presigned POST to the URL's bucket with
the file last; or `direct`, for a PUT straight to the URL. Prints for
each upload when the first byte of the file left (monotonic clock, seconds) and how long the upload took
(seconds).
"""

import argparse
import json
import os
import socket
import time
from urllib.parse import urlsplit

from devtools import signed_posts, signed_queries

BOUNDARY = "----formdata-bench-0123456789abcdef"
# Begins like a PNG, so that a service that looks at the first bytes takes it for one.
PNG_HEAD = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0\0\0\x03\0\x08\x02\0\0\0\0\0\0\0\0\x03\x0d\x40IDAT"
BLOCK = PNG_HEAD + os.urandom(1024 * 1024 - len(PNG_HEAD))
FILE_HEAD = (
    f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
    "Content-Type: image/png\r\n\r\n"
).encode()


def presigned(port: int, scheme: str = "http") -> str:
    """A URL that looks signed, of a sink at this port."""
    return f"{scheme}://127.0.0.1:{port}/bucket/key?{signed_queries.v4(seconds=86400)}"


def around(url: str, order: str) -> tuple[bytes, bytes]:
    """The form before and after the file's bytes."""
    if order == "post":
        return _around_post(url)
    field = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="uploadUrl"\r\n\r\n{url}\r\n'.encode()
    end = f"--{BOUNDARY}--\r\n".encode()
    return (field + FILE_HEAD, b"\r\n" + end) if order == "url" else (FILE_HEAD, b"\r\n" + field + end)


def _around_post(url: str) -> tuple[bytes, bytes]:
    """The form of a POST to the URL's bucket, with a policy as signers write it."""
    parts = urlsplit(url)
    bucket = parts.path.split("/")[1]
    fields = signed_posts.v4("key", ["starts-with", "$Content-Type", "image/"], bucket=bucket)
    texts = {"uploadUrl": f"{parts.scheme}://{parts.netloc}/{bucket}", "fields": json.dumps(fields)}
    before = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in texts.items()
    )
    return before.encode() + FILE_HEAD, f"\r\n--{BOUNDARY}--\r\n".encode()


def head(size: int, total: int) -> bytes:
    """The request's head. Who cannot tell the file's length otherwise reads X-File-Length; we do not."""
    lines = (
        "POST /upload-with-presigned HTTP/1.1",
        "Host: localhost",
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
        f"Content-Length: {total}",
        f"X-File-Length: {size}",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def send(line: socket.socket, size: int, rate: float) -> float:
    """Send the file's bytes, at `rate` bytes per second unless it is 0; when the first one left."""
    began = due = time.monotonic()
    step = len(BLOCK) if not rate else 16 * 1024
    view = memoryview(BLOCK)
    while size > 0:
        count = min(size, step)
        line.sendall(view[:count])
        size -= count
        if rate:
            due += count / rate
            time.sleep(max(0.0, due - time.monotonic()))
    return began


def upload(line: socket.socket, url: str, size: int, order: str, rate: float) -> None:
    """One upload or PUT; exits when it is refused."""
    began = time.monotonic()
    if order == "direct":
        line.sendall(f"PUT {urlsplit(url).path} HTTP/1.1\r\nContent-Length: {size}\r\n\r\n".encode())
        first = send(line, size, rate)
    else:
        before, after = around(url, order)
        line.sendall(head(size, len(before) + size + len(after)) + before)
        first = send(line, size, rate)
        line.sendall(after)
    answer = line.recv(65536)
    if b" 200 " not in answer[:20]:
        raise SystemExit(f"refused: {answer[:1000]!r}")
    print(first, time.monotonic() - began, flush=True)


def main() -> None:
    """Command line: as many uploads as asked for, over one connection."""
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    parser.add_argument("url")
    parser.add_argument("size", type=int)
    parser.add_argument("order", choices=["url", "file", "post", "direct"])
    parser.add_argument("--rate", type=float, default=0)
    parser.add_argument("--times", type=int, default=1)
    options = parser.parse_args()
    line = socket.socket()
    if options.rate:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 64 * 1024)
    line.connect(("127.0.0.1", options.port))
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for _ in range(options.times):
        upload(line, options.url, options.size, options.order, options.rate)


if __name__ == "__main__":
    main()
