"""`uploadInParts` in Node where it must not simply go on: another file or visitor, odd answers, an abort."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.support.storage.storage_double import Reply, StorageDouble, answer
from tests.system.upload_in_parts.calls import PART_BYTES, Large
from tests.system.upload_in_parts.conftest import Begin, Setting
from tests.system.upload_in_parts.test_parts import ONCE_EACH, killed_after, large, memory_of, run

pytestmark = pytest.mark.node
__all__ = ["large"]


async def test_other_file_of_the_same_ends(
    begin: Begin, setting: Setting, large: Large, tmp_path: Path
) -> None:
    """A file of the same name, size, date, beginning and end with another middle is another file."""
    await killed_after(begin, setting, large, tmp_path)
    content = bytearray(large.content)
    content[PART_BYTES + 1] ^= 1
    other = large.rewritten(bytes(content))
    outcome = await run(begin, other.path)
    assert outcome["asked"][:2] == ["list", "create"]
    assert setting.store.parts() == ONCE_EACH
    assert setting.stored() == [other.content]


@pytest.mark.parametrize("action", ["upload", "abandon"])
async def test_upload_of_another_visitor(
    begin: Begin, setting: Setting, large: Large, tmp_path: Path, action: str
) -> None:
    """An upload that the back end takes for another's is no dead end: the file is sent anew, or forgotten."""
    await killed_after(begin, setting, large, tmp_path)
    memory = tmp_path / "memory.json"
    memory.write_text(json.dumps(json.loads(memory.read_text()) | {"cookie": "visitor=another"}))
    outcome = await run(begin, large.path, action=action)
    assert "done" in outcome, outcome
    assert memory_of(tmp_path) == {}
    assert setting.store.parts() == (ONCE_EACH if action == "upload" else Counter())


@pytest.mark.parametrize(
    "body", [b"<!doctype html><title>Log in</title>", b"null", b"{}", b'{"upload": 5}', b""]
)
async def test_back_end_that_answers_something_else(
    begin: Begin, large: Large, double: StorageDouble, body: bytes
) -> None:
    """A page to log in, or JSON without what was asked for, is no lost network, and is told once."""
    asked = double.script("odd/create", Reply(answer(200, body)))
    outcome = await run(begin, large.path, backEnd=f"{double.url}odd")
    assert (outcome["known"], outcome["error"].get("code")) == (True, "back_end_refused"), outcome
    assert outcome["error"]["status"] == 200
    assert len(asked) == 1


async def test_pause_that_the_back_end_asks_for(begin: Begin, large: Large, double: StorageDouble) -> None:
    """Retry-After of the back end is kept to; one of hours ends the call."""
    asked = double.script("busy/create", Reply(answer(429, b"{}", "Retry-After: 86400")))
    outcome = await run(begin, large.path, backEnd=f"{double.url}busy")
    assert (outcome["error"]["code"], outcome["error"]["retryAfterSeconds"]) == ("back_end_refused", 86400)
    assert len(asked) == 1


async def test_abort_when_a_pause_begins(begin: Begin, large: Large, double: StorageDouble) -> None:
    """Who aborts when he hears of a pause waits for nothing; a pause of minutes would not end in the test."""
    asked = double.script("busy/create", Reply(answer(429, b"{}")))
    options = {"backEnd": f"{double.url}busy", "firstPauseMs": 400_000, "stopAt": "waiting"}
    outcome = await run(begin, large.path, **options)
    assert outcome["error"]["name"] == "AbortError", outcome
    assert len(asked) == 1


async def test_store_without_etags(begin: Begin, large: Large, double: StorageDouble) -> None:
    """Nothing can be made of parts without ETags, and that is said with the first of them."""
    stored = json.dumps({"success": True, "stored": True, "file_size": PART_BYTES}).encode()
    double.script("none/upload-with-presigned", Reply(answer(200, stored)))
    outcome = await run(begin, large.path, serviceUrl=f"{double.url}none", atOnce=1)
    assert outcome["error"].get("code") == "no_etag", outcome
