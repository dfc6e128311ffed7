"""Rows of the table: uploads that are given up in mid-body, over an old object.

Rules: the old object must stay as it is. A store that takes an orderly close for the end of the file keeps
the part that came in its place.
"""

import http.client
import os
import signal
import socket
import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from urllib.parse import urlsplit

from compat.case import GONE, NO_ANSWER, Case, Trial
from compat.plain_cases import MIB, Plan, content, declared_sum
from compat.store_process import standing_still
from compat.target import Target, put
from compat.upload_client import BOUNDARY, HalfSent, HalfWay, Upload, part

OLD = b"the old object"
SIZE = 20 * MIB
# Half of it is more than the systems' buffers between service and store hold (32 MiB and 4 MiB were seen).
LARGER = 128 * MIB


def _given_up(
    fields: Mapping[str, str] = {},
    *,
    behind: bytes = b"",
    half_way: HalfWay | None = None,
    settings: Mapping[str, str] | None = None,
    retrying: bool = False,
    chunked: bool = False,
) -> Plan:
    """`behind`: what follows the file. The other words are those of Upload and Trial."""

    def plan(target: Target, key: str) -> Trial:
        put(target, key, OLD)
        upload = Upload(
            target.url(key),
            content(SIZE),
            fields=fields,
            behind=behind,
            half_way=half_way,
            retrying=retrying,
            chunked=chunked,
        )
        return Trial(key, upload, kept=OLD, settings=settings)

    return plan


def _stands_still(settings: Mapping[str, str], *, retrying: bool = False) -> Plan:
    """The store takes nothing from the middle of the file until the caller has an answer."""

    def plan(target: Target, key: str) -> Trial:
        def half_way(sent: HalfSent) -> str:
            with standing_still(urlsplit(target.prefix).port or 0):
                return _goes_on(sent)

        put(target, key, OLD)
        upload = Upload(target.url(key), content(LARGER), half_way=half_way, retrying=retrying)
        return Trial(key, upload, kept=OLD, settings=settings)

    return plan


def _goes_on(sent: HalfSent) -> str:
    with suppress(OSError):  # the service has answered already, and reads no more
        for piece in sent.rest:
            sent.connection.send(piece)
    return sent.told()


def _leaves(sent: HalfSent) -> str:
    sent.connection.close()
    return GONE


def _resets(sent: HalfSent) -> str:
    sent.connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return _leaves(sent)


def _stalls(sent: HalfSent) -> str:
    return sent.told()


def _breaks_the_form(sent: HalfSent) -> str:
    sent.connection.send(f"\r\n--{BOUNDARY}X\r\n\r\n".encode())
    return sent.told()


def _ends_early(sent: HalfSent) -> str:
    """The request ends in order, before the form does."""
    sent.connection.send(b"0\r\n\r\n")
    return sent.told()


def _shuts_down(sent: HalfSent) -> str:
    os.kill(sent.service.child.pid, signal.SIGTERM)
    return sent.told()


def _kills(sent: HalfSent) -> str:
    os.kill(sent.service.child.pid, signal.SIGKILL)
    try:
        return sent.told()
    except (OSError, http.client.HTTPException):
        return NO_ANSWER


def cases() -> Iterator[Case]:
    """These rows."""
    for name, plan, expected in (*_when_judged(), *_by_sender(), *_by_others()):
        yield Case(f"given up: {name}", plan, expected)


def _when_judged() -> Iterator[tuple[str, Plan, str]]:
    """What is wrong with the form shows at its end."""
    wrong = {"checksum": declared_sum(b"another file")}
    yield "`checksum` wrong", _given_up(wrong), "422 checksum_differs"
    yield "`checksum` wrong, retry endpoint", _given_up(wrong, retrying=True), "422 checksum_differs"
    yield "`size` a byte too small", _given_up({"size": str(SIZE - 1)}), "422 size_mismatch"
    longer = _given_up({"size": str(SIZE + 1)}, chunked=True)
    yield "`size` a byte too large, request without a length", longer, "422 size_mismatch"
    second = part('name="file"; filename="b.png"', b"2")
    yield "a second file", _given_up(behind=second), "422 multiple_files"
    late = part('name="contentType"', b"image/webp")
    yield "`contentType` behind the file", _given_up(behind=late), "422 header_too_late"
    unknown = part('name="late"', b"1")
    yield "length predicted wrongly", _given_up(behind=unknown), "422 length_unpredictable"


def _by_sender() -> Iterator[tuple[str, Plan, str]]:
    yield "sender leaves half-way", _given_up(half_way=_leaves), GONE
    yield "sender leaves half-way, retry endpoint", _given_up(half_way=_leaves, retrying=True), GONE
    yield "sender resets the connection", _given_up(half_way=_resets), GONE
    impatient = {"UPLOAD_STALL_SECONDS": "1"}
    yield "sender stalls", _given_up(half_way=_stalls, settings=impatient), "408 client_stalled"
    yield "malformed form", _given_up(half_way=_breaks_the_form), "400 malformed_form"
    announced = {"size": str(SIZE)}
    cut = _given_up(announced, half_way=_ends_early, chunked=True)
    yield "form cut short", cut, "400 incomplete_form"


def _by_others() -> Iterator[tuple[str, Plan, str]]:
    yield "storage stands still", _stands_still({"UPLOAD_STALL_SECONDS": "1"}), "504 storage_stalled"
    deadline = _stands_still({"TIMEOUT_SECONDS": "1"}, retrying=True)
    yield "storage stands still until the deadline, retry endpoint", deadline, "504 storage_timeout"
    hasty = {"UPLOAD_SHUTDOWN_SECONDS": "1"}
    yield "service shuts down", _given_up(half_way=_shuts_down, settings=hasty), "503 shutting_down"
    yield "service is killed", _given_up(half_way=_kills, settings={}), NO_ANSWER
