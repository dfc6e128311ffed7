"""The limit of what is possible: plain sockets, a thread for each connection, 256 KiB at a time, no parsing.

Knows: just enough of HTTP to find where the file begins. The request names the file's length.
"""

import os
import re
import socket
import threading
from contextlib import suppress

READ_BYTES = 256 * 1024
OK = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 17\r\n\r\n{"success": true}'


def serve(client: socket.socket) -> None:
    """Serve one request after another; the connection to storage is kept as well."""
    view = memoryview(bytearray(READ_BYTES))
    storage: socket.socket | None = None
    with client, suppress(ConnectionError):
        while begun := beginning(client):
            head, body = begun
            length, total = number(head, b"x-file-length"), number(head, b"content-length")
            url = re.search(rb"http://([\d.]+):(\d+)(/\S+)", head)
            assert url
            storage = storage or socket.create_connection((url[1].decode(), int(url[2])))
            storage.sendall(
                b"PUT %b HTTP/1.1\r\nHost: %b\r\nContent-Length: %d\r\n\r\n%b"
                % (url[3], url[1], length, body)
            )
            copy(client, storage, view, length - len(body))
            tail = total - (len(head) - head.index(b"\r\n\r\n") - 4) - length
            while tail > 0:
                tail -= len(client.recv(tail))
            storage.recv(65536)
            client.sendall(OK)


def beginning(client: socket.socket) -> tuple[bytes, bytes] | None:
    """The request up to the file's first byte, and what arrived of the file with it; None at the end."""
    data = b""
    while (end := data.find(b"image/png\r\n\r\n")) < 0:
        piece = client.recv(65536)
        if not piece:
            return None
        data += piece
    end += len(b"image/png\r\n\r\n")
    return data[:end], data[end:]


def number(head: bytes, name: bytes) -> int:
    found = re.search(rb"(?i)\r\n%b: *(\d+)" % name, head)
    assert found
    return int(found[1])


def copy(source: socket.socket, target: socket.socket, view: memoryview, count: int) -> None:
    while count > 0:
        size = source.recv_into(view, min(count, READ_BYTES))
        target.sendall(view[:size])
        count -= size


listener = socket.create_server(("127.0.0.1", int(os.environ["PORT"])), backlog=256)
while True:
    accepted, _ = listener.accept()
    threading.Thread(target=serve, args=(accepted,), daemon=True).start()
