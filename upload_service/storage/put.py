"""One PUT to storage over the app's client sessions.

Knows: which bytes leave (exactly the body's, with Content-Length), how a PUT ends, and which of our codes
stands for each of aiohttp's exceptions.
Rules: a response or a fault is a value, not an exception. The text of aiohttp's exceptions is dropped,
because it holds the presigned URL. A 2xx that comes before storage has the whole body counts as a failure.
Must not know: how many attempts there are, `aiohttp.web`.
"""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

import aiohttp

from upload_service.body.file_body import BodyReader, WrongLength
from upload_service.presigned.destination import Destination
from upload_service.storage.outcome import Outcome, answered_too_early, only_quotable, read_response
from upload_service.storage.payload import BodyPayload
from upload_service.storage.quotable_words import Secrets
from upload_service.storage.session import AddressVerdicts, Sessions, address_verdicts
from upload_service.storage.success import Proof

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
    (aiohttp.InvalidURL, "invalid_upload_url"),
    (aiohttp.ClientError, "storage_disconnected"),
    (TimeoutError, "storage_stalled"),
    (OSError, "storage_disconnected"),
)


class Storage:
    """PUTs bodies. Those of `expect_bytes` or more wait for storage's 100 Continue; 0: no body waits."""

    def __init__(self, sessions: Sessions, stall_seconds: float, expect_bytes: int) -> None:
        self._sessions = sessions
        self._stall_seconds = stall_seconds
        self._expect_bytes = expect_bytes

    async def put(self, destination: Destination, reader: BodyReader, headers: Mapping[str, str]) -> Outcome:
        """One PUT with these headers and Content-Length.

        Raises WrongLength when the body's length differs from what its reader announced.
        """
        expect = 0 < self._expect_bytes <= reader.length
        outcome = await self._put(destination, reader, headers, expect=expect)
        if expect and outcome.answer and outcome.answer.status == 417 and not reader.read_bytes:
            # This store does not know `Expect`: send without it (RFC 9110 section 15.5.18).
            outcome = await self._put(destination, reader, headers, expect=False)
        if outcome.error is None:
            return outcome
        return outcome._replace(sent_bytes=reader.read_bytes, handed_over=reader.handed_over)

    async def _put(
        self, destination: Destination, reader: BodyReader, headers: Mapping[str, str], *, expect: bool
    ) -> Outcome:
        payload = BodyPayload(reader, self._stall_seconds)
        address_verdicts.set(attempt := AddressVerdicts())
        try:
            async with self._request(destination, payload, headers, expect=expect) as response:
                # Asked before anything awaits: then another PUT may have this connection.
                unsent_bytes = payload.unsent_bytes()
                outcome = await self._read(response, _proof(destination))
                if outcome.error is None and unsent_bytes:
                    outcome = answered_too_early(outcome, unsent_bytes)
                secrets = Secrets(destination.url.raw_path, destination.url.raw_query_string, headers)
                outcome = only_quotable(outcome, secrets)
                if outcome.error is not None:
                    # Storage expects the rest of the body on this connection, or is about to close it. If all
                    # was sent, and the response's end has come, aiohttp has already kept it.
                    response.close()
                    payload.spoil()
                elif self._sessions.sockets.crowded:
                    payload.spoil()  # the descriptor is needed
                if payload.answered_unasked:
                    return Outcome("storage_disconnected")  # whose answer it is, nobody knows
        except (aiohttp.ClientError, OSError) as error:
            if isinstance(payload.failure, WrongLength):
                raise payload.failure from None
            if attempt.refused:
                return Outcome("address_refused", refused_address=attempt.refused)
            return Outcome("storage_stalled" if payload.failure else fault_code(error))
        return outcome

    def _request(
        self, destination: Destination, payload: BodyPayload, headers: Mapping[str, str], *, expect: bool
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        session = self._sessions.listed if destination.listed else self._sessions.others
        return session.put(
            destination.url,
            data=payload,
            # The host that was judged, as it was signed: aiohttp would leave out a dot at its end.
            headers={"Host": destination.host_header, **headers, "Content-Length": str(payload.size)},
            expect100=expect,
            allow_redirects=False,
        )

    async def _read(self, response: aiohttp.ClientResponse, proof: Proof) -> Outcome:
        body = bytearray()
        if response.content.at_eof():
            return read_response(response.status, response.headers, b"", proof)
        try:
            async with asyncio.timeout(self._stall_seconds):
                await _read_at_most(response, body, MAX_RESPONSE_BYTES)
        except (aiohttp.ClientError, OSError):
            if response.status < 300:
                raise
            # A refusal counts even if its body broke off, as when storage hangs up on the file.
        return read_response(response.status, response.headers, bytes(body), proof)


def _proof(destination: Destination) -> Proof:
    return Proof(destination.signature_scheme, destination.is_part, destination.etag_optional)


def fault_code(error: Exception) -> str:
    """Our code for an exception of aiohttp or the system."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError) and _is_other_name(error.certificate_error):
        return "certificate_name_differs"
    return next(code for kind, code in FAULTS if isinstance(error, kind))


def _is_other_name(error: Exception) -> bool:
    """Whether a trusted certificate lacks the name or the address that was dialled."""
    return isinstance(error, ssl.SSLCertVerificationError) and error.verify_code in OTHER_NAME


async def _read_at_most(response: aiohttp.ClientResponse, body: bytearray, limit: int) -> None:
    """Read at most `limit` bytes into `body`; the rest is dropped with its connection."""
    async for chunk in response.content.iter_any():
        body += chunk[: limit - len(body)]
        if len(body) == limit:
            response.close()
            return
