"""`uploadInParts` in Node, against a real store: what is sent, sent again, and never completed."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.support.examples.running_examples import until
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Reply, StorageDouble, answer
from tests.system.upload_in_parts.calls import PART_BYTES, Large, large_in
from tests.system.upload_in_parts.conftest import Begin, Setting

pytestmark = pytest.mark.node
ONCE_EACH = Counter({1: 1, 2: 1, 3: 1, 4: 1})


@pytest.fixture
def large(tmp_path: Path) -> Large:
    """A file of four parts."""
    return large_in(tmp_path)


def memory_of(folder: Path) -> dict[str, Any]:
    """What is remembered of the only upload; empty when nothing is."""
    kept = json.loads((folder / "memory.json").read_text())
    found = [value for key, value in kept.items() if key.startswith("upload-in-parts")]
    return dict(json.loads(found[0])) if found else {}


async def run(begin: Begin, path: Path, **options: Any) -> dict[str, Any]:
    """The outcome of a call."""
    async with begin(path, **options) as call:
        return await call.outcome()


async def remembered(folder: Path, parts: int) -> None:
    """Wait until so many parts are."""
    await until(
        lambda: (folder / "memory.json").exists() and len(memory_of(folder).get("parts", [])) == parts
    )


async def killed_after(begin: Begin, setting: Setting, large: Large, folder: Path, parts: int = 2) -> None:
    """Begin, and kill the process when so many parts are remembered; the others wait at the store."""
    others = range(parts + 1, 5)
    gate = setting.hold(*others)
    async with begin(large.path) as call:
        await remembered(folder, parts)
        await until(lambda: setting.held.issuperset(others))
        await call.kill()
    gate.set()
    setting.store.refuse = lambda _: None
    setting.store.asked.clear()


async def test_whole_file(begin: Begin, setting: Setting, large: Large, tmp_path: Path) -> None:
    """The object is the file, each part went once, progress never fell, and nothing is remembered."""
    outcome = await run(begin, large.path)
    assert outcome["done"]["size"] == large.size
    assert setting.stored() == [large.content]
    assert setting.store.parts() == ONCE_EACH
    sent = [event["sent"] for event in outcome["told"]]
    assert sent == sorted(sent)
    assert (sent[0], sent[-1]) == (0, large.size)
    assert [event["phase"] for event in outcome["told"]][-1] == "completing"
    assert memory_of(tmp_path) == {}


async def test_type_and_etag_are_the_upload_s(begin: Begin, setting: Setting, large: Large) -> None:
    """The object has the file's type, and the ETag that the back end told."""
    done = (await run(begin, large.path))["done"]
    head = setting.bucket.head(done["key"])
    assert head
    assert (head.content_type, head.etag) == ("application/x-large", done["etag"].strip('"'))


async def test_one_part_fails_and_only_that_is_sent_again(
    begin: Begin, setting: Setting, large: Large
) -> None:
    """Storage refuses one part twice: it is sent again to URLs that are signed anew, the others are not."""
    refusals = iter(["SlowDown", "InternalError"])
    setting.store.refuse = lambda asked: next(refusals, None) if asked.part == 2 else None
    outcome = await run(begin, large.path)
    assert setting.stored() == [large.content]
    assert setting.store.parts() == ONCE_EACH + Counter({2: 2})
    assert Counter(outcome["asked"])["sign"] == 6
    waited = [event["code"] for event in outcome["told"] if event["phase"] == "waiting"]
    assert waited == ["storage_error", "storage_error"]


async def test_part_that_fails_for_good(begin: Begin, setting: Setting, large: Large, tmp_path: Path) -> None:
    """After the last try the upload ends with storage's reason; what has arrived counts in the next call."""
    gate = setting.hold(4, then="SlowDown")
    async with begin(large.path, maxRetries=1) as call:
        await remembered(tmp_path, 3)  # a failure ends the others that are still on their way
        gate.set()
        outcome = await call.outcome()
    assert (outcome["known"], outcome["error"]["code"]) == (True, "storage_error")
    assert setting.store.parts()[4] == 2
    setting.store.refuse = lambda _: None
    setting.store.asked.clear()
    outcome = await run(begin, large.path)
    assert outcome["told"][1]["remembered"] == 3 * PART_BYTES
    assert setting.store.parts() == Counter({4: 1})
    assert setting.stored() == [large.content]


async def test_killed_and_continued(begin: Begin, setting: Setting, large: Large, tmp_path: Path) -> None:
    """After a crash only the missing parts are sent, and progress begins with what is there."""
    await killed_after(begin, setting, large, tmp_path)
    outcome = await run(begin, large.path)
    assert setting.store.parts() == Counter({3: 1, 4: 1})
    assert setting.stored() == [large.content]
    assert outcome["told"][1]["remembered"] == outcome["told"][1]["sent"] == 2 * PART_BYTES
    assert "create" not in outcome["asked"]


