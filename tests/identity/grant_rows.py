"""Tokens that are no grants, and grants that nobody can mean, with the code and a word of what is told.

Each row changes one thing of a grant that holds.
"""

import base64
import json
from collections.abc import Callable
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt import encode

from tests.support.client.grants import TYPE, claims_for, encoded, hidden, signed

URL = "https://store.example/bucket/key?X-Amz-Signature=abc"
NOW = 1_800_000_000
RSA, OTHER_RSA = (rsa.generate_private_key(65537, 2048) for _ in range(2))
EC, ED = ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate()
PRIVATE = {"RS256": RSA, "ES256": EC, "EdDSA": ED}


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> str:
    """The public key as an operator keeps it in a file."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def claims(**more: object) -> dict[str, object]:
    """The claims of a grant that holds at NOW."""
    return claims_for(URL, **{"exp": NOW + 60, **more})


def by_key(algorithm: str, key: object = None, **header: object) -> str:
    """A grant signed with a private key."""
    headers = {"typ": TYPE, **header}
    return hidden(encode(claims(), key or PRIVATE[algorithm], algorithm, headers=headers))  # type: ignore[arg-type]


def _header(**more: object) -> str:
    header = {"alg": "HS256", "typ": TYPE} | more
    return signed(claims(), {name: value for name, value in header.items() if value is not None})


def _payload(text: str) -> str:
    """A payload that is written out; `CLAIMS` stands for the right claims."""
    return signed(text.replace("CLAIMS", json.dumps(claims())[1:-1]).encode())


def _changed() -> str:
    head, payload, signature = signed(claims(max_bytes=5)).split(".")
    told = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return hidden(f"{head}.{encoded(json.dumps(told | {'max_bytes': 6}).encode())}.{signature}")


class Row(NamedTuple):
    """How the token is made, the code, and words of what is told."""

    make: Callable[[], str]
    code: str
    told: str


INVALID, EXPIRED = "grant_invalid", "grant_expired"


def _claim(told: str, **more: object) -> Row:
    return Row(lambda: signed(claims(**more)), INVALID, told)


ROWS = {
    # The token and its signature.
    "no token": Row(lambda: "hello", INVALID, "not a signed JSON Web Token"),
    "empty": Row(lambda: "", INVALID, "not a signed JSON Web Token"),
    "two parts": Row(lambda: signed(claims()).rpartition(".")[0], INVALID, "not a signed JSON Web Token"),
    "encrypted": Row(lambda: "a.b.c.d.e", INVALID, "not a signed JSON Web Token"),
    "other secret": Row(lambda: signed(claims(), secret="x" * 40), INVALID, "signature"),
    "tampered": Row(_changed, INVALID, "signature"),
    "cut": Row(lambda: signed(claims())[:-2], INVALID, "signature"),
    "no signature": Row(lambda: signed(claims()).rpartition(".")[0] + ".", INVALID, "signature"),
    "alg none": Row(lambda: _header(alg="none").rpartition(".")[0] + ".", INVALID, "another way"),
    "alg None": Row(lambda: _header(alg="nOnE").rpartition(".")[0] + ".", INVALID, "another way"),
    "no alg": Row(lambda: _header(alg=None), INVALID, "another way"),
    "alg of lower case": Row(lambda: _header(alg="hs256"), INVALID, "another way"),
    "alg that is a list": Row(lambda: _header(alg=["HS256"]), INVALID, "another way"),
    "HS512": Row(lambda: by_key("HS512", "x" * 64), INVALID, "another way"),
    "ES384": Row(lambda: by_key("ES384", ec.generate_private_key(ec.SECP384R1())), INVALID, "another way"),
    "PEM of the RSA key as a secret": Row(lambda: signed(claims(), secret=pem(RSA)), INVALID, "signature"),
    "PEM of the EC key as a secret": Row(lambda: signed(claims(), secret=pem(EC)), INVALID, "signature"),
    "another RSA key": Row(lambda: by_key("RS256", OTHER_RSA), INVALID, "signature"),
    "RS256 by name, HS256 by signature": Row(lambda: _header(alg="RS256"), INVALID, "signature"),
    "ES256 by name, HS256 by signature": Row(lambda: _header(alg="ES256"), INVALID, "signature"),
    "key in the header": Row(
        lambda: by_key("RS256", OTHER_RSA, jwk={"kty": "RSA"}, jku="https://a.example"), INVALID, "signature"
    ),
    "no typ": Row(lambda: _header(typ=None), INVALID, "typ"),
    "typ JWT": Row(lambda: _header(typ="JWT"), INVALID, "typ"),
    "typ at+jwt": Row(lambda: _header(typ="at+jwt"), INVALID, "typ"),
    "typ that is a list": Row(lambda: _header(typ=[TYPE]), INVALID, "typ"),
    "crit": Row(lambda: _header(crit=["b64"], b64=False), INVALID, "crit"),
    "unknown crit": Row(lambda: _header(crit=["x"], x=1), INVALID, "crit"),
    "payload apart": Row(lambda: _header(b64=False), INVALID, "signature"),
    "header twice": Row(
        lambda: signed(claims(), f'{{"alg":"none","alg":"HS256","typ":"{TYPE}"}}'.encode()),
        INVALID, "each name once",
    ),
    "header that is a list": Row(lambda: signed(claims(), b"[]"), INVALID, "each name once"),
    # The claims as JSON.
    "claim twice": Row(lambda: _payload('{"exp":1,CLAIMS}'), INVALID, "each name once"),
    "not JSON": Row(lambda: _payload("{CLAIMS"), INVALID, "each name once"),
    "a list": Row(lambda: _payload("[{CLAIMS}]"), INVALID, "each name once"),
    "NaN": Row(lambda: _payload('{CLAIMS,"nbf":NaN}'), INVALID, "each name once"),
    "infinite": Row(lambda: _payload('{CLAIMS,"nbf":1e999}'), INVALID, "each name once"),
    "nested": Row(lambda: _payload('{CLAIMS,"iss":' + "[" * 100_000 + "]" * 100_000 + "}"), INVALID, ""),
    "unknown claim": _claim("none of", maxBytes=5),
    "misspelt claim": _claim("none of", type=["image/png"]),
    # Times.
    "no exp": _claim("no exp", exp=None),
    "exp text": _claim("claim exp", exp=str(NOW + 60)),
    "exp true": _claim("claim exp", exp=True),
    "exp negative": _claim("claim exp", exp=-1),
    "exp in milliseconds": _claim("24 hours", exp=(NOW + 60) * 1000),
    "exp huge": _claim("claim exp", exp=10**400),
    "exp in two days": _claim("24 hours", exp=NOW + 2 * 86400),
    "expired": Row(lambda: signed(claims(exp=NOW - 30)), EXPIRED, "expired"),
    "exp zero": Row(lambda: signed(claims(exp=0)), EXPIRED, "expired"),
    "nbf ahead": _claim("not valid yet", nbf=NOW + 40),
    "iat ahead": _claim("not valid yet", iat=NOW + 40),
    "nbf text": _claim("claim nbf", nbf="now"),
    # What it binds.
    "binds nothing": _claim("either url_sha256", url_sha256=None),
    "binds twice": _claim("either url_sha256", url_prefix="https://a.example/b/"),
    "policy alone": _claim("either url_sha256", url_sha256=None, policy_sha256="0" * 64),
    "digest too short": _claim("claim url_sha256", url_sha256="0" * 63),
    "digest of another kind": _claim("claim url_sha256", url_sha256="0" * 40),
    "digest a number": _claim("claim url_sha256", url_sha256=5),
    "policy a list": _claim("claim policy_sha256", policy_sha256=["0" * 64]),
    "prefix with a wildcard": _claim("claim url_prefix", url_sha256=None, url_prefix="https://*.a.example/"),
    "prefix with a query": _claim("claim url_prefix", url_sha256=None, url_prefix="https://a.example/?unsigned"),
    "prefix that climbs": _claim("claim url_prefix", url_sha256=None, url_prefix="https://a.example/b/../c/"),
    "prefix of no host": _claim("claim url_prefix", url_sha256=None, url_prefix="https:///b/"),
    "prefix a list": _claim("claim url_prefix", url_sha256=None, url_prefix=["https://a.example/"]),
    # Limits.
    "max_bytes true": _claim("claim max_bytes", max_bytes=True),
    "max_bytes negative": _claim("claim max_bytes", max_bytes=-1),
    "max_bytes none": _claim("claim max_bytes", max_bytes=0),
    "max_bytes 1e3": Row(lambda: _payload('{CLAIMS,"max_bytes":1e3}'), INVALID, "claim max_bytes"),
    "max_bytes text": _claim("claim max_bytes", max_bytes="5"),
    "max_bytes huge": _claim("claim max_bytes", max_bytes=10**30),
    "max_bytes null": Row(lambda: _payload('{CLAIMS,"max_bytes":null}'), INVALID, "claim max_bytes"),
    "types text": _claim("claim types", types="image/png"),
    "types empty": _claim("claim types", types=[]),
    "types numbers": _claim("claim types", types=[5]),
    "types anything": _claim("claim types", types=["*/*"]),
    "types of any bytes": _claim("claim types", types=["application/octet-stream"]),
    "types parts alone": _claim("claim types", types=["parts"]),
    "sub number": _claim("claim sub", sub=5),
    "sub empty": _claim("claim sub", sub=""),
    "sub long": _claim("claim sub", sub="x" * 256),
    "sub with a line break": _claim("claim sub", sub="a\nb"),
    "other audience": _claim("aud", aud="other"),
    "no audience": _claim("aud", aud=[]),
    "audience a number": _claim("aud", aud=5),
}  # fmt: skip
