"""Rates and places that count by the subject of a token or of a bearer grant, wherever its caller sits."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from tests.support.client.grants import KEYS, grant_for
from tests.support.identity.handmade_tokens import AUDIENCE, claims, public_jwk, token
from upload_service.clients.caller import Caller
from upload_service.errors.upload_error import UploadError
from upload_service.server.access_control import AccessControl
from upload_service.server.bearer_grants import grant_of_head
from upload_service.settings.settings import Settings


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Settings that count by subject, as in Lambda: no timer runs."""
    (tmp_path / "keys.json").write_text(json.dumps({"keys": [public_jwk("rsa")]}))
    return {
        "UPLOAD_JWT_JWKS": f"@{tmp_path}/keys.json",
        "UPLOAD_JWT_AUDIENCE": AUDIENCE,
        "UPLOAD_COUNT_BY": "subject",
    }


def lines(subject: str | None) -> Sequence[str]:
    """The header of a caller with this subject."""
    return [f"Bearer {token(claims(sub=subject))}"]


async def code_of(known: AccessControl, address: str, authorization: Sequence[str]) -> tuple[str, Caller]:
    """What becomes of a caller."""
    caller = known.identify(address, [])
    try:
        await known.admit_signed(caller, authorization)
    except UploadError as error:
        return error.entry.code, caller
    return "ok", caller


async def test_rate_of_a_subject(environment: dict[str, str]) -> None:
    """A subject has its own rate from all addresses; others behind the same address have theirs."""
    known = AccessControl(Settings.from_environment({**environment, "UPLOAD_RATE_PER_MINUTE": "2"}))
    codes = [(await code_of(known, f"10.0.0.{n}", lines("ann")))[0] for n in range(3)]
    assert codes == ["ok", "ok", "rate_limited"]
    assert (await code_of(known, "10.0.0.1", lines("bob")))[0] == "ok"
    nobody = [(await code_of(known, "10.0.0.9", lines(None)))[0] for _ in range(3)]
    assert nobody == ["ok", "ok", "rate_limited"]


async def test_guesses_count_for_their_address(environment: dict[str, str]) -> None:
    """Refused tokens use up the rate of their address, and never that of a subject."""
    known = AccessControl(Settings.from_environment({**environment, "UPLOAD_RATE_PER_MINUTE": "2"}))
    codes = [(await code_of(known, "10.0.0.1", ["Bearer x.y.z"]))[0] for _ in range(3)]
    assert codes == ["unauthorized", "unauthorized", "rate_limited"]
    assert (await code_of(known, "10.0.0.1", lines("ann")))[0] == "ok"


async def test_places_of_a_subject(environment: dict[str, str]) -> None:
    """A subject has as many places as a believed client, also behind a proxy that nobody believes."""
    known = AccessControl(Settings.from_environment({**environment, "UPLOAD_MAX_CONCURRENT": "16"}))
    came = [await code_of(known, f"10.0.0.{n}", lines("ann")) for n in range(5)]
    assert [code for code, _ in came] == ["ok"] * 4 + ["too_many_at_once"]
    assert (await code_of(known, "10.0.0.1", lines("bob")))[0] == "ok"
    known.leave(came[0][1])
    assert (await code_of(known, "10.0.0.1", lines("ann")))[0] == "ok"


async def test_address_counts_first_otherwise(environment: dict[str, str]) -> None:
    """Where addresses are counted, a rate that is used up refuses before a token is looked at."""
    known = AccessControl(
        Settings.from_environment(
            {**environment, "UPLOAD_COUNT_BY": "address", "UPLOAD_RATE_PER_MINUTE": "1"}
        )
    )
    assert [(await code_of(known, "10.0.0.1", lines(who)))[0] for who in ("ann", "bob")] == [
        "ok",
        "rate_limited",
    ]


def granted(known: AccessControl, settings: Settings, address: str, authorization: Sequence[str]) -> str:
    """What becomes of a caller where bearer tokens are grants."""
    caller = known.identify(address, [])
    try:
        known.admit_granted(caller, authorization, partial(grant_of_head, settings))
    except UploadError as error:
        return error.entry.code
    return "ok"


def test_bearer_grants() -> None:
    """The subject of a grant has its own rate and places; refused grants, and none, count by address."""
    settings = Settings.from_environment(
        {
            "UPLOAD_GRANT_KEYS": KEYS,
            "UPLOAD_COUNT_BY": "subject",
            "UPLOAD_RATE_PER_MINUTE": "3",
            "UPLOAD_MAX_CONCURRENT_PER_CLIENT": "2",
        }
    )
    known = AccessControl(settings)
    ann, bob, wrong = ([f"Bearer {text}"] for text in (*map(_grant, ("ann", "bob")), _grant("ann")[:-2]))
    codes = [granted(known, settings, f"10.0.0.{n}", ann) for n in range(4)]
    assert codes == ["ok", "ok", "too_many_at_once", "rate_limited"]
    assert [granted(known, settings, "10.0.0.1", wrong) for _ in range(4)] == [
        *["grant_invalid"] * 3,
        "rate_limited",
    ]
    assert granted(known, settings, "10.0.0.1", []) == "rate_limited"
    assert granted(known, settings, "10.0.0.1", bob) == "ok"


def _grant(subject: str) -> str:
    return grant_for("https://store.example/bucket/key", sub=subject)
