"""Who calls, judged without a network: tokens, chains of proxies, rates, and how many at once."""

import hmac
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import throttled.utils

from tests.support.transcript import TRANSCRIPT
from upload_service.clients.bearer_tokens import authenticate, token_digest
from upload_service.clients.client_address import parse_address, rate_limit_key
from upload_service.errors.upload_error import UploadError
from upload_service.server import access_control
from upload_service.server.access_control import AccessControl, open_access_limits
from upload_service.server.rate_limit import RateLimiter
from upload_service.settings.environment import SettingError
from upload_service.settings.settings import Settings


def secret(mark: str) -> str:
    """A token of the tests; it and its first half are secrets of the run."""
    text = f"{mark}-Zq9!x%7\"'" * 6
    TRANSCRIPT.secrets.update({text, text[: len(text) // 2]})
    return text


ONE, TWO, THREE = secret("first"), secret("second"), secret("third")


def settings(**variables: object) -> Settings:
    """Settings with these variables."""
    return Settings.from_environment({name: str(value) for name, value in variables.items()})


def refused(act: Callable[[], object]) -> UploadError:
    """The failure that this ends with."""
    with pytest.raises(UploadError) as caught:
        act()
    return caught.value


# Tokens, as the operator writes them.


def test_tokens_have_names() -> None:
    """A token is named in the setting, or by its position; a name may have two, for rotation."""
    found = settings(UPLOAD_API_TOKENS=f"app:{ONE}, {TWO},app:{THREE}").api_tokens
    assert [token.name for token in found] == ["app", "token-2", "app"]
    assert [authenticate(found, [f"Bearer {text}"]) for text in (ONE, TWO, THREE)] == [
        "app",
        "token-2",
        "app",
    ]


def test_tokens_in_a_file(tmp_path: Path) -> None:
    """A file holds one token a line, without blank lines and comments, whatever its line ends."""
    path = tmp_path / "tokens"
    path.write_bytes(f"\ufeff# of the app\r\napp:{ONE}\r\n\r\n  {TWO}  \n#{THREE}".encode())
    found = settings(UPLOAD_API_TOKENS=f"@{path}").api_tokens
    assert [token.name for token in found] == ["app", "token-2"]
    assert authenticate(found, [f"Bearer {TWO}"]) == "token-2"
    assert authenticate(found, [f"Bearer {THREE}"]) is None


def test_unset_means_no_tokens() -> None:
    """Without the setting, or with an empty one, there are none."""
    assert settings().api_tokens == settings(UPLOAD_API_TOKENS=" ").api_tokens == ()


SHORT = "s3cretly-short-by-one-character"


@pytest.mark.parametrize(
    "value",
    [
        SHORT,
        f"{ONE},{SHORT}",
        f"app:{SHORT}",
        f"{ONE},",
        f",{ONE}",
        f"{ONE},app:{ONE}",
        f"app:{ONE},app:{ONE}",
        f"my app:{ONE}",
        f":{ONE}",
        f"{'n' * 33}:{ONE}",
        f"{ONE[:20]} {ONE[20:]}",
        f"{ONE}\t{ONE}",
        f"{ONE}\x7f",
        f"{ONE}é",
        f"{ONE}\n{TWO}",
        "@",
        "@/no/such/file",
        "@/",
        "@/dev/null",
    ],
    ids=repr,
)
def test_unusable_tokens_are_refused(value: str) -> None:
    """What cannot be a token is refused in one line that quotes nothing of it."""
    with pytest.raises(SettingError) as caught:
        settings(UPLOAD_API_TOKENS=value)
    said = str(caught.value)
    assert said.startswith("UPLOAD_API_TOKENS must ")
    assert "\n" not in said
    assert not [part for part in (ONE[:8], SHORT[:8], "/no/such", "my app", "nnn") if part in said]
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    "content", [b"", b"# nothing\n\n", b"\xff\xfe" + b"x" * 64, SHORT.encode(), f"{ONE}\n{ONE}".encode()]
)
def test_unusable_file_is_refused(tmp_path: Path, content: bytes) -> None:
    """A file without a token, or with one that cannot be, is refused: it does not open the service to all."""
    path = tmp_path / "tokens"
    path.write_bytes(content)
    with pytest.raises(SettingError) as caught:
        settings(UPLOAD_API_TOKENS=f"@{path}")
    assert not [part for part in (str(path), ONE[:8], SHORT[:8], "xff") if part in str(caught.value)]


def test_no_repr_shows_a_token() -> None:
    """Neither a token nor its digest is in any repr; names are."""
    whole = settings(UPLOAD_API_TOKENS=f"app:{ONE},{TWO}")
    said = repr((whole, whole.api_tokens, AccessControl(whole), vars(AccessControl(whole))))
    assert "app" in said
    assert "token-2" in said
    digests = [part for text in (ONE, TWO) for part in (token_digest(text).hex(), repr(token_digest(text)))]
    assert not [part for part in (ONE[:8], TWO[:8], *digests) if part in said]


# Tokens, as callers send them.


@pytest.mark.parametrize(
    ("lines", "owner"),
    [
        ([f"Bearer {ONE}"], "app"),
        ([f"bearer {ONE}"], "app"),
        ([f"BEARER   {ONE}"], "app"),
        ([f"Bearer {TWO}"], "token-2"),
        ([], None),
        ([""], None),
        (["Bearer"], None),
        (["Bearer "], None),
        ([ONE], None),
        ([f"Bearer{ONE}"], None),
        ([f"Basic {ONE}"], None),
        ([f"Token {ONE}"], None),
        ([f"Bearer\t{ONE}"], None),
        ([f"Bearer app:{ONE}"], None),
        ([f"Bearer {ONE[:-1]}"], None),
        ([f"Bearer {ONE}x"], None),
        ([f"Bearer {ONE} x"], None),
        ([f"Bearer {ONE.upper()}"], None),
        ([f"Bearer {ONE},{TWO}"], None),
        ([f"Bearer {THREE}"], None),
        (["Bearer \udcff\udcfe\x00é"], None),
        ([f"Bearer {ONE}", f"Bearer {ONE}"], None),
        ([f"Bearer {ONE}", "Basic eA=="], None),
        (["", f"Bearer {ONE}"], None),
    ],
    ids=ascii,
)
def test_whose_token(lines: list[str], owner: str | None) -> None:
    """Only one Authorization line with the scheme Bearer, in any case, and a whole token has an owner."""
    found = settings(UPLOAD_API_TOKENS=f"app:{ONE},{TWO}").api_tokens
    assert authenticate(found, lines) == owner


@pytest.mark.parametrize("sent", [ONE, TWO, THREE, "x" * 40], ids=["first", "second", "third", "none"])
def test_every_token_is_compared(monkeypatch: pytest.MonkeyPatch, sent: str) -> None:
    """Whichever comes, all tokens are compared with it, by digests of one length, in constant time."""
    compared: list[tuple[bytes, bytes]] = []
    whole = hmac.compare_digest

    def spy(theirs: bytes, ours: bytes) -> bool:
        compared.append((theirs, ours))
        return whole(theirs, ours)

    found = settings(UPLOAD_API_TOKENS=f"{ONE},{TWO},{THREE}").api_tokens
    monkeypatch.setattr(hmac, "compare_digest", spy)
    authenticate(found, [f"Bearer {sent}"])
    assert compared == [(token_digest(sent), token.digest) for token in found]
    assert {len(each) for pair in compared for each in pair} == {32}


# Addresses.


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1.2.3.4", "1.2.3.4"),
        ("1.2.3.4:5678", "1.2.3.4"),
        ("::1", "::1"),
        ("[::1]", "::1"),
        ("[::1]:80", "::1"),
        ("2001:DB8::1", "2001:db8::1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("[::ffff:a00:1]:443", "10.0.0.1"),
        ("fe80::1%eth0", "fe80::1"),
        ("", None),
        ("unknown", None),
        ("_hidden", None),
        ("1.2.3", None),
        ("1.2.3.04", None),
        ("1.2.3.256", None),
        ("16909060", None),
        ("1.2.3.4:", None),
        ("1.2.3.4:http", None),
        ("1.2.3.4:\u0661", None),
        ("1.2.3.4 ", None),
        ("[1.2.3.4]:80", None),
        ("[::1", None),
        ("[::1]80", None),
        ("[]", None),
        ('"[::1]"', None),
        ("for=1.2.3.4", None),
        ("localhost", None),
        ("fe80::1%" + "x" * 1000, None),
    ],
)
def test_reading_an_address(text: str, found: str | None) -> None:
    """Addresses are read with or without a port, IPv4 inside IPv6 as IPv4, zones left out."""
    read = parse_address(text)
    assert (read and str(read)) == found


TRUSTED = "10.0.0.0/8,fd00::/8,192.0.2.7"
CHAINS: list[tuple[str | None, list[str], str | None]] = [
    # Not through a trusted proxy: whatever the header says, the peer is it.
    ("203.0.113.9", [], "203.0.113.9"),
    ("203.0.113.9", ["1.1.1.1"], "203.0.113.9"),
    ("203.0.113.9", ["1.1.1.1, 10.0.0.1"], "203.0.113.9"),
    ("::ffff:203.0.113.9", ["1.1.1.1"], "203.0.113.9"),
    ("192.0.2.8", ["1.1.1.1"], "192.0.2.8"),
    # Through one or several.
    ("10.0.0.1", ["1.1.1.1"], "1.1.1.1"),
    ("::ffff:10.0.0.1", ["1.1.1.1"], "1.1.1.1"),
    ("fd00::1", ["2001:db8::5"], "2001:db8::5"),
    ("192.0.2.7", ["1.1.1.1"], "1.1.1.1"),
    ("10.0.0.1", ["1.1.1.1, 10.0.0.3, 10.0.0.2"], "1.1.1.1"),
    ("10.0.0.1", ["1.1.1.1:4711, [fd00::7]:80, ::ffff:10.0.0.2"], "1.1.1.1"),
    ("10.0.0.1", ["[2001:db8::5]:4711"], "2001:db8::5"),
    # What the client has written itself stands left of what the proxy saw.
    ("10.0.0.1", ["9.9.9.9, 1.1.1.1"], "1.1.1.1"),
    ("10.0.0.1", ["10.0.0.9, 1.1.1.1"], "1.1.1.1"),
    ("10.0.0.1", ["evil, 1.1.1.1"], "1.1.1.1"),
    # Several header lines are one list.
    ("10.0.0.1", ["9.9.9.9", "1.1.1.1"], "1.1.1.1"),
    ("10.0.0.1", ["9.9.9.9, 1.1.1.1", "10.0.0.2"], "1.1.1.1"),
    # Only proxies: the leftmost.
    ("10.0.0.1", [], "10.0.0.1"),
    ("10.0.0.1", [""], "10.0.0.1"),
    ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
    ("10.0.0.1", [" ,, 1.1.1.1 ,, ", ","], "1.1.1.1"),
    # An entry that is no address hides who stands behind it.
    ("10.0.0.1", ["1.1.1.1, unknown"], "10.0.0.1"),
    ("10.0.0.1", ["1.1.1.1, 1.2.3.4.5, 10.0.0.2"], "10.0.0.2"),
    ("10.0.0.1", ["1.1.1.1;2.2.2.2"], "10.0.0.1"),
    # No address at all: nothing vouches for the header.
    (None, ["1.1.1.1"], None),
    ("", ["1.1.1.1"], None),
    ("/run/upload.sock", ["1.1.1.1"], None),
]


@pytest.mark.parametrize(("peer", "lines", "client"), CHAINS)
def test_chains_of_proxies(peer: str | None, lines: list[str], client: str | None) -> None:
    """The client is the first address from the right that is no trusted proxy's; forged ones do nothing."""
    known = AccessControl(settings(UPLOAD_TRUSTED_PROXIES=TRUSTED))
    for _ in range(2):  # found out, and remembered
        assert known.identify(peer, lines).address == client


@pytest.mark.parametrize("peer", ["203.0.113.9", "10.0.0.1", "fd00::1", None])
def test_nobody_is_trusted_by_default(peer: str | None) -> None:
    """Without the setting, no X-Forwarded-For is read."""
    assert AccessControl(settings()).identify(peer, ["1.1.1.1"]).address == peer


def test_long_chains() -> None:
    """A long header costs no memory afterwards, and is followed past 32 proxies only."""
    known = AccessControl(settings(UPLOAD_TRUSTED_PROXIES="10.0.0.0/8"))
    tracemalloc.start()
    for number in range(300):
        line = "9.9.9.9, " * 900 + f"1.1.1.{number % 256}, 10.0.0.2"
        assert known.identify("10.0.0.1", [line]).address == f"1.1.1.{number % 256}"
    left, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert left < 300_000
    assert known.identify("10.0.0.1", ["1.1.1.1" + ", 10.0.0.2" * 31]).address == "1.1.1.1"
    assert known.identify("10.0.0.1", ["1.1.1.1" + ", 10.0.0.2" * 32]).address == "10.0.0.2"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("10.0.0.0/8", ["10.0.0.0/8"]),
        ("10.0.0.1", ["10.0.0.1/32"]),
        ("10.0.0.0/8 , fd00::/8", ["10.0.0.0/8", "fd00::/8"]),
        ("::ffff:10.0.0.0/104", ["10.0.0.0/8"]),
        ("::1", ["::1/128"]),
        ("10.0.0.0/255.0.0.0", ["10.0.0.0/8"]),
    ],
)
def test_networks_are_read(text: str, found: list[str]) -> None:
    """Networks and single addresses of both kinds are understood."""
    read = settings(UPLOAD_TRUSTED_PROXIES=text).trusted_proxies
    assert read == tuple(ip_network(each) for each in found)


