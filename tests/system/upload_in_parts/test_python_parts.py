"""docs/examples/python_parts.py against a real store: all parts, one again, the rest after it was killed."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.support.examples import running_examples
from tests.support.examples.running_examples import FOLDER, until
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Reply, StorageDouble, answer
from tests.system.upload_in_parts.calls import Large, large_in
from tests.system.upload_in_parts.conftest import Setting

# Its parts have 16 MiB; with another size written into a copy the test is quick.
PART = "PART_BYTES = 16 * MIB"
ONCE_EACH = Counter({1: 1, 2: 1, 3: 1, 4: 1})


@pytest.fixture
def large(tmp_path: Path) -> Large:
    """A file of four parts."""
    return large_in(tmp_path)


@pytest.fixture
def program(tmp_path: Path) -> list[str]:
    """The program, with parts of 5 MiB."""
    text = (FOLDER / "python_parts.py").read_text()
    assert PART in text
    copy = tmp_path / "python_parts.py"
    copy.write_text(text.replace(PART, "PART_BYTES = 5 * MIB").replace("2 ** (attempt - 2)", "0.02"))
    return [sys.executable, str(copy)]


def run(program: list[str], setting: Setting, large: Large, *more: str) -> subprocess.CompletedProcess[str]:
    """Run it to its end."""
    option = [more[0]] if more == ("--abandon",) else []
    return running_examples.run(
        [*program, *option], "", setting.service.url, setting.back_end, str(large.path), *more[len(option) :]
    )


def notes(large: Large) -> dict[str, object]:
    """What is remembered."""
    place = large.path.with_name("large.bin.parts.json")
    kept: dict[str, object] = json.loads(place.read_text()) if place.exists() else {}
    return kept


async def killed_after_two(program: list[str], setting: Setting, large: Large) -> None:
    """Run it, and kill it when two parts are stored and two wait at the store."""
    gate = setting.hold(3, 4)
    arguments = [*program, setting.service.url, setting.back_end, str(large.path)]
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True) as running:  # noqa: ASYNC220 - our own
        await until(lambda: len(notes(large).get("parts", [])) == 2)  # type: ignore[arg-type]  # JSON
        await until(lambda: setting.held == {3, 4})
        running.kill()
        assert running.stderr
        TRANSCRIPT.hear("python_parts", running.stderr.read())
    gate.set()
    setting.store.refuse = lambda _: None
    setting.store.asked.clear()


def test_whole_file(program: list[str], setting: Setting, large: Large) -> None:
    """The object is the file, each part went once, and nothing is remembered."""
    done = run(program, setting, large, "image/x-odd")
    assert done.returncode == 0, done.stderr
    assert f"{large.size} bytes" in done.stdout
    assert setting.stored() == [large.content]
    assert setting.store.parts() == ONCE_EACH
    assert notes(large) == {}
    head = setting.bucket.head(done.stdout.split()[1].rstrip(","))
    assert head
    assert head.content_type == "image/x-odd"


def test_only_the_part_that_failed_is_sent_again(program: list[str], setting: Setting, large: Large) -> None:
    """Storage refuses one part twice."""
    refusals = iter(["SlowDown", "InternalError"])
    setting.store.refuse = lambda asked: next(refusals, None) if asked.part == 2 else None
    done = run(program, setting, large)
    assert done.returncode == 0, done.stderr
    assert setting.store.parts() == ONCE_EACH + Counter({2: 2})
    assert setting.stored() == [large.content]


def test_part_that_fails_for_good(program: list[str], setting: Setting, large: Large) -> None:
    """The last try's reason is told, status 1, and the rest is remembered."""
    setting.store.refuse = lambda asked: "SlowDown" if asked.part == 1 else None
    done = run(program, setting, large)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("not stored: storage_error")
    assert notes(large)["upload"]


@pytest.mark.asyncio
async def test_killed_and_continued(program: list[str], setting: Setting, large: Large) -> None:
    """After it was killed, only the missing parts are sent. Nobody else may read the notes."""
    await killed_after_two(program, setting, large)
    place = large.path.with_name("large.bin.parts.json")
    assert place.stat().st_mode & 0o077 == 0
    assert "Signature" not in place.read_text()
    done = run(program, setting, large)
    assert done.returncode == 0, done.stderr
    assert setting.store.parts() == Counter({3: 1, 4: 1})
    assert setting.stored() == [large.content]


@pytest.mark.asyncio
async def test_changed_file_begins_anew(program: list[str], setting: Setting, large: Large) -> None:
    """A file with another last byte is another file."""
    await killed_after_two(program, setting, large)
    changed = large.rewritten(large.content[:-1] + bytes([large.content[-1] ^ 1]))
    assert run(program, setting, changed).returncode == 0
    assert setting.store.parts() == ONCE_EACH
    assert setting.stored() == [changed.content]


