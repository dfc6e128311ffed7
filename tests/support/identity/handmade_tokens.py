"""Tokens that no provider would issue, written out and signed here, and the keys that they are signed with.

Knows: the compact form of a signature (RFC 7515), signed with `cryptography` alone.
Must not know: the library that the service verifies with.
"""

import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256, SHA384, SHA512
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.client.grants import encoded
from tests.support.service.transcript import TRANSCRIPT

ISSUER, AUDIENCE = "https://login.example.com/", "uploads"
SUBJECT = "auth0|5f7c8ec7c33c6c004bbafe82"
HASHES = {"256": SHA256(), "384": SHA384(), "512": SHA512()}
CURVES = {"ES256": ec.SECP256R1(), "ES384": ec.SECP384R1(), "ES512": ec.SECP521R1()}
Json = dict[str, Any]


def number(value: int, size: int | None = None) -> str:
    """A whole number as keys have it."""
    return encoded(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


@cache
def private(name: str) -> Any:
    """The private key of this name, made once: that of a curve, `weak`, or any other name for RSA."""
    if name in CURVES:
        return ec.generate_private_key(CURVES[name])
    if name == "Ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if name == "Ed448":
        return ed448.Ed448PrivateKey.generate()
    return rsa.generate_private_key(65537, 1024 if name == "weak" else 2048)


def public_jwk(name: str, **members: object) -> Json:
    """The public half, as a member of a key set with the name as its id."""
    key = private(name).public_key()
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        made: Json = {"kty": "RSA", "n": number(numbers.n), "e": number(numbers.e)}
    elif isinstance(key, ec.EllipticCurvePublicKey):
        size, point = (key.key_size + 7) // 8, key.public_numbers()
        curve = f"P-{key.key_size}"
        made = {"kty": "EC", "crv": curve, "x": number(point.x, size), "y": number(point.y, size)}
    else:
        made = {"kty": "OKP", "crv": name, "x": encoded(key.public_bytes(Encoding.Raw, PublicFormat.Raw))}
    return {**made, "kid": name, **members}


def sign(algorithm: str, key: Any, signed: bytes) -> bytes:
    """The signature of an algorithm; `key` is a private key, or the bytes of an HMAC's secret."""
    kind, size = algorithm[:2], algorithm[2:]
    if kind == "HS":
        return hmac.digest(key, signed, f"sha{size}")
    if kind == "Ed":
        return bytes(key.sign(signed))
    if kind == "ES":
        r, s = decode_dss_signature(key.sign(signed, ec.ECDSA(HASHES[size])))
        width = (key.key_size + 7) // 8
        return r.to_bytes(width, "big") + s.to_bytes(width, "big")
    how = (
        padding.PKCS1v15()
        if kind == "RS"
        else padding.PSS(padding.MGF1(HASHES[size]), HASHES[size].digest_size)
    )
    return bytes(key.sign(signed, how, HASHES[size]))


def claims(**changed: object) -> Json:
    """Good claims, with these changed; None takes one away."""
    now = int(time.time())
    whole = {"iss": ISSUER, "aud": AUDIENCE, "sub": SUBJECT, "iat": now, "exp": now + 600, **changed}
    return {name: value for name, value in whole.items() if value is not None}


def token(
    payload: Mapping[str, object] | bytes | None = None,
    algorithm: str = "RS256",
    key: Any = None,
    header: Mapping[str, object] | bytes | None = None,
) -> str:
    """A token; what is given as bytes is taken as it is. It is a secret that nothing may say."""
    head: object = {"alg": algorithm, "typ": "JWT", "kid": "rsa"}
    head = header if isinstance(header, bytes) else json.dumps({**head, **(header or {})}).encode()  # type: ignore[dict-item]
    body = (
        payload
        if isinstance(payload, bytes)
        else json.dumps(claims() if payload is None else payload).encode()
    )
    signed = f"{encoded(head)}.{encoded(body)}"
    made = f"{signed}.{encoded(sign(algorithm, private('rsa') if key is None else key, signed.encode()))}"
    TRANSCRIPT.secrets.update(part for part in (made, *made.split(".")[1:]) if len(part) > 30)
    return made


def subject_hash(subject: str = SUBJECT) -> str:
    """What the log says of a subject, unless it is set otherwise."""
    return hashlib.sha256(subject.encode()).hexdigest()[:16]
