"""UPLOAD_GRANT_KEYS: what is a key, what is none, and that none is ever shown."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.identity.grant_rows import EC, ED, RSA, pem
from tests.support.client.grants import SECRET
from tests.support.identity.handmade_tokens import public_jwk
from upload_service.settings.environment import SettingError
from upload_service.settings.settings import Settings

PRIVATE = RSA.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
SMALL = rsa.generate_private_key(65537, 1024)  # noqa: S505  # to be refused
LARGE = rsa.generate_private_key(65537, 4096)
OTHER_CURVE = ec.generate_private_key(ec.SECP384R1())


def names(text: str) -> list[tuple[str, str]]:
    """Name and algorithm of each key."""
    settings = Settings.from_environment({"UPLOAD_GRANT_KEYS": text})
    assert SECRET not in repr(settings)
    return [(key.name, key.algorithm) for key in settings.grant_keys]


def test_secrets(tmp_path: Path) -> None:
    """Secrets stand in the variable, or on the lines of a file; some have names."""
    file = tmp_path / "keys"
    file.write_text(f"# old\n\nold:{'x' * 32}\n{SECRET}\n")
    expected = [("old", "HS256"), ("secret-2", "HS256")]
    assert names(f"old:{'x' * 32}, {SECRET}") == names(f"@{file}") == expected
    assert names("") == []


def test_public_keys(tmp_path: Path) -> None:
    """Public keys stand in a file, in PEM or as a JWK Set."""
    file = tmp_path / "keys.pem"
    file.write_text(pem(RSA) + pem(EC) + pem(ED))
    assert names(f"@{file}") == [("key-1", "RS256"), ("key-2", "ES256"), ("key-3", "EdDSA")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("short", "at least 32 characters"),
        (f"{SECRET},{SECRET}", "twice"),
        (f"a name:{SECRET}", "must name secrets"),
        (f"{SECRET} x", "without spaces"),
        (",".join(f"{number:032}" for number in range(17)), "at most 16"),
        ("@/nowhere", "text file that can be read"),
    ],
)
def test_no_secret(text: str, told: str) -> None:
    """What is no secret is refused in one line that does not quote it."""
    with pytest.raises(SettingError, match=told) as caught:
        names(text)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("name", ["", "now:"])
@pytest.mark.parametrize("key", [pem(RSA), pem(LARGE), pem(EC), pem(ED)], ids=["RSA", "4096", "EC", "ED"])
def test_public_key_as_a_secret(name: str, key: str) -> None:
    """A public key without the lines around it is no secret: anybody who knows it could sign."""
    text = "".join(key.splitlines()[1:-1])
    with pytest.raises(SettingError, match="public key as a secret") as caught:
        names(f"{name}{text}")
    assert text not in str(caught.value)


@pytest.mark.parametrize(
    ("more", "is_taken"),
    [
        ({}, True),
        ({"use": "sig", "key_ops": ["verify"], "alg": "ES256"}, True),
        ({"use": "enc"}, False),
        ({"key_ops": ["wrapKey"]}, False),
        ({"key_ops": "verify"}, False),
        ({"alg": "ES384"}, False),
    ],
)
def test_what_a_key_is_for(tmp_path: Path, more: dict[str, object], is_taken: bool) -> None:
    """A key of a JWK Set that says it is for something else verifies no grant."""
    file = tmp_path / "keys"
    file.write_text(json.dumps({"keys": [public_jwk("ES256", **more)]}))
    if is_taken:
        assert names(f"@{file}") == [("ES256", "ES256")]
    else:
        with pytest.raises(SettingError, match="must hold a JWK Set"):
            names(f"@{file}")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (PRIVATE, "belongs to the back end"),
        (pem(RSA) + PRIVATE, "belongs to the back end"),
        (pem(SMALL), "at least 2048 bits"),
        (pem(OTHER_CURVE), "P-256"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "public keys only"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n", "holds a key"),
        ("# nothing\n", "holds a key"),
        ("{", "JWK Set"),
        ('{"keys": 5}', "JWK Set"),
        ('{"keys": []}', "holds a key"),
        (json.dumps({"keys": [{"kty": "oct", "k": "A" * 43}]}), "without private ones"),
        (json.dumps({"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}), "must hold"),
    ],
)
def test_no_key(tmp_path: Path, content: str, told: str) -> None:
    """A file with anything else than public keys is refused, above all one with a private key."""
    file = tmp_path / "keys"
    file.write_text(content)
    with pytest.raises(SettingError, match=told):
        names(f"@{file}")


def test_secret_that_is_a_token() -> None:
    """A secret for grants is no token of a caller: who has that could sign grants."""
    with pytest.raises(SettingError, match="must not hold an API token") as caught:
        Settings.from_environment({"UPLOAD_GRANT_KEYS": SECRET, "UPLOAD_API_TOKENS": f"a:{SECRET}"})
    assert SECRET not in str(caught.value)
