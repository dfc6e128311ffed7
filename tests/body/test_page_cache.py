"""What the system has of a file in its memory."""

import os
import sys
from pathlib import Path

import pytest

from upload_service.body import page_cache
from upload_service.body.disk_segments import is_memory_filesystem
from upload_service.body.page_cache import is_in_memory

# More than a folio: the system drops no part of one.
PAGES = 4096
PAGE = os.sysconf("SC_PAGESIZE")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="asks Linux")


@linux_only
def test_what_was_just_written_is_in_memory(tmp_path: Path) -> None:
    """Any stretch of it, wherever it begins and ends."""
    with open(tmp_path / "file", "w+b", buffering=0) as file:
        file.write(bytes(PAGES * PAGE))
        for start in (0, 1, PAGE - 1, PAGE, 5 * PAGE + 7):
            for count in (1, PAGE - 1, PAGE, PAGE + 1, 20 * PAGE):
                assert is_in_memory(file.fileno(), start, count)


@linux_only
def test_one_page_that_is_missing(tmp_path: Path) -> None:
    """A stretch with a page that only the disk has is not in memory; those beside it are."""
    with open(tmp_path / "file", "w+b", buffering=0) as file:
        file.write(bytes(PAGES * PAGE))
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), PAGES // 4 * PAGE, PAGES // 2 * PAGE, os.POSIX_FADV_DONTNEED)
        missing = [not is_in_memory(file.fileno(), index * PAGE, PAGE) for index in range(PAGES)]
        if not missing[PAGES // 2]:
            assert is_memory_filesystem(str(tmp_path))
            return
        first, last = missing.index(True), PAGES - 1 - missing[::-1].index(True)
        assert is_in_memory(file.fileno(), 0, first * PAGE)
        assert not is_in_memory(file.fileno(), 0, first * PAGE + 1)
        assert not is_in_memory(file.fileno(), (last + 1) * PAGE - 1, 2)
        assert is_in_memory(file.fileno(), (last + 1) * PAGE, (PAGES - last - 1) * PAGE)


@linux_only
def test_no_address_space_is_kept(tmp_path: Path) -> None:
    """However often it is asked, nothing stays mapped."""
    maps = Path("/proc/self/maps")
    with open(tmp_path / "file", "w+b", buffering=0) as file:
        file.write(bytes(PAGES * PAGE))
        for _ in range(100):
            assert is_in_memory(file.fileno(), 0, PAGES * PAGE)
    assert str(tmp_path) not in maps.read_text()


def test_file_that_cannot_be_asked_about() -> None:
    """It does not count as in memory."""
    reading, writing = os.pipe()
    assert not is_in_memory(reading, 0, 1)
    os.close(reading)
    os.close(writing)


def test_system_without_these_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing counts as in memory there."""
    monkeypatch.setattr("upload_service.body.page_cache.sys.platform", "darwin")
    page_cache._library.cache_clear()
    with open(tmp_path / "file", "w+b", buffering=0) as file:
        file.write(b"x")
        assert not is_in_memory(file.fileno(), 0, 1)
    page_cache._library.cache_clear()
