"""One PUT to storage, or POST, as the service sees it: a body in, a value out.

Knows: which bytes leave (exactly the body's, with Content-Length), how a PUT ends, and which of our codes
stands for each of aiohttp's exceptions.
Rules: a response or a fault is a value, not an exception. The text of aiohttp's exceptions is dropped,
because it holds the presigned URL. A 2xx that comes before storage has the whole body counts as a failure.
Must not know: how many attempts there are, `aiohttp.web`.
"""

import asyncio
import ssl
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.streams import StreamReader

from upload_service.body.file_body import BodyReader, Readable, WrongLength
from upload_service.presigned.destination import Destination
from upload_service.storage.connection_pools import Pools
from upload_service.storage.dial import Dial, current_dial
from upload_service.storage.exchange import Answer, Exchange
from upload_service.storage.outcome import Outcome, answered_too_early, only_quotable, read_response
from upload_service.storage.payload import BodyPayload
from upload_service.storage.quotable_words import Secrets
from upload_service.storage.success import Proof

if TYPE_CHECKING:
    from upload_service.multipart.form_writer import FileFrame

MAX_RESPONSE_BYTES = 64 * 1024
# X509_V_ERR_HOSTNAME_MISMATCH and X509_V_ERR_IP_ADDRESS_MISMATCH of OpenSSL.
OTHER_NAME = frozenset({62, 64})

# First match wins, so subclasses stand before their bases.
FAULTS: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ClientConnectorDNSError, "storage_name_unresolved"),
    (aiohttp.ClientSSLError, "storage_tls_failed"),
    (aiohttp.ServerFingerprintMismatch, "storage_tls_failed"),
    (aiohttp.ConnectionTimeoutError, "storage_unreachable"),
    (aiohttp.ServerTimeoutError, "storage_timeout"),
    (aiohttp.ClientConnectorError, "storage_unreachable"),
    (aiohttp.ClientConnectionError, "storage_disconnected"),
    (aiohttp.ClientPayloadError, "storage_bad_answer"),
    (aiohttp.ClientResponseError, "storage_bad_answer"),
    (HttpProcessingError, "storage_bad_answer"),
    (aiohttp.InvalidURL, "invalid_upload_url"),
    (aiohttp.ClientError, "storage_disconnected"),
    (TimeoutError, "storage_stalled"),
    (OSError, "storage_disconnected"),
)


