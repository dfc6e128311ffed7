"""docs/examples/python_parts.py where it must not simply go on: another file, another visitor, a pause."""

import asyncio
import json
import os
import sys

import pytest

from tests.support.examples import running_examples
from tests.support.examples.running_examples import FOLDER
from tests.system.upload_in_parts.calls import MIB, PART_BYTES, Large
from tests.system.upload_in_parts.conftest import Answering, Setting
from tests.system.upload_in_parts.test_python_parts import killed_after_two, large, notes, program, run

__all__ = ["large", "program"]


@pytest.mark.asyncio
async def test_other_file_of_the_same_date(program: list[str], setting: Setting, large: Large) -> None:
    """A file of the same size, date, beginning and end, with other bytes in between, is another file."""
    await killed_after_two(program, setting, large)
    content = bytearray(large.content)
    content[PART_BYTES + 1] ^= 1
    dated = large.path.stat().st_mtime_ns
    other = large.rewritten(bytes(content))
    os.utime(large.path, ns=(dated, dated))
    assert run(program, setting, other).returncode == 0
    assert setting.stored() == [other.content]


@pytest.mark.asyncio
@pytest.mark.parametrize("option", [[], ["--abandon"]])
async def test_upload_of_another_visitor(
    program: list[str], setting: Setting, large: Large, option: list[str]
) -> None:
    """An upload that the back end takes for another's is no dead end: the file is sent anew, or forgotten."""
    await killed_after_two(program, setting, large)
    kept = notes(large)
    place = large.path.with_name("large.bin.parts.json")
    place.write_text(json.dumps(kept | {"cookies": {"visitor": "another"}}))
    done = run(program, setting, large, *option)
    assert done.returncode == 0, done.stderr
    assert notes(large) == {}
    assert setting.stored() == ([] if option else [large.content])


@pytest.mark.asyncio
async def test_pause_that_is_asked_for(
    program: list[str], setting: Setting, large: Large, answering: Answering
) -> None:
    """Retry-After is kept to; one of hours ends the program, which goes on when it is called again."""
    busy = {"success": False, "code": "too_busy", "detail": "Busy.", "retryable": True}
    url, asked = await answering(503, busy, {"Retry-After": "86400"})
    words = ("", setting.service.url, url, str(large.path))
    done = await asyncio.to_thread(running_examples.run, program, *words)
    assert (done.returncode, len(asked)) == (1, 1), done.stderr
    url, asked = await answering(503, busy, {"Retry-After": "1"})
    small = large.rewritten(b"a small file")
    words = ("", url, setting.back_end, str(small.path))
    done = await asyncio.to_thread(running_examples.run, program, *words)
    assert (done.stderr, len(asked)) == ("not stored: too_busy: Busy.\n", 6)
    assert asked[-1] - asked[0] > 5  # five pauses


@pytest.mark.asyncio
async def test_store_without_etags(
    program: list[str], setting: Setting, large: Large, answering: Answering
) -> None:
    """Nothing can be made of parts without ETags, and that is said."""
    url, _ = await answering(200, {"success": True, "stored": True, "file_size": 5 << 20}, {})
    words = ("", url, setting.back_end, str(large.path))
    done = await asyncio.to_thread(running_examples.run, program, *words)
    assert (
        done.stderr == "not stored: no_etag: the store gave no ETag for a part, and makes no object without\n"
    )


def test_no_more_than_10_000_parts() -> None:
    """Also of a file that has a few bytes too many for parts of the usual size."""
    sizes = [10_000 * 16 * MIB + beyond for beyond in (0, 1, 9_999, 10_000)]
    script = f"import python_parts; print([len(python_parts.parts_of(size)) for size in {sizes}])"
    path = f"import sys; sys.path[0] = {str(FOLDER)!r}"
    done = running_examples.run([sys.executable, "-c", f"{path}; {script}"], "")
    assert json.loads(done.stdout) == [10_000, 9_412, 9_412, 9_412], done.stderr
