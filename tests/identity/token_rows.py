"""Tokens, and what becomes of each: "ok", or the code and a word of the cause."""

import json
import time
from collections.abc import Callable, Mapping

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.support.client.grants import encoded
from tests.support.identity.handmade_tokens import CURVES, claims, private, public_jwk, token

KEYS = {
    "keys": [
        public_jwk("rsa"),
        public_jwk("encrypts", use="enc"),
        public_jwk("only-pss", alg="PS256"),
        public_jwk("wraps", key_ops=["wrapKey"]),
        public_jwk("weak"),
        public_jwk("other-alg", alg="ES256"),
        public_jwk("shown", d="AQAB"),
        public_jwk("half-shown", p="AQAB", q="AQAB"),
        *(public_jwk(name) for name in CURVES),
        public_jwk("Ed25519"),
        public_jwk("Ed448"),
        public_jwk("Ed25519", kid="only-named", alg="Ed25519"),
        {"kty": "oct", "kid": "secret", "k": encoded(b"s" * 64)},
        {"kty": "oct", "kid": "rsa", "k": encoded(b"s" * 64)},
        public_jwk("ünïcode \U0001f511 ' OR 1=1 --"),
        {"kty": "RSA", "kid": "broken", "n": "!", "e": "AQAB"},
        "no key",
    ]
}


def _pem() -> bytes:
    return bytes(private("rsa").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))


def _tampered(part: int) -> str:
    parts = token().split(".")
    parts[part] = ("A" if parts[part][0] != "A" else "B") + parts[part][1:]
    return ".".join(parts)


def _swapped() -> str:
    """The claims of one token under the signature of another."""
    head, _, signature = token().split(".")
    return f"{head}.{encoded(json.dumps(claims(sub='admin')).encode())}.{signature}"


def _unsigned(algorithm: str, signature: str = "AA") -> str:
    head = encoded(json.dumps({"alg": algorithm, "kid": "rsa"}).encode())
    return f"{head}.{encoded(json.dumps(claims()).encode())}.{signature}"


def _der_signature() -> str:
    """A signature of a curve as X.509 has it, and not as tokens do."""
    head, body, _ = token(None, "ES256", private("ES256"), {"kid": "ES256"}).split(".")
    return f"{head}.{body}.{encoded(private('ES256').sign(f'{head}.{body}'.encode(), ec.ECDSA(SHA256())))}"


def _raw(name: str, text: str) -> bytes:
    """Claims with a value that no JSON library writes."""
    return json.dumps(claims(**{name: "@"})).replace('"@"', text).encode()


def _twice() -> str:
    return token(json.dumps(claims()).encode()[:-1] + b',"exp":99999999999}')


def _by(name: str, algorithm: str, **header: object) -> Callable[[], str]:
    return lambda: token(
        None, algorithm, private("Ed25519" if name == "only-named" else name), {"kid": name, **header}
    )


def _with(**changed: object) -> Callable[[], str]:
    return lambda: token(claims(**changed))


def _headed(**header: object) -> Callable[[], str]:
    return lambda: token(header=header)


def _in(seconds: float) -> int:
    return int(time.time() + seconds)


