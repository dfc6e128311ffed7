"""Bearer tokens, as the operator writes them and as callers send them."""

import hmac
from pathlib import Path

import pytest

from tests.support.client.tokens import ONE, THREE, TWO, settings
from upload_service.clients.bearer_tokens import authenticate, token_digest
from upload_service.server.access_control import AccessControl
from upload_service.settings.environment import SettingError


def test_tokens_have_names() -> None:
    """A token's name comes from the setting, or is its position. For rotation a name may have two."""
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
    """An unusable token is refused in one line that quotes nothing of it."""
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
    """A file without a token, or with an unusable one, is refused; the service is not left open."""
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
    """A whole token in a single Authorization line with the scheme Bearer, in any case, has an owner."""
    found = settings(UPLOAD_API_TOKENS=f"app:{ONE},{TWO}").api_tokens
    assert authenticate(found, lines) == owner


@pytest.mark.parametrize("sent", [ONE, TWO, THREE, "x" * 40], ids=["first", "second", "third", "none"])
def test_every_token_is_compared(monkeypatch: pytest.MonkeyPatch, sent: str) -> None:
    """Whichever token comes, it is compared with all tokens, by digests of one length, in constant time."""
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
