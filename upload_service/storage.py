"""One PUT to storage over the app's one client session.

Knows: which bytes leave (exactly the body's, with Content-Length and the headers that were signed), how a
PUT ends, and which of our codes each foreign exception means.
Rules: an answer or a fault is a value, not an exception; a foreign exception's text is dropped, because it
holds the presigned URL; a success before the last byte has left is none.
Must not know: how many tries there are, `aiohttp.web`.
"""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import cast

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from aiohttp.http import StreamWriter
from aiohttp.payload import Payload

from upload_service.body import Reader, WrongLength
from upload_service.destination import Destination
from upload_service.outcome import Outcome, read_answer

CONNECT_SECONDS = 10
ANSWER_BYTES = 64 * 1024
# Shorter than any store keeps an idle connection, so that a reused one is rarely about to close.
KEEPALIVE_SECONDS = 4
# aiohttp would add these, and storage would see headers that the caller did not send.
NO_AUTO_HEADERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")

# First match wins, so subclasses stand before their bases.
FAULTS: tuple[tuple[type[Exception], str], ...] = (
    (aiohttp.ClientConnectorDNSError, "storage_name_unresolved"),
    (aiohttp.ClientSSLError, "storage_tls_failed"),
    (aiohttp.ServerFingerprintMismatch, "storage_tls_failed"),
    (aiohttp.ServerTimeoutError, "storage_timeout"),
    (aiohttp.ClientConnectorError, "storage_unreachable"),
    (aiohttp.ClientConnectionError, "storage_disconnected"),
    (aiohttp.ClientPayloadError, "storage_bad_answer"),
    (aiohttp.ClientResponseError, "storage_bad_answer"),
    (aiohttp.InvalidURL, "invalid_upload_url"),
    (aiohttp.ClientError, "storage_disconnected"),
    (TimeoutError, "storage_stalled"),
    (OSError, "storage_disconnected"),
)


class _Stalled(Exception):
    """Storage took no byte for too long."""


class _Upload(Payload):
    """The body as aiohttp wants it. `failure` keeps what ended it, which aiohttp would wrap."""

    def __init__(self, reader: Reader, stall_seconds: float) -> None:
        super().__init__(None)
        self._size = reader.length
        self._reader = reader
        self._stall_seconds = stall_seconds
        self.failure: Exception | None = None

    @property
    def consumed(self) -> bool:
        """Always: were it False, aiohttp could silently send a second PUT."""
        return True

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Never: the bytes are not text, and not all here."""
        raise TypeError("an upload cannot be decoded")

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write the whole body; see write_with_length."""
        await self.write_with_length(writer, None)

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        """Write the body piece by piece; its reader guards the length."""
        try:
            while piece := await self._reader.next():
                # The writer is always a StreamWriter; its own drain knows no stall.
                await cast(StreamWriter, writer).write(piece, drain=False)
                await self._drain(writer)
        except (WrongLength, _Stalled) as failure:
            self.failure = failure
            raise

    async def _drain(self, writer: AbstractStreamWriter) -> None:
        """Wait until storage has taken enough; any progress at all begins the wait anew."""
        transport = writer.transport
        waiting = transport.get_write_buffer_size() if transport else 0
        while waiting:
            try:
                async with asyncio.timeout(self._stall_seconds):
                    await writer.drain()
                return
            except TimeoutError:
                left = transport.get_write_buffer_size() if transport else 0
                if left >= waiting:
                    raise _Stalled from None
                waiting = left


class Storage:
    """PUTs bodies through one session."""

    def __init__(self, session: aiohttp.ClientSession, stall_seconds: float) -> None:
        self._session = session
        self._stall_seconds = stall_seconds

    async def put(self, destination: Destination, reader: Reader, content_type: str) -> Outcome:
        """One attempt. Raises WrongLength when the body has another length than its reader announced."""
        upload = _Upload(reader, self._stall_seconds)
        try:
            async with self._request(destination, upload, content_type) as response:
                outcome = await self._read(response)
                if not reader.complete:
                    response.close()  # the rest of the body would follow on this connection
        except (aiohttp.ClientError, OSError) as error:
            if isinstance(upload.failure, WrongLength):
                raise upload.failure from None
            return Outcome("storage_stalled" if upload.failure else fault_code(error))
        if outcome.error is None and not reader.complete:
            return Outcome("storage_bad_answer", outcome.answer)
        return outcome

    def _request(
        self, destination: Destination, upload: _Upload, content_type: str
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        headers = {"Content-Type": content_type, "Content-Length": str(upload.size)}
        return self._session.put(
            destination.url,
            data=upload,
            headers=headers | dict(destination.headers),
            allow_redirects=False,
        )

    async def _read(self, response: aiohttp.ClientResponse) -> Outcome:
        body = bytearray()
        try:
            async with asyncio.timeout(self._stall_seconds):
                await _read_at_most(response, body, ANSWER_BYTES)
        except (aiohttp.ClientError, OSError):
            if response.status < 300:
                raise
            # A refusal stands though its explanation broke off, as when storage hangs up on the file.
        return read_answer(response.status, response.headers, bytes(body))


def new_session() -> aiohttp.ClientSession:
    """The session for the life of the app: no proxies, cookies, redirects or time-outs of its own."""
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEPALIVE_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS),
        skip_auto_headers=NO_AUTO_HEADERS,
        auto_decompress=False,
        trust_env=False,
    )


def fault_code(error: Exception) -> str:
    """Our code for a foreign exception."""
    return next(code for kind, code in FAULTS if isinstance(error, kind))


async def _read_at_most(response: aiohttp.ClientResponse, body: bytearray, limit: int) -> None:
    """The answer's body up to `limit` bytes; what is longer is dropped with its connection."""
    async for piece in response.content.iter_any():
        body += piece[: limit - len(body)]
        if len(body) == limit:
            response.close()
            return
