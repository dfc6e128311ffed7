"""A large file of a test's own, sent piece by piece, and looked at meanwhile."""

import hashlib
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from devtools import signed_queries

from tests.support.client import raw_http
from tests.support.client.raw_http import Connection

PIECE_BYTES = 1024 * 1024
# What a service may take in memory, beside what it keeps in its spool.
MOST_BYTES = 80_000_000
# So much has been sent when a service that streams must have begun its PUT.
BEGUN_PIECES = 8
# Storage stands still for so long, so that a service that takes in more than it passes on is found out.
NAP_SECONDS = 0.5
SIGNED = signed_queries.v4("6b1f00d5", seconds=604800)


@dataclass(frozen=True)
class Sent:
    """An answer, and the SHA-256 of the file that it is the answer to."""

    answer: raw_http.Answer
    sha256: str


def pieces(file_bytes: int) -> Iterator[memoryview]:
    """At most 1024 pieces of random bytes, all of them different."""
    view = memoryview(random.Random(7).randbytes(2 * PIECE_BYTES))
    return (view[1021 * index :][:PIECE_BYTES] for index in range(file_bytes // PIECE_BYTES))


def send(
    connection: Connection,
    path: str,
    upload_url: str,
    *,
    url_first: bool,
    file_bytes: int,
    meanwhile: Callable[[], object] | None = None,
) -> Sent:
    """Send the file piece by piece; `meanwhile` is called when the first few pieces have been sent.

    The connection is closed after the answer.
    """
    url, opening = raw_http.field("uploadUrl", upload_url), raw_http.file(b"").removesuffix(b"\r\n")
    start, end = (
        (url + opening, raw_http.form(b"\r\n")) if url_first else (opening, raw_http.form(b"\r\n", url))
    )
    summed = hashlib.sha256()
    with connection:
        connection.head(path, len(start) + file_bytes + len(end))
        connection.send(start)
        for index, piece in enumerate(pieces(file_bytes)):
            if index == BEGUN_PIECES and meanwhile:
                meanwhile()
            summed.update(piece)
            connection.socket.sendall(piece)
        connection.send(end)
        return Sent(connection.answer(), summed.hexdigest())
