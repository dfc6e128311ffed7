"""Checks whether the service trusts the TLS certificate of storage, and if not, says why.

Knows: how the HTTP client checks certificates, and OpenSSL's error numbers for certificates.
Rules: nothing but the handshake is sent. A second handshake reads an untrusted certificate, only to say which
names it has and when it expires.
Must not know: HTTP, which addresses may be dialled.
"""

import asyncio
import ssl
import time
from typing import Any, NamedTuple

from upload_service.doctor.finding import Finding, fail, format_ms, format_period, ok, warn
from upload_service.errors.upload_error import CATALOGUE
from upload_service.storage.connection_pools import CONNECT_SECONDS

STEP = "TLS"
SOON_SECONDS = 14 * 86400
# OpenSSL's numbers for verification errors and flags: openssl/x509_vfy.h.
NOT_YET_VALID, EXPIRED, WRONG_NAME, WRONG_ADDRESS = 9, 10, 62, 64
UNKNOWN_ISSUERS = frozenset((2, 18, 19, 20, 21))
NO_CHECK_TIME = 0x200000
_TRUST_CURE = (
    "for a private store name the certificate of its authority in SSL_CERT_FILE; if the store is public, "
    "something on the way opens the connection"
)


class Handshake(NamedTuple):
    """A successful handshake: the TLS version, the certificate as `getpeercert` gives it, the duration."""

    version: str
    certificate: dict[str, Any]
    seconds: float


async def check_tls(host: str, address: str, port: int) -> Finding:
    """Make a handshake with the store at this IP address; its certificate must be for `host`."""
    try:
        return _trusted(await _handshake(host, address, port, _context()))
    except ssl.SSLCertVerificationError as error:
        return await _untrusted(host, address, port, error)
    except TimeoutError:
        why = f"no handshake in {CONNECT_SECONDS} seconds"
    except ssl.SSLError as error:
        why = f"no TLS is spoken there ({(error.reason or 'no reason given').lower().replace('_', ' ')})"
    except OSError:
        why = "the connection broke during the handshake"
    return fail(STEP, why, "check whether the URL should begin with http:// or name another port")


def _context() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(("http/1.1",))
    return context


async def _handshake(host: str, address: str, port: int, context: ssl.SSLContext) -> Handshake:
    started = time.monotonic()
    async with asyncio.timeout(CONNECT_SECONDS):
        _, writer = await asyncio.open_connection(address, port, ssl=context, server_hostname=host)
    seconds = time.monotonic() - started
    tls = writer.get_extra_info("ssl_object")
    handshake = Handshake(tls.version(), tls.getpeercert() or {}, seconds)
    writer.transport.abort()
    return handshake


def _trusted(handshake: Handshake) -> Finding:
    version, certificate, seconds = handshake
    left = _expiry(certificate) - time.time()
    text = (
        f"{version} after {format_ms(seconds)}; the certificate names {_names(certificate)}, "
        f"is good for {format_period(left)} and was issued by {_issuer(certificate)}"
    )
    if left < SOON_SECONDS:
        return warn(STEP, text, "let the store's certificate be renewed")
    return ok(STEP, text)


async def _untrusted(host: str, address: str, port: int, error: ssl.SSLCertVerificationError) -> Finding:
    code = error.verify_code
    if code in UNKNOWN_ISSUERS:
        return fail(STEP, f"nobody that this machine trusts issued the certificate of {host}", _TRUST_CURE)
    certificate = await _untrusted_certificate(host, address, port)
    if code in (WRONG_NAME, WRONG_ADDRESS):
        names = f": it names {_names(certificate)}" if certificate else ""
        cure = "sign the URL for a host that the certificate names"
        return fail(STEP, f"the certificate is not for {host}{names}", cure)
    if code == EXPIRED:
        ago = f" {format_period(time.time() - _expiry(certificate))} ago" if certificate else ""
        return fail(
            STEP, f"the certificate of {host} expired{ago}", "let it be renewed; check this machine's clock"
        )
    if code == NOT_YET_VALID:
        return fail(STEP, f"the certificate of {host} is not valid yet", "check this machine's clock")
    cure = CATALOGUE["storage_tls_failed"].cure
    return fail(STEP, f"the certificate of {host} is refused: {error.verify_message}", cure)


async def _untrusted_certificate(host: str, address: str, port: int) -> dict[str, Any]:
    """The certificate, whatever its names and dates are; empty if even then it is not trusted."""
    context = _context()
    context.check_hostname = False
    context.verify_flags |= NO_CHECK_TIME
    try:
        return (await _handshake(host, address, port, context)).certificate
    except OSError:
        return {}


def _names(certificate: dict[str, Any]) -> str:
    return ", ".join(name for _, name in certificate.get("subjectAltName", ())) or "nobody"


def _issuer(certificate: dict[str, Any]) -> str:
    parts = {key: value for group in certificate.get("issuer", ()) for key, value in group}
    return str(parts.get("organizationName") or parts.get("commonName") or "somebody without a name")


def _expiry(certificate: dict[str, Any]) -> float:
    return float(ssl.cert_time_to_seconds(certificate["notAfter"]))
