"""Whether storage's TLS is trusted, and if not, why.

Knows: how the HTTP client checks certificates, and OpenSSL's numbers for what is wrong with one.
Rules: nothing is sent but the handshake; a certificate that is not trusted is looked at once more only to say
whom it names and until when.
Must not know: HTTP, which address may be dialled.
"""

import asyncio
import ssl
import time
from typing import Any, NamedTuple

from upload_service.doctor.finding import Finding, fail, ms, ok, period, warn
from upload_service.errors.upload_error import CATALOGUE
from upload_service.storage.session import CONNECT_SECONDS

STEP = "TLS"
SOON_SECONDS = 14 * 86400
# x509_vfy.h: what each number means, and what helps.
NOT_YET, EXPIRED, WRONG_NAME, WRONG_ADDRESS = 9, 10, 62, 64
UNKNOWN_ISSUER = frozenset((2, 18, 19, 20, 21))
NO_CHECK_TIME = 0x200000
_TRUST = (
    "for a private store name the certificate of its authority in SSL_CERT_FILE; if the store is public, "
    "something on the way opens the connection"
)


class Handshake(NamedTuple):
    """A handshake that went well."""

    version: str
    certificate: dict[str, Any]
    seconds: float


async def look(host: str, address: str, port: int) -> Finding:
    """A handshake with the store at this address, checked against the URL's host."""
    try:
        return _trusted(await _shake(host, address, port, _context()))
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


async def _shake(host: str, address: str, port: int, context: ssl.SSLContext) -> Handshake:
    started = time.monotonic()
    async with asyncio.timeout(CONNECT_SECONDS):
        _, writer = await asyncio.open_connection(address, port, ssl=context, server_hostname=host)
    seconds = time.monotonic() - started
    shaken = writer.get_extra_info("ssl_object")
    found = Handshake(shaken.version(), shaken.getpeercert() or {}, seconds)
    writer.transport.abort()
    return found


def _trusted(found: Handshake) -> Finding:
    left = _ends(found.certificate) - time.time()
    text = (
        f"{found.version} after {ms(found.seconds)}; the certificate names {_names(found.certificate)}, "
        f"is good for {period(left)} and was issued by {_issuer(found.certificate)}"
    )
    if left < SOON_SECONDS:
        return warn(STEP, text, "let the store's certificate be renewed")
    return ok(STEP, text)


async def _untrusted(host: str, address: str, port: int, error: ssl.SSLCertVerificationError) -> Finding:
    code = error.verify_code
    if code in UNKNOWN_ISSUER:
        return fail(STEP, f"nobody that this machine trusts issued the certificate of {host}", _TRUST)
    seen = await _second_look(host, address, port)
    if code in (WRONG_NAME, WRONG_ADDRESS):
        names = f": it names {_names(seen)}" if seen else ""
        cure = "sign the URL for a host that the certificate names"
        return fail(STEP, f"the certificate is not for {host}{names}", cure)
    if code == EXPIRED:
        ago = f" {period(time.time() - _ends(seen))} ago" if seen else ""
        return fail(
            STEP, f"the certificate of {host} expired{ago}", "let it be renewed; check this machine's clock"
        )
    if code == NOT_YET:
        return fail(STEP, f"the certificate of {host} is not valid yet", "check this machine's clock")
    cure = CATALOGUE["storage_tls_failed"].cure
    return fail(STEP, f"the certificate of {host} is refused: {error.verify_message}", cure)


async def _second_look(host: str, address: str, port: int) -> dict[str, Any]:
    """The certificate, whatever its name and dates; empty when even so it is not trusted."""
    context = _context()
    context.check_hostname = False
    context.verify_flags |= NO_CHECK_TIME
    try:
        return (await _shake(host, address, port, context)).certificate
    except OSError:
        return {}


def _names(certificate: dict[str, Any]) -> str:
    return ", ".join(name for _, name in certificate.get("subjectAltName", ())) or "nobody"


def _issuer(certificate: dict[str, Any]) -> str:
    parts = {key: value for group in certificate.get("issuer", ()) for key, value in group}
    return str(parts.get("organizationName") or parts.get("commonName") or "somebody without a name")


def _ends(certificate: dict[str, Any]) -> float:
    return float(ssl.cert_time_to_seconds(certificate["notAfter"]))
