"""`--check` and the identity provider: what it says of one that works, and of each that does not."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.doctor.run_check import check
from tests.support.identity.handmade_tokens import public_jwk
from tests.support.identity.identity_provider import IdentityProvider
from tests.support.storage.storage_double import Reply, StorageDouble, answer


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    """A provider that runs."""
    with IdentityProvider() as running:
        yield running


def test_provider_that_works(provider: IdentityProvider) -> None:
    """The number of keys is said, and that signed tokens let callers in."""
    seen = check(UPLOAD_JWT_ISSUER=provider.issuer, UPLOAD_JWT_AUDIENCE="a")
    assert seen.verdicts("identity") == ["ok"]
    assert "127.0.0.1 has 1 usable keys" in seen.said
    assert "signed tokens of the identity provider" in seen.said
    assert not check(UPLOAD_API_TOKENS="t" * 40).verdicts("identity")


def test_issuer_that_is_written_otherwise(provider: IdentityProvider) -> None:
    """A slash too many is found, and said."""
    seen = check(UPLOAD_JWT_ISSUER=f"{provider.issuer}/", UPLOAD_JWT_AUDIENCE="a")
    assert (seen.status, seen.verdicts("identity")) == (1, ["fail"])
    assert "calls itself by another issuer" in seen.said


def test_nobody_there(closed_port: int) -> None:
    """A provider that cannot be reached is said."""
    seen = check(UPLOAD_JWT_ISSUER=f"http://127.0.0.1:{closed_port}", UPLOAD_JWT_AUDIENCE="a")
    assert "no connection to 127.0.0.1 could be made" in seen.said


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(answer(302, b"", "Location: https://evil.example/secretword")), "answers 302 instead of 200"),
        (Reply(answer(503, b"secretword")), "answers 503 instead of 200"),
        (Reply(answer(200, b"<html>secretword</html>")), "is no discovery document or no key set"),
        (Reply(answer(200, b" " * 300_000)), "more than 256 KiB"),
        (Reply(answer(200, b'{"keys":[]}')), "no key that may verify"),
        (Reply(answer(200, b'{"keys":[{"kty":"oct","k":"c2VjcmV0d29yZA"}]}')), "no key that may verify"),
        (Reply(b"", then="reset"), "could be made, or it broke"),
    ],
)
def test_odd_key_sets(double: StorageDouble, reply: Reply, words: str) -> None:
    """What is no key set, or none that can be used, is said in words, and nothing of it is repeated."""
    double.script("keys", reply)
    seen = check(UPLOAD_JWT_JWKS=f"{double.url}keys", UPLOAD_JWT_AUDIENCE="a")
    assert seen.verdicts("identity") == ["fail"]
    assert words in seen.said
    assert "secretword" not in seen.out + seen.err


def test_keys_that_are_left_out(tmp_path: Path) -> None:
    """Keys that are not used, and an issuer that is not compared, are warnings."""
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"keys": [public_jwk("rsa"), public_jwk("a", use="enc")]}))
    seen = check(UPLOAD_JWT_JWKS=f"@{path}", UPLOAD_JWT_AUDIENCE="a")
    assert seen.verdicts("identity") == ["ok", "warn", "warn"]
    assert "1 other use" in seen.said
