"""Reading a grant: which tokens are one, and what it allows then."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from tests.identity.grant_rows import EC, ED, NOW, PRIVATE, ROWS, RSA, URL, by_key, claims, pem
from tests.support.client.grants import SECRET, digest, signed
from upload_service.clients.grant_keys import parse_public_keys, parse_secrets
from upload_service.errors.upload_error import UploadError
from upload_service.identity.upload_grant import UploadGrant, read_grant

# With secrets and public keys together every confusion of the two would show.
KEYS = (*parse_secrets([f"now:{SECRET}"]), *parse_public_keys(pem(RSA) + pem(EC) + pem(ED)))


def refused(text: str, now: float = NOW) -> UploadError:
    """Why a token is no grant."""
    with pytest.raises(UploadError) as caught:
        read_grant(text, KEYS, now)
    return caught.value


@pytest.mark.parametrize("name", ROWS)
def test_no_grant(name: str) -> None:
    """A token that is no grant, or says what nobody can mean, is refused, and it is told what is wrong."""
    row = ROWS[name]
    error = refused(row.make())
    assert (error.entry.code, row.told in error.cause) == (row.code, True), error.cause
    assert error.challenge == 'Bearer realm="upload-service", error="invalid_token"'


def test_what_a_grant_says() -> None:
    """Each claim is read as it is meant; what a grant does not say limits nothing."""
    read = read_grant(signed(claims(max_bytes=5, types=["image/jpg", "text/*"], sub="a")), KEYS, NOW)
    assert (read.url_digest, read.max_bytes, read.subject) == (hashlib.sha256(URL.encode()).digest(), 5, "a")
    assert read.types
    assert (read.types.includes("image/jpeg"), read.types.families) == (True, frozenset({"text"}))
    plain = read_grant(signed(claims()), KEYS, NOW)
    assert (plain.max_bytes, plain.types, plain.subject, plain.prefix) == (None, None, None, None)
    assert repr(read) == "UploadGrant()"


@pytest.mark.parametrize("kind", ["upload-grant+jwt", "Upload-Grant+JWT", "application/upload-grant+jwt"])
def test_typ(kind: str) -> None:
    """The type of the token is a media type, so case and application/ make no difference."""
    assert read_grant(signed(claims(), {"alg": "HS256", "typ": kind, "kid": "any"}), KEYS, NOW)


@pytest.mark.parametrize("algorithm", PRIVATE)
def test_public_keys(algorithm: str) -> None:
    """A grant may be signed with a private key of each kind, whose public key the operator lists."""
    assert read_grant(by_key(algorithm), KEYS, NOW).url_digest


@pytest.mark.parametrize("algorithm", PRIVATE)
def test_key_of_another_kind(algorithm: str) -> None:
    """A key serves for its own algorithm alone, whatever the token says."""
    others = [key for key in KEYS if key.algorithm != algorithm]
    with pytest.raises(UploadError) as caught:
        read_grant(by_key(algorithm), others, NOW)
    assert caught.value.entry.code == "grant_invalid"


def test_digest_in_hex() -> None:
    """Both ways to write a digest are the same."""
    assert read_grant(
        signed(claims(url_sha256=hashlib.sha256(URL.encode()).hexdigest())), KEYS, NOW
    ) == read_grant(signed(claims(url_sha256=digest(URL))), KEYS, NOW)


@pytest.mark.parametrize(("late", "code"), [(89.9, None), (90, "grant_expired")])
def test_leeway(late: float, code: str | None) -> None:
    """Clocks may differ by thirty seconds, and no more."""
    if code is None:
        assert read_grant(signed(claims()), KEYS, NOW + late)
    else:
        assert refused(signed(claims()), NOW + late).entry.code == code


PLAIN_VALUES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
VALUES = (
    PLAIN_VALUES | st.lists(PLAIN_VALUES, max_size=3) | st.dictionaries(st.text(max_size=3), PLAIN_VALUES)
)
NAMES = ("exp", "nbf", "iat", "url_sha256", "policy_sha256", "url_prefix", "max_bytes", "types", "sub", "aud")


def code_of(text: str) -> str | None:
    """The code of the refusal; None for a grant, whose bounds must hold then."""
    try:
        read = read_grant(text, KEYS, NOW)
    except UploadError as error:
        return error.entry.code
    assert read.max_bytes is None or read.max_bytes >= 1
    assert (read.url_digest is None) is not (read.prefix is None)
    return None


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_any_claims(more: dict[str, object]) -> None:
    """Whatever a back end signs is a grant within its bounds, or refused as none."""
    assert code_of(signed(claims() | more)) in (None, "grant_invalid", "grant_expired")


@given(st.text())
def test_any_text(text: str) -> None:
    """Any text is refused with one code."""
    assert refused(text).entry.code == "grant_invalid"


def test_key_set() -> None:
    """A JWK Set gives the same keys as PEM, with their ids as names."""
    rows = [(RSAAlgorithm, RSA, "a"), (ECAlgorithm, EC, "b"), (OKPAlgorithm, ED, "c")]
    entries = [kind.to_jwk(key.public_key(), as_dict=True) | {"kid": name} for kind, key, name in rows]  # type: ignore[attr-defined]
    keys = parse_public_keys(json.dumps({"keys": entries}))
    assert [(key.name, key.algorithm) for key in keys] == [("a", "RS256"), ("b", "ES256"), ("c", "EdDSA")]
    assert all(isinstance(read_grant(by_key(name), keys, NOW), UploadGrant) for name in PRIVATE)
