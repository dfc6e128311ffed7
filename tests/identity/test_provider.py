"""What is asked of a provider, and what of its answers is taken, against a scripted server."""

import json

import pytest

from tests.support.identity.handmade_tokens import public_jwk
from tests.support.storage.storage_double import Reply, StorageDouble, answer
from upload_service.identity import provider
from upload_service.identity.provider import FetchFailed, Provider
from upload_service.storage.name_lookups import NameLookups

KEYS = json.dumps({"keys": [public_jwk("ES256")]}).encode()


def document(**members: object) -> Reply:
    """A discovery document."""
    return Reply(answer(200, json.dumps(members).encode()))


def scripted(double: StorageDouble, issuer_path: str, *replies: Reply) -> str:
    """The issuer whose discovery document is answered so."""
    double.script(f"{issuer_path}/.well-known/openid-configuration", *replies)
    return f"{double.url}{issuer_path}"


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """So much time that a busy machine does not need it."""
    monkeypatch.setattr(provider, "FETCH_SECONDS", 60.0)


@pytest.mark.usefixtures("patient")
async def test_discovery(double: StorageDouble) -> None:
    """Discovery names the keys' URL; how long they are kept is what Cache-Control says, within bounds."""
    issuer = f"{double.url}realms/one"
    scripted(double, "realms/one", document(issuer=issuer, jwks_uri=f"{double.url}one-keys"))
    for told, kept in (
        ("max-age=7200", 7200),
        ("public, max-age=1", 300),
        ("max-age=99999999", 86400),
        ("no", 3600),
    ):
        double.script("one-keys", Reply(answer(200, KEYS, f"Cache-Control: {told}")))
        scripted(double, "realms/one", document(issuer=issuer, jwks_uri=f"{double.url}one-keys"))
        keys, seconds = await Provider(issuer, None, NameLookups()).fetch()
        assert (len(keys), seconds) == (1, kept)


@pytest.mark.parametrize(
    ("members", "fault"),
    [
        ({"issuer": "https://evil.example"}, "other_issuer"),
        ({}, "other_issuer"),
        ({"issuer": None}, "no_key_url"),
        ({"issuer": None, "jwks_uri": "http://10.0.0.1/keys"}, "no_key_url"),
        ({"issuer": None, "jwks_uri": "file:///etc/passwd"}, "no_key_url"),
        ({"issuer": None, "jwks_uri": 5}, "no_key_url"),
    ],
)
@pytest.mark.usefixtures("patient")
async def test_discovery_that_leads_elsewhere(
    double: StorageDouble, members: dict[str, object], fault: str
) -> None:
    """A document of another issuer, or whose keys are not behind https, is not taken."""
    issuer = f"{double.url}realms/two"  # stands for None in the rows
    told = {name: issuer if value is None else value for name, value in members.items()}
    scripted(double, "realms/two", document(**told))
    with pytest.raises(FetchFailed) as raised:
        await Provider(issuer, None, NameLookups()).fetch()
    assert raised.value.fault == fault


async def test_two_slow_answers(double: StorageDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    """Discovery and keys have one bound of time together, because callers wait for both."""
    monkeypatch.setattr(provider, "FETCH_SECONDS", 2.0)
    issuer = f"{double.url}realms/slow"
    told = json.dumps({"issuer": issuer, "jwks_uri": f"{double.url}slow-keys"}).encode()
    scripted(double, "realms/slow", Reply(answer(200, told), pause=1.2))
    double.script("slow-keys", Reply(answer(200, KEYS), pause=1.2))
    with pytest.raises(FetchFailed) as raised:
        await Provider(issuer, None, NameLookups()).fetch()
    assert raised.value.fault == "timed_out"
