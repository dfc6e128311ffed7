"""The keys that signatures of upload grants are checked with, as an operator writes them.

Knows: secrets, public keys in PEM, and JWK Sets (RFC 7517).
Rules: a key goes with one algorithm, which its own kind decides, so that no token can choose another. Text
that cannot be used is a ValueError that completes the sentence "VARIABLE …" and never quotes the text. What
only public keys need is imported when there are some.
Must not know: requests, grants, where the keys are configured.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from upload_service.clients.bearer_tokens import NAME, parse_named

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes

MIN_RSA_BITS = 2048
# Each signature is compared with every key of its algorithm.
MAX_KEYS = 16
_PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----", re.DOTALL)
# Members of a private key (RFC 7518 section 6), and the one of a secret.
NOT_PUBLIC = frozenset(("d", "p", "q", "dp", "dq", "qi", "oth", "k"))
# The text of public keys (SubjectPublicKeyInfo) of RSA, P-256 and Ed25519 without the lines around it:
# some providers show it so. Anybody who knows it could sign, were it taken for a secret.
_BARE_PUBLIC_KEY = r"MII[A-Za-z0-9+/]{2}jANBgkqhkiG9w0BAQ|MFkwEwYHKoZIzj0|MCowBQYDK2V"
_WANTED_JWKS = "must hold a JWK Set of keys that sign with RS256, ES256 or EdDSA"


@dataclass(frozen=True, slots=True, eq=False)
class GrantKey:
    """`name` is shown by `--check`. `algorithm`: the one of RFC 7518 that goes with it. `key`: the secret's
    bytes, or a public key of the package cryptography.
    """

    name: str
    algorithm: str
    key: Any = field(repr=False)

    @property
    def can_sign(self) -> bool:
        """Whether grants can be made with it."""
        return self.algorithm == "HS256"


def parse_secrets(entries: Iterable[str]) -> tuple[GrantKey, ...]:
    """Read entries `secret` or `name:secret`; the first colon ends the name. Raises ValueError."""
    named = [parse_named(text, position, "secret") for position, text in enumerate(entries, 1)]
    keys = tuple(GrantKey(name, "HS256", secret.encode()) for name, secret in named)
    if len({key.key for key in keys}) < len(keys):
        raise ValueError("must not hold a secret twice")
    if any(re.match(_BARE_PUBLIC_KEY, secret) for _, secret in named):
        raise ValueError("must not hold a public key as a secret: it stands in a file behind @, in PEM")
    return _few(keys)


def holds_public_keys(text: str) -> bool:
    """Whether a file with this text holds keys in PEM or a JWK Set, and not a secret on each line."""
    return text.lstrip().startswith(("{", "-----BEGIN "))


def parse_public_keys(text: str) -> tuple[GrantKey, ...]:
    """Read the text of a file with public keys: PEM, one behind the other, or JSON. Raises ValueError."""
    found = _in_json(text) if text.lstrip().startswith("{") else _in_pem(text)
    keys = tuple(
        GrantKey(name or f"key-{position}", _algorithm_of(key), key)
        for position, (name, key) in enumerate(found, 1)
    )
    if not keys:
        raise ValueError("must name, after the @, a file that holds a key")
    return _few(keys)


def _few(keys: tuple[GrantKey, ...]) -> tuple[GrantKey, ...]:
    if len(keys) > MAX_KEYS:
        raise ValueError(f"must hold at most {MAX_KEYS} keys")
    return keys


def _in_pem(text: str) -> Iterator[tuple[str, "PublicKeyTypes"]]:
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    for block in _PEM.finditer(text):
        if "PRIVATE" in block[1]:
            raise ValueError("must hold public keys: the private one belongs to the back end alone")
        try:
            yield "", load_pem_public_key(block[0].encode())
        except Exception:  # of several classes; its text may quote the file
            raise ValueError("must name, after the @, a file whose PEM holds public keys only") from None


def _in_json(text: str) -> Iterator[tuple[str, "PublicKeyTypes"]]:
    """The keys of a JWK Set, or of one JWK."""
    from jwt import PyJWK, PyJWTError

    try:
        document = json.loads(text)
        entries = document.get("keys", [document])
    except (ValueError, RecursionError):
        raise ValueError("must name, after the @, a file that holds a JWK Set") from None
    for entry in entries if isinstance(entries, list) else [None]:
        if not isinstance(entry, dict) or not NOT_PUBLIC.isdisjoint(entry):
            raise ValueError("must hold a JWK Set of public keys, without private ones and secrets")
        try:
            key = PyJWK(entry).key
        except (PyJWTError, ValueError, TypeError, KeyError):
            raise ValueError(_WANTED_JWKS) from None
        algorithm = _algorithm_of(key)
        operations = entry.get("key_ops", ["verify"])
        is_for_grants = isinstance(operations, list) and "verify" in operations
        is_for_grants &= entry.get("use", "sig") == "sig" and entry.get("alg", algorithm) == algorithm
        if not is_for_grants:
            raise ValueError(_WANTED_JWKS)
        name = entry.get("kid")
        yield (name if isinstance(name, str) and re.fullmatch(NAME, name) else ""), key


def _algorithm_of(key: object) -> str:
    """The one algorithm that a public key is used with."""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    if isinstance(key, rsa.RSAPublicKey) and key.key_size >= MIN_RSA_BITS:
        return "RS256"
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1):
        return "ES256"
    if isinstance(key, ed25519.Ed25519PublicKey):
        return "EdDSA"
    raise ValueError(
        f"must hold public keys of RSA with at least {MIN_RSA_BITS} bits, of the curve P-256, or of Ed25519"
    )