async def test_part_that_is_not_listed_is_sent_again(
    begin: Begin, setting: Setting, large: Large, tmp_path: Path
) -> None:
    """What storage lists is the truth: of a remembered part with another ETag nothing is believed."""
    await killed_after(begin, setting, large, tmp_path)
    memory = tmp_path / "memory.json"
    kept = json.loads(memory.read_text())
    key = next(key for key in kept if key.startswith("upload-in-parts"))
    upload = json.loads(kept[key])
    next(part for part in upload["parts"] if part["number"] == 1)["etag"] = '"another"'
    memory.write_text(json.dumps(kept | {key: json.dumps(upload)}))
    await run(begin, large.path)
    assert setting.store.parts() == Counter({1: 1, 3: 1, 4: 1})
    assert setting.stored() == [large.content]


@pytest.mark.parametrize("place", [0, -1], ids=["first part", "last part"])
async def test_other_file_is_not_completed(
    begin: Begin, setting: Setting, large: Large, tmp_path: Path, place: int
) -> None:
    """A file of the same name, size and date with other bytes is another file: all its parts are sent."""
    await killed_after(begin, setting, large, tmp_path)
    content = bytearray(large.content)
    content[place] ^= 1
    large.rewritten(bytes(content))
    outcome = await run(begin, large.path)
    assert outcome["asked"][0] == "create"
    assert setting.store.parts() == ONCE_EACH
    assert setting.stored() == [bytes(content)]


async def test_pause_and_abandon(begin: Begin, setting: Setting, large: Large, tmp_path: Path) -> None:
    """Aborting keeps the parts and tells nobody; abandoning drops them, and then there is nothing to drop."""
    gate = setting.hold(3, 4)
    async with begin(large.path) as call:
        await remembered(tmp_path, 2)
        await call.stop()
        outcome = await call.outcome()
    gate.set()
    assert outcome["error"]["name"] == "AbortError"
    assert "abort" not in outcome["asked"]
    upload, cookie = (
        memory_of(tmp_path)["upload"],
        json.loads((tmp_path / "memory.json").read_text())["cookie"],
    )
    assert len(setting.visitor(cookie).ask("list", {"upload": upload})[1]["parts"]) == 2
    assert (await run(begin, large.path, action="abandon"))["done"] is True
    assert setting.visitor(cookie).ask("list", {"upload": upload}) == (404, {"code": "no_such_upload"})
    assert (await run(begin, large.path, action="abandon"))["done"] is False


async def test_upload_that_storage_forgot(
    begin: Begin, setting: Setting, large: Large, tmp_path: Path
) -> None:
    """An upload that a lifecycle rule has dropped begins anew, and once."""
    await killed_after(begin, setting, large, tmp_path)
    cookie = json.loads((tmp_path / "memory.json").read_text())["cookie"]
    setting.visitor(cookie).ask("abort", {"upload": memory_of(tmp_path)["upload"]})
    outcome = await run(begin, large.path)
    assert outcome["asked"][:2] == ["list", "create"]
    assert setting.store.parts() == ONCE_EACH
    assert setting.stored() == [large.content]


async def test_lost_answer_of_complete(begin: Begin, setting: Setting, large: Large) -> None:
    """The object was made and nobody heard: the back end finds it, and the upload is done."""
    lost = iter([True])
    setting.store.lose = lambda asked: asked.completes and next(lost, False)
    outcome = await run(begin, large.path)
    assert outcome["done"]["size"] == large.size
    assert sum(each.completes for each in setting.store.asked) == 2
    assert setting.stored() == [large.content]


async def test_store_that_shows_no_object(begin: Begin, setting: Setting, large: Large) -> None:
    """Keys that may write and not read: the object is made once, and the upload is done."""
    setting.store.refuse = lambda asked: "AccessDenied" if asked.method == "HEAD" else None
    outcome = await run(begin, large.path)
    assert outcome["done"]["size"] == large.size, outcome
    assert setting.store.parts() == ONCE_EACH


async def test_object_that_nobody_can_see(begin: Begin, setting: Setting, large: Large) -> None:
    """Where an answer was lost and nobody may ask for the object, nothing is sent twice, nor forgotten."""
    setting.store.lose = lambda asked: asked.completes
    setting.store.refuse = lambda asked: "SlowDown" if asked.method == "HEAD" else None
    outcome = await run(begin, large.path, maxRetries=1)
    assert outcome["error"]["code"] == "back_end_refused", outcome
    assert setting.store.parts() == ONCE_EACH
    setting.store.refuse = lambda _: None
    assert (await run(begin, large.path))["done"]["size"] == large.size
    assert setting.store.parts() == ONCE_EACH