@pytest.mark.asyncio
async def test_abandoned(program: list[str], setting: Setting, large: Large) -> None:
    """What was stored is dropped, and nothing is remembered."""
    await killed_after_two(program, setting, large)
    kept = notes(large)
    done = run(program, setting, large, "--abandon")
    assert (done.returncode, done.stdout) == (0, "abandoned\n")
    assert notes(large) == {}
    visitor = setting.visitor(f"visitor={kept['cookies']['visitor']}")  # type: ignore[index]  # JSON
    assert visitor.ask("list", {"upload": kept["upload"]}) == (404, {"code": "no_such_upload"})


@pytest.mark.asyncio
async def test_forgotten_by_storage(program: list[str], setting: Setting, large: Large) -> None:
    """An upload that a lifecycle rule has dropped begins anew."""
    await killed_after_two(program, setting, large)
    kept = notes(large)
    visitor = setting.visitor(f"visitor={kept['cookies']['visitor']}")  # type: ignore[index]  # JSON
    assert visitor.ask("abort", {"upload": kept["upload"]}) == (200, {})
    assert run(program, setting, large).returncode == 0
    assert setting.store.parts() == ONCE_EACH
    assert setting.stored() == [large.content]


@pytest.mark.asyncio
async def test_completed_and_not_heard(program: list[str], setting: Setting, large: Large) -> None:
    """The object was made, and the program died before it heard: the next call sends nothing and is done."""
    gate = setting.hold_complete()
    arguments = [*program, setting.service.url, setting.back_end, str(large.path)]
    with subprocess.Popen(arguments, stderr=subprocess.DEVNULL) as running:  # noqa: ASYNC220 - our own
        await until(lambda: any(each.completes for each in setting.store.asked))
        running.kill()
    gate.set()
    await until(lambda: setting.stored() == [large.content])
    setting.store.asked.clear()
    assert run(program, setting, large).returncode == 0
    assert setting.store.parts() == Counter()


@pytest.mark.asyncio
async def test_abandoned_when_it_is_gone(
    program: list[str], setting: Setting, large: Large, double: StorageDouble
) -> None:
    """What storage has dropped already, as S3 says with 404, can be abandoned: then nothing is remembered."""
    await killed_after_two(program, setting, large)
    gone = json.dumps({"code": "no_such_upload"}).encode()
    asked = double.script("gone/abort", Reply(answer(404, gone)))
    arguments = [*program, "--abandon", setting.service.url, f"{double.url}gone", str(large.path)]
    done = running_examples.run(arguments, "")
    assert (done.returncode, done.stdout, len(asked)) == (0, "abandoned\n", 1), done.stderr
    assert notes(large) == {}


@pytest.mark.parametrize("body", [b'{"message": "Service Unavailable"}', b"[]", b"<html>", b""])
@pytest.mark.parametrize(("status", "tries"), [(503, 6), (413, 1)])
def test_proxy_that_answers(
    program: list[str], setting: Setting, large: Large, double: StorageDouble, body: bytes, status: int,
    tries: int,
) -> None:  # fmt: skip
    """What a proxy says in its own way is one line, and tried again where that may help."""
    asked = double.script("proxy/create", Reply(answer(status, body)))
    done = running_examples.run(program, "", setting.service.url, f"{double.url}proxy", str(large.path))
    assert (done.returncode, len(asked)) == (1, tries)
    asked = double.script("proxy/upload-with-presigned", Reply(answer(status, body)))
    done = running_examples.run(program, "", f"{double.url}proxy", setting.back_end, str(large.path))
    assert done.returncode == 1
    assert len(asked) >= tries
    assert len(done.stderr.splitlines()) == 1  # which of the two the client sees first, nobody knows
    assert done.stderr.startswith(("not stored: foreign_answer: a proxy answered", "not stored: [Errno"))


def test_empty_and_missing_file(program: list[str], setting: Setting, tmp_path: Path) -> None:
    """One line, status 1, and nobody is asked."""
    for name, said in (("empty", "file_empty"), ("none", "No such file")):
        large = Large(tmp_path / name, b"")
        if name == "empty":
            large.path.touch()
        done = run(program, setting, large)
        assert done.returncode == 1
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1
    assert setting.store.asked == []


def test_usage(program: list[str]) -> None:
    """Status 2 and how to call it."""
    done = running_examples.run(program, "", "one")
    assert done.returncode == 2
    assert "Usage: python python_parts.py" in done.stderr
