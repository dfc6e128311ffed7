"""Whatever is signed by the right key: a caller is let in, or told why not, and nothing else happens."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.client.grants import encoded
from tests.support.identity.handmade_tokens import AUDIENCE, ISSUER, claims, private, public_jwk, token
from upload_service.clients.required_claims import RequiredClaim
from upload_service.errors.upload_error import UploadError
from upload_service.identity.key_set import SigningKey, read_key_set
from upload_service.identity.token_verifier import TokenVerifier

KEYS = read_key_set(json.dumps({"keys": [public_jwk("Ed25519")]}).encode())
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
VALUES = PLAIN | st.lists(PLAIN, max_size=3) | st.dictionaries(st.text(max_size=3), PLAIN)
CLAIMS = st.sampled_from(("exp", "nbf", "iat", "iss", "aud", "sub", "jti", "scope", "realm"))
HEADERS = st.sampled_from(("alg", "kid", "typ", "cty", "crit", "b64", "jwk", "jku", "x5c", "zip", "enc"))


async def find(key_id: str | None) -> tuple[SigningKey, ...]:
    """The keys with this id."""
    return KEYS.find(key_id)


async def code_of(text: str) -> str:
    """What becomes of a token."""
    required = [RequiredClaim("scope", "write"), RequiredClaim("realm.roles", "writer")]
    verifier = TokenVerifier(find, ISSUER, [AUDIENCE], required)
    try:
        subject = await verifier.subject(text)
    except UploadError as error:
        return error.entry.code
    assert subject is None or 1 <= len(subject) <= 255
    return "ok"


def made(payload: object, header: object = None) -> str:
    """A token by the right key, with any payload and header."""
    head = {"alg": "EdDSA", "kid": "Ed25519"} | (header if isinstance(header, dict) else {})
    return token(json.dumps(payload).encode(), "EdDSA", private("Ed25519"), json.dumps(head).encode())


@given(st.dictionaries(CLAIMS, VALUES), st.booleans())
async def test_any_claims(more: dict[str, object], is_whole: bool) -> None:
    """Any claims let a caller in, or are refused by one of two codes."""
    held = claims(scope="write", realm={"roles": ["writer"]}) if is_whole else claims()
    assert await code_of(made(held | more)) in ("ok", "unauthorized", "insufficient_scope")


@given(st.dictionaries(HEADERS, VALUES))
async def test_any_header(more: dict[str, object]) -> None:
    """Any header does, or is refused by one code."""
    held = claims(scope="write", realm={"roles": ["writer"]})
    assert await code_of(made(held, more)) in ("ok", "unauthorized")


@given(st.binary(max_size=100), st.binary(max_size=100), st.binary(max_size=100))
async def test_any_bytes(head: bytes, payload: bytes, signature: bytes) -> None:
    """Three parts of any bytes are refused."""
    assert await code_of(".".join(map(encoded, (head, payload, signature)))) == "unauthorized"


@given(st.text(max_size=100))
async def test_any_text(text: str) -> None:
    """Any text is refused."""
    assert await code_of(text) == "unauthorized"


@pytest.mark.parametrize("name", ["x", "realm"])
@pytest.mark.parametrize("deep", [100, 900, 2500])
async def test_nested_claims(name: str, deep: int) -> None:
    """Claims nested as deep as the length of a token allows are no fault of the service."""
    more = f',"{name}":'.encode() + b"[" * deep + b"]" * deep + b"}"
    text = token(json.dumps(claims()).encode()[:-1] + more, "EdDSA", private("Ed25519"), {"kid": "Ed25519"})
    assert await code_of(text) in ("unauthorized", "insufficient_scope")