@pytest.mark.parametrize(
    "text",
    [
        ",", "10.0.0.0/8,", "10.0.0.1/8", "10.0.0.0/33", "proxy.local", "10.*", "0.0.0.0/0", "::/0",
        "::ffff:0.0.0.0/96", "10.0.0.0/8;fd00::/8", "10.0.0.0 - 10.0.0.9",
    ],
)  # fmt: skip
def test_unusable_networks_are_refused(text: str) -> None:
    """What is no network, or is every address there is, is refused without a quotation."""
    with pytest.raises(SettingError) as caught:
        settings(UPLOAD_TRUSTED_PROXIES=text)
    assert str(caught.value).startswith("UPLOAD_TRUSTED_PROXIES must ")
    assert text == "," or text not in str(caught.value)


@pytest.mark.parametrize("name", ["UPLOAD_RATE_PER_MINUTE", "UPLOAD_MAX_CONCURRENT_PER_CLIENT"])
@pytest.mark.parametrize("text", ["", "-1", "1.5", "many", "9999999"])
def test_unusable_limits_are_refused(name: str, text: str) -> None:
    """A limit is a whole number."""
    with pytest.raises(SettingError, match=f"^{name} must be a whole number from 0 to "):
        settings(**{name: text})


def test_ipv6_counts_by_customer() -> None:
    """IPv6 addresses of one /64 count as one; IPv4 addresses count alone; those without count together."""
    group = [
        rate_limit_key(None if text is None else ip_address(text))
        for text in ("2001:db8::1", "2001:db8::ffff:1:2", "2001:db8:0:1::1", "1.2.3.4", "1.2.3.5", None)
    ]
    assert group[0] == group[1]
    assert len(set(group)) == 5
    known = AccessControl(settings())
    assert known.identify(None, []).rate_limit_key == known.identify("", []).rate_limit_key