async def test_killed_while_it_was_completed(
    begin: Begin, setting: Setting, large: Large, tmp_path: Path
) -> None:
    """The object was made, and the client died before it heard: the next call sends nothing and is done."""
    gate = setting.hold_complete()
    async with begin(large.path) as call:
        await until(lambda: any(each.completes for each in setting.store.asked))
        await call.kill()
    gate.set()
    await until(lambda: setting.stored() == [large.content])
    setting.store.asked.clear()
    outcome = await run(begin, large.path)
    assert outcome["done"]["size"] == large.size, outcome
    assert outcome["asked"] == ["list", "complete"]
    assert setting.store.parts() == Counter()


async def test_other_place(begin: Begin, setting: Setting, large: Large, tmp_path: Path) -> None:
    """The same file for another place is another upload."""
    await killed_after(begin, setting, large, tmp_path)
    outcome = await run(begin, large.path, place="album 2")
    assert outcome["asked"][0] == "create"
    assert setting.store.parts() == ONCE_EACH


@pytest.mark.parametrize("kept", ["5", "{", '{"parts": []}', '{"parts": [], "ends": [], "partBytes": 0}'])
async def test_memory_that_is_none(
    begin: Begin, setting: Setting, large: Large, tmp_path: Path, kept: str
) -> None:
    """What somebody else has written there is no upload: a new one begins."""
    await killed_after(begin, setting, large, tmp_path)
    memory = tmp_path / "memory.json"
    found = json.loads(memory.read_text())
    memory.write_text(json.dumps({key: kept if key.startswith("upload") else found[key] for key in found}))
    outcome = await run(begin, large.path)
    assert outcome["asked"][0] == "create"
    assert setting.stored() == [large.content]


PART = {"number": 1, "size": PART_BYTES, "etag": "e", "checksum": "c"}


@pytest.mark.parametrize(
    "change",
    [
        {"partBytes": 1},
        {"partBytes": PART_BYTES + 0.5},
        {"partBytes": "5"},
        {"parts": [None]},
        {"parts": [PART | {"number": 5}]},
        {"parts": [PART | {"size": 1}]},
        {"parts": [PART | {"etag": None}]},
        {"parts": [PART, PART]},
    ],
)
async def test_memory_of_other_parts(
    begin: Begin, setting: Setting, large: Large, tmp_path: Path, change: dict[str, Any]
) -> None:
    """What cannot be of this file, as after a change of the client, is not believed: a new upload begins."""
    await killed_after(begin, setting, large, tmp_path)
    memory = tmp_path / "memory.json"
    found = json.loads(memory.read_text())
    changed = json.dumps(memory_of(tmp_path) | change)
    memory.write_text(json.dumps({key: changed if key.startswith("upload") else found[key] for key in found}))
    outcome = await run(begin, large.path)
    assert outcome["asked"][0] == "create"
    assert setting.stored() == [large.content]


async def test_service_that_wants_a_long_pause(
    begin: Begin, setting: Setting, large: Large, double: StorageDouble
) -> None:
    """A pause of years ends the call, and does not become none; the same call goes on later."""
    busy = json.dumps({"success": False, "code": "too_busy", "retryable": True, "stored": False}).encode()
    asked = double.script("busy/upload-with-presigned", Reply(answer(503, busy, "Retry-After: 99999999")))
    outcome = await run(begin, large.path, serviceUrl=f"{double.url}busy", atOnce=1)
    assert (outcome["error"]["code"], outcome["error"]["retryAfterSeconds"]) == ("too_busy", 99999999)
    assert len(asked) == 1
    assert (await run(begin, large.path))["done"]["size"] == large.size


async def test_service_restarts(begin: Begin, setting: Setting, large: Large, tmp_path: Path) -> None:
    """The service is killed in the middle and comes back: the parts that were on their way are sent again."""
    destinations = f"{setting.store.endpoint}/"
    with Running(UPLOAD_DESTINATIONS=destinations) as first:
        gate = setting.hold(3, 4)
        async with begin(large.path, serviceUrl=first.url) as call:
            await until(lambda: setting.held == {3, 4} and len(memory_of(tmp_path)["parts"]) == 2)
            first.stop(9)
            gate.set()
            setting.store.refuse = lambda _: None
            with Running(UPLOAD_DESTINATIONS=destinations, PORT=str(first.port)):
                outcome = await call.outcome()
    assert outcome["done"]["size"] == large.size, outcome
    assert setting.store.parts() == Counter({1: 1, 2: 1, 3: 2, 4: 2})
    assert "network_failure" in [event.get("code") for event in outcome["told"]]
    assert setting.stored() == [large.content]