class Storage:
    """PUTs bodies. Those of `expect_bytes` or more wait for storage's 100 Continue; 0: no body waits."""

    def __init__(self, pools: Pools, stall_seconds: float, expect_bytes: int) -> None:
        self._pools = pools
        self._stall_seconds = stall_seconds
        self._expect_bytes = expect_bytes

    async def put(
        self,
        destination: Destination,
        reader: BodyReader,
        headers: Mapping[str, str],
        frame: "FileFrame | None" = None,
        dial: Dial | None = None,
    ) -> Outcome:
        """One PUT with these headers and Content-Length; with a frame around the body, a POST.

        `dial` hears how its connection was made, however the PUT ends.
        Raises WrongLength when the body's length differs from what its reader announced.
        """
        expect = 0 < self._expect_bytes <= reader.length
        dial = dial or Dial()
        outcome = await self._put(destination, reader, headers, frame, dial, expect=expect)
        if expect and outcome.answer and outcome.answer.status == 417 and not reader.read_bytes:
            # This store does not know `Expect`: send without it (RFC 9110 section 15.5.18).
            outcome = await self._put(destination, reader, headers, frame, dial, expect=False)
        if outcome.error is None:
            return outcome
        return outcome._replace(sent_bytes=reader.read_bytes, handed_over=reader.handed_over)

    async def _put(
        self,
        destination: Destination,
        body: BodyReader,
        headers: Mapping[str, str],
        frame: "FileFrame | None",
        dial: Dial,
        *,
        expect: bool,
    ) -> Outcome:
        reader = body if frame is None else _framed(body, frame)
        payload = BodyPayload(reader, self._stall_seconds)
        pool = self._pools.listed if destination.listed else self._pools.others
        exchange = Exchange(payload, pool.observer, "PUT" if frame is None else "POST")
        dial.verdicts.clear()
        current_dial.set(dial)
        keep = False
        try:
            held = await pool.connection_to(destination.url)
            if dial.verdicts:  # a new one
                dial.ended = time.monotonic()
            # The host that was judged, as it was signed.
            head = {"Host": destination.host_header, **headers, "Content-Length": str(reader.length)}
            if destination.kind == "session" and "content-range" not in headers:
                head["Content-Range"] = _whole_file_range(reader.length)
            if pool.force_close:
                head["Connection"] = "close"
            answer = await exchange.run(held, destination.url, head, expect=expect)
            outcome = await self._read(answer, _proof(destination, headers, reader.length))
            if outcome.error is None and answer.unsent_bytes:
                outcome = answered_too_early(outcome, answer.unsent_bytes)
            outcome = only_quotable(outcome, _secrets(destination, headers))
            if exchange.answered_unasked:
                return Outcome("storage_disconnected")  # whose answer it is, nobody knows
            # After a failure storage expects the rest of the body here, or is about to close the connection;
            # and where there are too many sockets, its descriptor is needed.
            keep = outcome.error is None and not self._pools.sockets.crowded
        except (aiohttp.ClientError, HttpProcessingError, OSError) as error:
            if isinstance(payload.failure, WrongLength):
                raise payload.failure from None
            if dial.refused:
                return Outcome("address_refused", refused_address=dial.refused)
            return Outcome("storage_stalled" if payload.failure else fault_code(error))
        finally:
            exchange.end(keep=keep)
        return outcome

    async def _read(self, answer: Answer, proof: Proof) -> Outcome:
        if answer.content.at_eof():
            return read_response(answer.status, answer.headers, b"", proof)
        body = bytearray()
        try:
            async with asyncio.timeout(self._stall_seconds):
                await _read_at_most(answer.content, body, MAX_RESPONSE_BYTES)
        except (aiohttp.ClientError, OSError):
            if answer.status < 300:
                raise
            # A refusal counts even if its body broke off, as when storage hangs up on the file.
        return read_response(answer.status, answer.headers, bytes(body), proof)


def _proof(destination: Destination, headers: Mapping[str, str], length: int) -> Proof:
    proof = Proof(
        destination.signature_scheme,
        destination.kind,
        destination.etag_optional,
        is_post=destination.post is not None,
    )
    if proof.kind != "session":
        return proof
    piece = headers.get("content-range")
    if piece is None:
        return proof._replace(object_bytes=length)
    place, _, total = piece.rpartition("/")
    object_bytes = int(total) if total.isdecimal() else None
    first, _, last = place.removeprefix("bytes ").rpartition("-")
    has_end = last.isdecimal() and int(last) + 1 == object_bytes
    return proof._replace(
        is_whole=has_end and int(first) == 0,
        is_piece=True,
        object_bytes=object_bytes,
        is_end=has_end or place.endswith("*"),
    )


def _whole_file_range(length: int) -> str:
    """Says that the file is all of its object, so that a session which holds some of it knows where it is."""
    return f"bytes 0-{length - 1}/{length}" if length else "bytes */0"


def _framed(body: BodyReader, frame: "FileFrame") -> Readable:
    from upload_service.body.framed_reader import FramedReader

    return FramedReader(body, frame.before, frame.after)


def _secrets(destination: Destination, headers: Mapping[str, str]) -> Secrets:
    path, query = destination.url.raw_path, destination.url.raw_query_string
    if destination.post is None:
        return Secrets(path, query, headers)
    fields = {name: field.value for name, field in destination.post.fields.items() if name != "key"}
    return Secrets(f"{path}{destination.object_key}", query, fields)


def fault_code(error: Exception) -> str:
    """Our code for an exception of aiohttp or the system."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError) and _is_other_name(error.certificate_error):
        return "certificate_name_differs"
    return next(code for kind, code in FAULTS if isinstance(error, kind))


def _is_other_name(error: Exception) -> bool:
    """Whether a trusted certificate lacks the name or the address that was dialled."""
    return isinstance(error, ssl.SSLCertVerificationError) and error.verify_code in OTHER_NAME


async def _read_at_most(content: StreamReader, body: bytearray, limit: int) -> None:
    """Read at most `limit` bytes into `body`; the rest is dropped with its connection."""
    async for chunk in content.iter_any():
        body += chunk[: limit - len(body)]
        if len(body) == limit:
            return