# Rates.


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of the library that counts; tests move it."""
    now = [1000.0]

    def read() -> float:
        now[0] += 1e-6  # no two requests come at once
        return now[0]

    monkeypatch.setattr(throttled.utils, "now_mono_f", read)
    return now


@pytest.mark.parametrize("per_minute", [1, 3, 7, 60, 1000])
def test_rate(clock: list[float], per_minute: int) -> None:
    """So many go on at once, one more when the told seconds have passed, and as many in every minute."""
    rate = RateLimiter(per_minute)
    assert [rate.wait_seconds("a") for _ in range(per_minute)] == [None] * per_minute
    wait = rate.wait_seconds("a")
    assert wait is not None
    assert wait == pytest.approx(60 / per_minute, abs=0.01)
    assert rate.wait_seconds("a") == pytest.approx(wait, abs=0.001)  # those that are refused do not count
    assert rate.wait_seconds("b") is None
    clock[0] += wait * 0.99
    assert rate.wait_seconds("a")
    clock[0] += wait * 0.01
    assert rate.wait_seconds("a") is None
    assert rate.wait_seconds("a")
    clock[0] += 60.1
    assert [rate.wait_seconds("a") for _ in range(per_minute)] == [None] * per_minute


def test_rate_forgets_the_most_silent(clock: list[float]) -> None:
    """Past the most callers that are kept, the one that was silent longest begins anew; others do not."""
    rate = RateLimiter(1, max_clients=3)
    for name in "abc":
        assert rate.wait_seconds(name) is None
        clock[0] += 1
    assert rate.wait_seconds("a")  # spoke last now
    assert rate.wait_seconds("d") is None
    assert rate.wait_seconds("a")
    assert rate.wait_seconds("c")
    assert rate.wait_seconds("b") is None


def test_rate_has_bounded_memory() -> None:
    """Three times as many addresses as are kept take no more memory than as many as are kept."""
    rate, most = RateLimiter(10, max_clients=2000), 2000
    sizes = []
    tracemalloc.start()
    for turn in range(4):
        for number in range(most):
            rate.wait_seconds(f"10.{turn}.{number >> 8}.{number & 255}")
        sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert sizes[3] < sizes[0] * 1.5
    assert sizes[3] < most * 700


# All together.


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
        ([], access_control.CHALLENGE),
        (["Basic eA=="], access_control.CHALLENGE),
        (["Bearer"], access_control.CHALLENGE),
        ([f"Bearer {TWO}"], access_control.CHALLENGE_WRONG),
        ([f"Bearer {ONE}", f"Bearer {ONE}"], access_control.CHALLENGE_WRONG),
        (["Basic eA==", f"Bearer {ONE}"], access_control.CHALLENGE_WRONG),
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
    """Whoever leaves gives back its own place and no other, and nothing is kept of who has left."""
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
    """Another address of the same /64 finds its place taken."""
    known = AccessControl(settings(UPLOAD_MAX_CONCURRENT_PER_CLIENT=1))
    known.admit(known.identify("2001:db8::1", []), [])
    other = known.identify("2001:db8::2", [])
    assert refused(lambda: known.admit(other, [])).entry.code == "too_many_at_once"


def test_bounds_for_anybody() -> None:
    """What is logged without tokens names the destinations and the bounds."""
    changed = replace(
        settings(UPLOAD_DESTINATIONS="default,http://store.local:8333/up/", UPLOAD_RATE_PER_MINUTE=7),
        max_file_bytes=10,
    )
    assert open_access_limits(changed) == {
        "destinations": ["default", "http://store.local:8333/up"],
        "max_file_bytes": 10,
        "max_concurrent": 64,
        "max_concurrent_per_client": 0,
        "rate_per_minute": 7,
    }