GOOD: Mapping[str, Callable[[], str]] = {
    **{
        algorithm: _by("rsa", algorithm)
        for algorithm in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
    },
    **{algorithm: _by(algorithm, algorithm) for algorithm in CURVES},
    "EdDSA, Ed25519": _by("Ed25519", "EdDSA"),
    "EdDSA, Ed448": _by("Ed448", "EdDSA"),
    "Ed25519": _by("Ed25519", "Ed25519"),
    "Ed448": _by("Ed448", "Ed448"),
    "a key for Ed25519 by this name alone": _by("only-named", "Ed25519"),
    "a key for PS256 alone": _by("only-pss", "PS256"),
    "odd letters in the key's id": _by("ünïcode \U0001f511 ' OR 1=1 --", "RS256"),
    "no key id": lambda: token(header=b'{"alg":"RS256"}'),
    "access token's type": _headed(typ="at+JWT"),
    "several audiences": _with(aud=["others", "uploads"]),
    "no subject": _with(sub=None),
    "no iat": _with(iat=None),
    "expired within the leeway": lambda: token(claims(exp=_in(-10))),
    "valid within the leeway": lambda: token(claims(nbf=_in(10), iat=_in(10))),
    "exp with decimals": lambda: token(claims(exp=_in(600) + 0.5)),
    "a stranger's keys in the head": lambda: token(
        header={
            "jku": "https://evil.example/keys",
            "jwk": public_jwk("other"),
            "x5u": "https://evil.example/x",
        }
    ),
    "5 KiB of groups": _with(groups=["g" * 60] * 60),
}
BAD: Mapping[str, tuple[Callable[[], str], str]] = {
    "none": (lambda: _unsigned("none"), "signed in a way"),
    "None": (lambda: _unsigned("None"), "signed in a way"),
    "none, no signature": (lambda: _unsigned("none", ""), "no signed token (JWT) either"),
    "HMAC with the public key": (lambda: token(None, "HS256", _pem()), "signed in a way"),
    "HMAC with the published secret": (
        lambda: token(None, "HS256", b"s" * 64, {"kid": "secret"}),
        "signed in a way",
    ),
    "HMAC with nothing": (lambda: token(None, "HS512", b""), "signed in a way"),
    "an algorithm that nobody has": (_headed(alg="RS1"), "signed in a way"),
    "secp256k1": (_headed(alg="ES256K"), "signed in a way"),
    "a curve's algorithm by an RSA key": (_headed(alg="ES256"), "signed in a way"),
    "another curve": (_by("ES256", "ES256", alg="ES384"), "signed in a way"),
    "PKCS 1 by a key for PSS": (_by("only-pss", "RS256"), "signed in a way"),
    "PSS said, PKCS 1 done": (_headed(alg="PS256"), "signature of the token"),
    "Ed448 by a key of Ed25519": (_by("Ed25519", "Ed448"), "signed in a way"),
    "EdDSA by a key for Ed25519 by this name alone": (_by("only-named", "EdDSA"), "signed in a way"),
    "a stranger's key": (_by("other", "RS256", kid="rsa"), "signature of the token"),
    "a stranger's key in the head": (
        lambda: token(None, "RS256", private("other"), {"jwk": public_jwk("other")}),
        "signature of the token",
    ),
    "a stranger's key, no id": (
        lambda: token(None, "RS256", private("other"), b'{"alg":"RS256"}'),
        "signature of the token",
    ),
    "head tampered with": (lambda: _tampered(0), "malformed"),
    "claims tampered with": (lambda: _tampered(1), "signature of the token"),
    "signature tampered with": (lambda: _tampered(2), "signature of the token"),
    "claims of another": (_swapped, "signature of the token"),
    "a signature as DER": (_der_signature, "signature of the token"),
    "unknown id": (_headed(kid="nobody"), "did not publish"),
    "empty id": (_headed(kid=""), "did not publish"),
    "a key for encryption": (_by("encrypts", "RS256"), "did not publish"),
    "a key for wrapping": (_by("wraps", "RS256"), "did not publish"),
    "a weak key": (_by("weak", "RS256"), "did not publish"),
    "a key whose alg is another type's": (_by("other-alg", "RS256"), "did not publish"),
    "a key that shows its private half": (_by("shown", "RS256"), "did not publish"),
    "a key that shows its factors": (_by("half-shown", "RS256"), "did not publish"),
    "an id that is no text": (_headed(kid=["rsa"]), "malformed"),
    "crit": (_headed(crit=["exp"]), "malformed"),
    "b64": (_headed(b64=False), "malformed"),
    "enc": (_headed(enc="A256GCM"), "malformed"),
    "a logout token": (_headed(typ="logout+jwt"), "malformed"),
    "alg is no text": (_headed(alg=256), "malformed"),
    "alg twice": (lambda: token(header=b'{"alg":"none","kid":"rsa","alg":"RS256"}'), "malformed"),
    "a head that is a list": (lambda: token(header=b"[]"), "malformed"),
    "a head without end": (lambda: token(header=b"[" * 4000), "malformed"),
    "a head that is no text": (lambda: token(header=b"\xff\xfe"), "malformed"),
    "expired": (lambda: token(claims(exp=_in(-60))), "expired"),
    "expired long ago": (_with(exp=1), "expired"),
    "no exp": (_with(exp=None), "no time at which"),
    "exp is text": (lambda: token(claims(exp=str(_in(600)))), "malformed"),
    "exp is true": (_with(exp=True), "expired"),
    "exp is a list": (_with(exp=[1]), "malformed"),
    "exp without end": (lambda: token(_raw("exp", "1e999")), "malformed"),
    "exp is Infinity": (lambda: token(_raw("exp", "Infinity")), "malformed"),
    "exp is NaN": (lambda: token(_raw("exp", "NaN")), "malformed"),
    "exp twice": (_twice, "malformed"),
    "not yet valid": (lambda: token(claims(nbf=_in(120))), "not valid yet"),
    "issued in the future": (lambda: token(claims(iat=_in(120))), "not valid yet"),
    "nbf is text": (lambda: token(claims(nbf="0")), "malformed"),
    "other audience": (_with(aud="others"), "another service"),
    "a part of the audience": (_with(aud="upload"), "another service"),
    "audience with more": (_with(aud="uploads/admin"), "another service"),
    "audience in other letters": (_with(aud="Uploads"), "another service"),
    "no audience": (_with(aud=None), "another service"),
    "empty audience": (_with(aud=[]), "another service"),
    "audience is a number": (_with(aud=1), "another service"),
    "other issuer": (_with(iss="https://evil.example/"), "another issuer"),
    "issuer without its slash": (_with(iss="https://login.example.com"), "another issuer"),
    "no issuer": (_with(iss=None), "another issuer"),
    "issuer is a list": (_with(iss=["https://login.example.com/"]), "another issuer"),
    "subject is a number": (_with(sub=1), "malformed"),
    "subject is long": (_with(sub="s" * 256), "malformed"),
    "claims are a list": (lambda: token(b"[1]"), "malformed"),
    "claims are no JSON": (lambda: token(b"\x00"), "malformed"),
    "claims without end": (lambda: token(b"[" * 4000), "malformed"),
    "padding": (lambda: token() + "==", "no signed token (JWT) either"),
    "four parts": (lambda: token() + ".AA", "no signed token (JWT) either"),
    "encrypted, five parts": (lambda: f"{token()}.AA.AA", "no signed token (JWT) either"),
    "the secret of an older day": (lambda: "x" * 40, "no signed token (JWT) either"),
}
