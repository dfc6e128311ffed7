"""Which of two media types an Accept header would rather have, and which language Accept-Language."""

import time

import pytest

from upload_service.pages.content_negotiation import (
    MAX_CHARACTERS,
    accepts_gzip,
    named_parameters,
    preferred_language,
    prefers,
    quality,
)

CHROMIUM = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "wants_page"),
    [
        (CHROMIUM, True),
        ("text/html", True),
        ("TEXT/HTML; charset=utf-8", True),
        ("text/*", True),
        ("text/html;q=0.5, application/json;q=0.4", True),
        ("application/json;q=0, */*", True),
        ("*/*;q=0.1, text/html;level=1;q=0.2", True),
        ("", False),
        ("*/*", False),
        ("application/json", False),
        ("application/json, text/html", False),
        ("text/html;q=0.4, application/json;q=0.5", False),
        ("text/html;q=0", False),
        ("text/html;q=0, text/*, */*", False),
        ("text/html;q=2", False),
        ("text/html;q=-1", False),
        ("text/html;q=", False),
        ("text", False),
        ("text/html/x, , ;q=1", False),
        ("application/x-ndjson", False),
    ],
)
def test_prefers_a_page(accept: str, *, wants_page: bool) -> None:
    """A page is preferred when it is asked for by more than JSON is; nonsense asks for nothing."""
    assert prefers(accept, "text/html", "application/json") is wants_page


def test_the_most_specific_range_counts() -> None:
    """The type itself outranks its family, and that outranks everything, in whatever order they stand."""
    accept = "*/*;q=0.1, text/html;q=0.3, text/*;q=0.2"
    assert [quality(accept, each) for each in ("text/html", "text/css", "image/png")] == [0.3, 0.2, 0.1]
    assert quality("text/html;q=0.125", "text/html") == 0.125


@pytest.mark.parametrize(
    ("accept_language", "language"),
    [
        ("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", "ko"),  # Chromium
        ("ko-KR,ko;q=0.8,en-US;q=0.5,en;q=0.3", "ko"),  # Firefox
        ("ko", "ko"),
        ("KO-kr", "ko"),
        ("ko-Kore-KR", "ko"),
        ("ko;q=0.001", "ko"),
        ("fr, ko;q=0.2, en;q=0.1", "ko"),
        ("en;q=0, *", "ko"),
        ("*;q=0.3, ko;q=0.4", "ko"),
        ("ko, en", "ko"),
        ("en;q=0.5, ko_KR, ko;q=0.8", "ko"),
        ("en-GB;q=0.2, ko;q=0.3", "ko"),
        ("", "en"),
        ("*", "en"),
        ("de-DE,de;q=0.9", "en"),
        ("en-US,en;q=0.9,ko;q=0.8", "en"),
        ("en, ko", "en"),
        ("ko;q=0", "en"),
        ("ko;q=0, *", "en"),
        ("ko;q=0.5, *", "en"),
        ("ko;q=0.5, en-GB;q=0.6", "en"),
        ("kok, kor", "en"),
        ("ko_KR", "en"),
        ("ko;q=2", "en"),
        ("ko;q=", "en"),
        ("ko KR, ;, ,ko/kr, -ko", "en"),
        ("\u00a0ko", "en"),
    ],
)
def test_preferred_language(accept_language: str, language: str) -> None:
    """Korean is spoken to those who want it more than English; nonsense asks for nothing."""
    assert preferred_language(accept_language) == language


LONG = "ko;q=0.1," * 6000


def test_a_long_header_costs_no_more_than_its_bound() -> None:
    """A head has room for 64 KiB of ranges. Each costs CPU, so few are looked at."""

    def seconds(header: str) -> float:
        began = time.process_time()
        for _ in range(30):
            preferred_language(header)
            quality(header, "text/html")
            accepts_gzip(header)
            named_parameters(header, "application/x-ndjson")
        return time.process_time() - began

    assert min(seconds(LONG) for _ in range(5)) < 3 * min(seconds(LONG[:MAX_CHARACTERS]) for _ in range(5))


def test_a_range_at_the_bound_is_whole_or_absent() -> None:
    """A range that is cut does not count as another one."""
    begin = "a" * (MAX_CHARACTERS - 3) + ","
    assert preferred_language(f"{begin}ko") == "ko"
    assert preferred_language(f"{begin}ko;q=0") == "en"
    assert preferred_language(f"{begin}kok") == "en"
    assert preferred_language(f"{begin}ko,en;q=0.1") == "ko"
