"""Which keys of a key set are used, and what is no key set."""

import json

import pytest

from tests.identity.token_rows import KEYS
from tests.support.identity.handmade_tokens import public_jwk
from upload_service.identity.key_set import read_key_set


def test_what_is_left_out() -> None:
    """Keys that must not verify are left out, each for a reason that the log can have."""
    found = read_key_set(json.dumps(KEYS).encode())
    assert dict(found.left_out) == {
        "other_use": 2,
        "weak_or_oversized": 1,
        "other_algorithm": 1,
        "private": 2,
        "symmetric": 2,
        "malformed": 2,
    }
    assert len(found) == 9


def test_algorithms_are_the_keys_own() -> None:
    """A curve has one algorithm, RSA six, and a key that names one has that alone."""
    text = json.dumps(
        {"keys": [public_jwk("rsa"), public_jwk("ES384"), public_jwk("r", alg="RS512")]}
    ).encode()
    algorithms = {name: keys[0].algorithms for name, keys in read_key_set(text).by_id.items()}
    assert algorithms["ES384"] == ("ES384",)
    assert algorithms["r"] == ("RS512",)
    assert len(algorithms["rsa"]) == 6


@pytest.mark.parametrize(
    "entry",
    [
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {**public_jwk("rsa"), "e": public_jwk("rsa")["n"]},
        {**public_jwk("rsa"), "n": 5},
        {**public_jwk("ES256"), "x": "AAAA"},
        {**public_jwk("ES256"), "crv": "P-384"},
        {**public_jwk("ES256"), "crv": "secp256k1"},
        {**public_jwk("Ed25519"), "x": ""},
        {"kty": "RSA", "x5c": ["MII"]},
        {"kty": ["RSA"]},
        {**public_jwk("rsa"), "kid": 1},
        {**public_jwk("rsa"), "key_ops": "verify"},
        {**public_jwk("rsa"), "alg": ["RS256"]},
        [],
        None,
    ],
)
def test_odd_keys(entry: object) -> None:
    """An odd key is left out, and the others stay."""
    found = read_key_set(json.dumps({"keys": [entry, public_jwk("Ed25519")]}).encode())
    assert len(found) == 1
    assert sum(found.left_out.values()) == 1


@pytest.mark.parametrize(
    "text",
    [b"", b"[]", b"<html>", b"{}", b'{"keys":{}}', b'{"keys":[],"keys":[]}', b"\xff", b"[" * 100_000,
     b'{"keys":[' + b",".join([b"{}"] * 101) + b"]}"],
)  # fmt: skip
def test_no_key_set(text: bytes) -> None:
    """What is no key set, or has more keys than any provider publishes, is refused."""
    with pytest.raises(ValueError, match="not "):
        read_key_set(text)
