"""Who may upload, without a network: first the rate counts, then the token, then what runs already."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.support.client.tokens import ONE, TWO, settings
from upload_service.clients import bearer_tokens
from upload_service.errors.upload_error import UploadError
from upload_service.server.access_control import AccessControl, open_access_limits
from upload_service.settings.environment import SettingError


def refused(act: Callable[[], object]) -> UploadError:
    """Call `act`, and return the failure that it ends with."""
    with pytest.raises(UploadError) as caught:
        act()
    return caught.value


@pytest.mark.parametrize("name", ["UPLOAD_RATE_PER_MINUTE", "UPLOAD_MAX_CONCURRENT_PER_CLIENT"])
@pytest.mark.parametrize("text", ["-1", "1.5", "many", "9999999"])
def test_unusable_limits_are_refused(name: str, text: str) -> None:
    """A limit is a whole number."""
    with pytest.raises(SettingError, match=f"^{name} must be a whole number from 0 to "):
        settings(**{name: text})


def test_order_of_judgement() -> None:
    """The rate is judged before the token, so that guesses count; the token before what runs already."""
    known = AccessControl(
        settings(UPLOAD_API_TOKENS=f"app:{ONE}", UPLOAD_RATE_PER_MINUTE=4, UPLOAD_MAX_CONCURRENT_PER_CLIENT=1)
    )
    came = [known.identify("1.2.3.4", []) for _ in range(5)]
    known.admit(came[0], [f"Bearer {ONE}"])
    assert came[0].name == "app"
    assert refused(lambda: known.admit(came[1], [f"Bearer {TWO}"])).entry.code == "unauthorized"
    assert refused(lambda: known.admit(came[2], [f"Bearer {ONE}"])).entry.code == "too_many_at_once"
    known.leave(came[0])
    known.admit(came[3], [f"Bearer {ONE}"])
    error = refused(lambda: known.admit(came[4], []))
    assert error.entry.code == "rate_limited"
    assert error.retry_after_seconds
    known.admit(known.identify("1.2.3.5", []), [f"Bearer {ONE}"])


@pytest.mark.parametrize(
    ("lines", "challenge"),
    [
        ([], bearer_tokens.CHALLENGE),
        (["Basic eA=="], bearer_tokens.CHALLENGE),
        (["Bearer"], bearer_tokens.CHALLENGE),
        ([f"Bearer {TWO}"], bearer_tokens.CHALLENGE_WRONG),
        ([f"Bearer {ONE}", f"Bearer {ONE}"], bearer_tokens.CHALLENGE_WRONG),
        (["Basic eA==", f"Bearer {ONE}"], bearer_tokens.CHALLENGE_WRONG),
    ],
    ids=["nothing", "basic", "empty", "wrong", "twice", "both"],
)
def test_challenge(lines: list[str], challenge: str) -> None:
    """The challenge speaks of a wrong token only when one came (RFC 6750, section 3.1)."""
    known = AccessControl(settings(UPLOAD_API_TOKENS=ONE))
    error = refused(lambda: known.admit(known.identify("1.2.3.4", []), lines))
    assert (error.entry.code, error.challenge) == ("unauthorized", challenge)
    assert ONE[:8] not in repr((error, error.detail, error.args))


def test_place_is_given_back_once() -> None:
    """An upload that ends gives back its own place once, and nothing is kept of a client that has left."""
    known = AccessControl(settings(UPLOAD_MAX_CONCURRENT_PER_CLIENT=2))
    first, second, third = (known.identify("1.2.3.4", []) for _ in range(3))
    known.admit(first, [])
    known.admit(second, [])
    refused(lambda: known.admit(third, []))
    known.leave(third)
    assert refused(lambda: known.admit(third, [])).entry.code == "too_many_at_once"
    known.leave(first)
    known.leave(first)
    known.admit(third, [])
    assert refused(lambda: known.admit(first, [])).entry.code == "too_many_at_once"
    known.leave(second)
    known.leave(third)
    assert not vars(known)["_running"]


def test_one_client_per_ipv6_network() -> None:
    """An address of the same /64 counts as the same client, whose place is taken."""
    known = AccessControl(settings(UPLOAD_MAX_CONCURRENT_PER_CLIENT=1))
    known.admit(known.identify("2001:db8::1", []), [])
    other = known.identify("2001:db8::2", [])
    assert refused(lambda: known.admit(other, [])).entry.code == "too_many_at_once"


def test_bounds_for_anybody() -> None:
    """Without tokens, the log names the allowed destinations and the limits."""
    changed = replace(
        settings(UPLOAD_DESTINATIONS="default,http://store.local:8333/up/", UPLOAD_RATE_PER_MINUTE=7),
        max_file_bytes=10,
    )
    assert open_access_limits(changed) == {
        "destinations": ["default", "http://store.local:8333/up"],
        "max_file_bytes": 10,
        "max_concurrent": 64,
        "max_concurrent_per_client": 16,
        "clients_counted": "believed addresses",
        "rate_per_minute": 7,
    }


@pytest.mark.parametrize(("most", "share"), [(1, 4), (16, 4), (64, 16), (100, 25)], ids=str)
def test_share_of_a_client(most: int, share: int) -> None:
    """Where no number is set, a believed address has a quarter of the places, or 4; others have no bound."""
    known = AccessControl(settings(UPLOAD_MAX_CONCURRENT=most))
    for _ in range(share):
        known.admit(known.identify("9.9.9.9", []), [])
        known.admit(known.identify("10.0.0.9", []), [])
    known.admit(known.identify("10.0.0.9", []), [])
    assert refused(lambda: known.admit(known.identify("9.9.9.9", []), [])).entry.code == "too_many_at_once"
    off = AccessControl(settings(UPLOAD_MAX_CONCURRENT_PER_CLIENT=0))
    for _ in range(200):
        off.admit(off.identify("9.9.9.9", []), [])


def test_number_holds_for_every_address() -> None:
    """A number that the operator has set holds for private addresses as well."""
    known = AccessControl(settings(UPLOAD_MAX_CONCURRENT_PER_CLIENT=1))
    known.admit(known.identify("10.0.0.9", []), [])
    assert refused(lambda: known.admit(known.identify("10.0.0.9", []), [])).entry.code == "too_many_at_once"
