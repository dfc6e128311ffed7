"""Checks the identity provider: asks for its keys as the service does, and says in words what is wrong.

Rules: of the provider's answer nothing is printed but numbers.
Must not know: tokens.
"""

from collections.abc import Mapping

from upload_service.doctor.finding import Finding, fail, format_period, ok, warn
from upload_service.settings.settings import Settings
from upload_service.storage.name_lookups import NameLookups

STEP = "identity"
_WAY = "check the URL, and that a firewall or security group lets this machine reach it"
_DOCUMENT = (
    "open it in a browser: it must be JSON, no page of login or error; the one with jwks_uri belongs to "
    "UPLOAD_JWT_ISSUER, the one with keys to UPLOAD_JWT_JWKS"
)
FAULTS: Mapping[str, tuple[str, str]] = {
    "unreachable": ("no connection to {host} could be made, or it broke", _WAY),
    "timed_out": ("{host} did not answer in time", _WAY),
    "tls_failed": (
        "no trusted TLS connection to {host} could be made",
        "renew the provider's certificate, or name its authority in SSL_CERT_FILE",
    ),
    "status": (
        "{host} answers {status} instead of 200; no redirect is followed",
        "write UPLOAD_JWT_ISSUER as the provider itself does, with or without a slash at the end",
    ),
    "too_large": ("{host} answers with more than 256 KiB", _DOCUMENT),
    "not_json": ("what {host} answers is no discovery document or no key set", _DOCUMENT),
    "other_issuer": (
        "{host} calls itself by another issuer than UPLOAD_JWT_ISSUER",
        "copy `issuer` from its /.well-known/openid-configuration as it is; a slash at the end counts",
    ),
    "no_key_url": (
        "the discovery document of {host} names no https URL of keys",
        "set UPLOAD_JWT_JWKS to where the provider publishes its keys",
    ),
    "no_usable_key": (
        "the key set has no key that may verify a token: only public keys for signatures count (RSA of 2048 "
        "bits or more, P-256, P-384, P-521, Ed25519, Ed448)",
        "let the provider sign with such a key; a shared secret (HS256) cannot be published",
    ),
    "file_unreadable": ("the file of keys cannot be read", "let this user read the file in UPLOAD_JWT_JWKS"),
}


async def check_identity(settings: Settings) -> list[Finding]:
    """What comes of asking for the provider's keys; nothing where no signed tokens are asked for."""
    if not settings.asks_signed_tokens:
        return []
    from upload_service.identity.provider import FetchFailed, Provider

    names = NameLookups()
    provider = Provider(settings.jwt_issuer, settings.jwt_jwks, names)
    try:
        keys, kept_seconds = await provider.fetch()
    except FetchFailed as error:
        why, cure = FAULTS[error.fault]
        return [fail(STEP, why.format(host=provider.name, status=error.status), cure)]
    finally:
        await names.close()
    text = f"{provider.name} has {len(keys)} usable keys, which are asked for again after "
    findings = [ok(STEP, text + format_period(kept_seconds))]
    if keys.left_out:
        reasons = ", ".join(f"{count} {why.replace('_', ' ')}" for why, count in keys.left_out.items())
        cure = "nothing has to be done, unless tokens are refused as signed with an unknown key"
        findings.append(warn(STEP, f"keys that are left out: {reasons}", cure))
    return [*findings, *_weak_settings(settings)]


def _weak_settings(settings: Settings) -> list[Finding]:
    """Settings that let in more callers than is probably meant."""
    if settings.jwt_issuer is None:
        why = "UPLOAD_JWT_ISSUER is not set: tokens of others who sign with the same keys are good here, too"
        return [warn(STEP, why, "set it to the claim iss of your tokens")]
    return []
