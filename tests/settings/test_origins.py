"""UPLOAD_CORS_ORIGINS: which origins may be written, what becomes of them, and what a wrong one is told."""

import pytest

from upload_service.settings.environment import SettingError
from upload_service.settings.origins import is_listed
from upload_service.settings.settings import Settings

UUID = "a1b2c3d4-0000-4abc-8def-0123456789ab"


def origins(text: str) -> tuple[str, ...]:
    """What the setting comes to."""
    return Settings.from_environment({"UPLOAD_CORS_ORIGINS": text}).cors_origins


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("https://app.example.com", "https://app.example.com"),
        ("HTTPS://App.Example.com", "https://app.example.com"),
        ("https://app.example.com:443", "https://app.example.com"),
        ("http://app.example.com:80", "http://app.example.com"),
        ("https://app.example.com:80", "https://app.example.com:80"),
        ("http://localhost:3000", "http://localhost:3000"),
        ("http://localhost:03000", "http://localhost:3000"),
        ("http://my_host.local", "http://my_host.local"),
        ("https://app.example.com.", "https://app.example.com."),
        ("https://xn--mnchen-3ya.example", "https://xn--mnchen-3ya.example"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("http://[0:0:0:0:0:0:0:1]:80", "http://[::1]"),
        ("http://[FE80::A]", "http://[fe80::a]"),
        ("http://[::ffff:127.0.0.1]", "http://[::ffff:7f00:1]"),
        ("capacitor://localhost", "capacitor://localhost"),
        ("ionic://localhost", "ionic://localhost"),
        ("tauri://localhost", "tauri://localhost"),
        ("app://obsidian.md", "app://obsidian.md"),
        ("app://-", "app://-"),
        ("wails://wails.localhost:34115", "wails://wails.localhost:34115"),
        ("tauri://localhost:443", "tauri://localhost:443"),
        ("chrome-extension://abcdefghijklmnop", "chrome-extension://abcdefghijklmnop"),
        (f"moz-extension://{UUID}", f"moz-extension://{UUID}"),
        (f"safari-web-extension://{UUID.upper()}", f"safari-web-extension://{UUID}"),
    ],
)
def test_origin_is_kept_as_browsers_send_it(written: str, sent: str) -> None:
    """Any scheme with a host may be written, and is kept as browsers write it."""
    assert origins(f" {written} , https://other.example") == (sent, "https://other.example")


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        ("https://app.example.com/", "without a slash at the end"),
        ("https://app.example.com/login", "without a path"),
        ("https://app.example.com?a=b", "without a path"),
        ("https://app.example.com#a", "without a path"),
        ("capacitor://localhost/", "without a slash at the end"),
        ("https://user:hunter2@app.example.com", "without a user name"),
        ("null", "any page can make its browser send"),
        ("NULL", "any page can make its browser send"),
        ("https://*.example.com", "must be * alone"),
        ("*,https://app.example.com", "must be * alone"),
        ("https://münchen.example", "xn--"),
        ("app.example.com", "with a scheme and a host"),
        ("localhost:3000", "with a scheme and a host"),
        ("//app.example.com", "with a scheme and a host"),
        ("https://", "with a scheme and a host"),
        ("https:///x", "without a path"),
        ("file:///srv/page.html", "send null"),
        ("file://localhost", "send null"),
        ("data:text/html,x", "send null"),
        ("wss://app.example.com", "https://"),
        ("https://app.example.com:0", "ports from 1 to 65535"),
        ("https://app.example.com:65536", "ports from 1 to 65535"),
        ("https://app.example.com:", "must be *, off, or origins"),
        ("https://app.example.com:https", "must be *, off, or origins"),
        ("http://127.1", "in four parts"),
        ("http://0x7f000001", "in four parts"),
        ("http://[::1", "must be *, off, or origins"),
        ("http://[1:2]", "in square brackets"),
        ("http://[fe80::1%25eth0]", "must be *, off, or origins"),
        ("http://a%41.example", "must be *, off, or origins"),
        ("https://a.example https://b.example", "without a path"),
        ("https://a b.example", "must be *, off, or origins"),
        ("", "with a scheme and a host"),
        ("https://app.example.com,", "with a scheme and a host"),
        ("off,https://app.example.com", "with a scheme and a host"),
    ],
)
def test_origin_that_no_browser_sends(written: str, advice: str) -> None:
    """An entry that could never match ends the start with one line that says what to write, and no value."""
    with pytest.raises(SettingError) as refused:
        origins(written)
    line = str(refused.value)
    assert line.startswith("UPLOAD_CORS_ORIGINS must ")
    assert advice in line
    assert "\n" not in line
    assert "hunter2" not in line
    assert len(line) < 160


def test_words() -> None:
    """`*` and `off` stand alone."""
    assert origins("*") == ("*",)
    assert origins("off") == ()


@pytest.mark.parametrize(
    ("origin", "listed"),
    [
        ("https://app.example.com", True),
        ("https://APP.example.com", False),
        ("HTTPS://app.example.com", False),
        ("https://app.example.com:443", False),
        ("https://app.example.com.evil.example", False),
        ("http://app.example.com", False),
        ("capacitor://localhost", True),
        ("capacitor://localhost:1", False),
        ("capacitor://localhost.evil.example", False),
        ("CAPACITOR://LOCALHOST", True),
        (f"safari-web-extension://{UUID.upper()}", True),
        ("null", False),
        ("", False),
        ("*", False),
    ],
)
def test_which_origin_is_listed(origin: str, listed: bool) -> None:
    """An origin of the web is compared as it is; of an app's, which may have capitals, case is ignored."""
    setting = origins(f"https://app.example.com,capacitor://localhost,safari-web-extension://{UUID}")
    assert is_listed(origin, setting) is listed
