"""URLs that were escaped on their way: the refusal names the escape, and never a value."""

import time

import pytest

from tests.presigned.judged_urls import V4, judged, reason
from upload_service.presigned.escaped_text import name_escape

URL = f"https://s3.amazonaws.com/b/k.png?{V4}"
HTML = "has &amp; in the place of &, as HTML writes it"
JSON = "has \\u0026 or the like in it, as JSON writes it"
SLASH = "has \\/ in the place of /, as JSON writes it"
QUOTES = "has quotation marks in it or around it"


@pytest.mark.parametrize(
    ("url", "named"),
    [
        (URL.replace("&", "&amp;"), HTML),
        (URL.replace("&", "&AMP;", 1), HTML),
        (URL.replace("&", "&#38;"), HTML),
        (URL.replace("&", "&#x26;"), HTML),
        (URL.replace("&", "\\u0026"), JSON),
        (URL.replace("=", "\\u003d"), JSON),
        (URL.replace("/", "\\/"), SLASH),
        (URL.replace("/", "\\/").replace("&", "\\u0026"), JSON),
        (f'"{URL}"', QUOTES),
        (f'"{URL}', QUOTES),
        (f"'{URL}'", QUOTES),
        (f"`{URL}`", QUOTES),
        (f"%22{URL}%22", QUOTES),
        (f"&quot;{URL}&quot;", QUOTES),
        (f"<{URL}>", "has angle brackets around it"),
        (URL.replace(":", "%3A").replace("/", "%2F"), "is percent-encoded as a whole"),
        (URL.replace("&", "\\&"), "has a backslash in it, as a shell writes it before special characters"),
    ],
)
def test_escape_is_named(url: str, named: str) -> None:
    """What an escape did to a presigned URL is said, instead of a signature or a host that is wrong."""
    said = reason(url)
    assert said == f"The URL in uploadUrl {named}."
    assert "5ec2e7" not in said


@pytest.mark.parametrize(
    "url",
    [
        URL,
        f"https://s3.amazonaws.com/b/it's%20'a'.png?{V4}",
        f"https://s3.amazonaws.com/b/a&amp;b.png?{V4}",
        f"{URL}&x-amz-meta-a=attachment%3B%20filename%3D%22a.png%22",
        f"{URL}&x=%26amp%3B&amplitude=1",
    ],
)
def test_what_is_no_escape(url: str) -> None:
    """What a signer may leave in a path or a query is not taken for an escape."""
    assert name_escape(url) is None
    assert str(judged(url).url) == url


def took(text: str) -> float:
    """Seconds of this thread; the least of three runs."""
    times = []
    for _ in range(3):
        began = time.thread_time()
        assert name_escape(text) is None
        times.append(time.thread_time() - began)
    return min(times)


@pytest.mark.parametrize("repeated", ["?", "?&", "?&#000", "&#0", "?&a", "%22"])
def test_time_is_linear(repeated: str) -> None:
    """Forty times the text takes nowhere near sixteen hundred times as long: all others wait meanwhile."""
    short, long = (f"https://s3.amazonaws.com/b/k{repeated * count};" for count in (1_000, 40_000))
    assert took(long) < 200 * max(took(short), 0.0002)
