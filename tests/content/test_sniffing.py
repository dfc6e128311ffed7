"""What files look like by their first bytes, and how that is decided while they arrive."""

import re
import subprocess
import sys
import time

import pytest
import sigtype
from hypothesis import given
from hypothesis import strategies as st

from tests.content.head_rows import HEADS
from tests.content.samples import GIF, HTML, PNG, STARTS, listed
from upload_service.content.allowed_types import Sniffer
from upload_service.content.content_type import parse_media_type
from upload_service.content.sniffing import HEAD_BYTES, sniff_type
from upload_service.errors.upload_error import UploadError


def sniffing(claim: str) -> Sniffer:
    """The judge of a file that claims to be `claim`, where images are allowed."""
    return Sniffer(listed("image/*"), [parse_media_type(claim)])


@pytest.mark.parametrize(("head", "seen"), HEADS)
def test_what_files_look_like(head: bytes, seen: str | None) -> None:
    """Each head is recognised as its type, and an unknown one as none."""
    assert sniff_type(head) == seen
    if head and seen != "application/pdf":  # with a whole window, too
        assert sniff_type((head + bytes(HEAD_BYTES))[:HEAD_BYTES]) in (seen, None)


@pytest.mark.parametrize("size", [1, 7, 4096, 100_000])
def test_head_is_gathered(size: int) -> None:
    """With chunks of any size, the file is judged when its first 8 KiB have arrived, and not before."""
    content = (PNG + bytes(100_000))[:100_000]
    sniffer = sniffing("image/png")
    for at in range(0, len(content), size):
        assert sniffer.is_allowed == (at >= HEAD_BYTES)
        sniffer.feed(content[at : at + size])
    assert sniffer.is_allowed


def test_short_file_is_judged_at_its_end() -> None:
    """A file of less than 8 KiB is judged when no more comes."""
    sniffer = sniffing("image/png")
    sniffer.feed(HTML)
    assert not sniffer.is_allowed
    with pytest.raises(UploadError):
        sniffer.finish()
    assert not sniffer.is_allowed


def test_a_claim_of_the_form_counts_whenever_it_comes() -> None:
    """A type that replaces the part's own is judged like it, before the head is known and after."""
    late = sniffing("image/gif")
    late.feed(GIF + bytes(HEAD_BYTES))
    with pytest.raises(UploadError, match="type_mismatch"):
        late.add_claims([parse_media_type("text/html")])
    early = sniffing("image/gif")
    early.add_claims([parse_media_type("text/html")])
    with pytest.raises(UploadError, match="type_mismatch"):
        early.feed(GIF + bytes(HEAD_BYTES))


def test_head_is_what_the_library_looks_at() -> None:
    """The head is exactly as long as the library's window; it takes a shorter head for a whole file."""
    assert HEAD_BYTES == sigtype.SIGNATURE_SIZE


@given(
    st.sampled_from(STARTS),
    st.lists(st.binary(max_size=40) | st.sampled_from([b"\0" * 500, b"]", b" " * 50, b"<!--", b"-->"])),
)
def test_no_head_is_too_much(start: bytes, rest: list[bytes]) -> None:
    """Whatever bytes come, the judgement ends with a type or none, and with no other exception."""
    found = sniff_type((start + b"".join(rest))[:HEAD_BYTES])
    assert found is None or re.fullmatch(r"[a-z]+/[a-z0-9.+-]+", found)


@pytest.mark.parametrize(
    "unit",
    [
        b"<!DOCTYPE a [|] ",
        b"<!DOCTYPE a [|]" + b" " * 90,
        b"<!DOCTYPE| ",
        b"|<!DOCTYPE a [",
        b"|<!---->",
        b"|<?a?>",
        b"|<!--",
        b"| ",
        b"| \0",
        b"|a:b\n",
        b"|PK\x03\x04",
        b"|] ",
        b"\x89PNG\r\n\x1a\n|\0",
        b"\xff\xfe|<\0",
        b"\x00\x00\x20\x00ftypmif1|heiX",
        b"\x00\x00\x02\x00ftypmif1|heiX",
        b"ID3\x04|\0",
    ],
)
def test_no_head_is_slow(unit: bytes) -> None:
    """Heads that would make a careless pattern take quadratic time take a few milliseconds."""
    start, _, again = unit.partition(b"|")
    head = (start + again * HEAD_BYTES)[:HEAD_BYTES]
    times = []
    for _ in range(5):
        began = time.thread_time()
        sniff_type(head)
        times.append(time.thread_time() - began)
    assert min(times) < 0.01


def test_library_is_imported_only_with_a_list() -> None:
    """Without the setting, the service starts without the library."""
    code = (
        "import sys\n"
        "from upload_service.server.app import make_app\n"
        "from upload_service.settings.settings import Settings\n"
        "make_app(Settings()); assert 'sigtype' not in sys.modules\n"
        "make_app(Settings.from_environment({'UPLOAD_ALLOWED_TYPES': 'image/*'}))\n"
        "assert 'sigtype' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
