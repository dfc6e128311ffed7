"""What the documentation repeats of the code is made from it, and its examples are what a service answers."""

import json
import re
import secrets
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from docs_generator import floor_plan, generate, page_parts
from docs_generator.korean import Korean
from docs_generator.made_parts import LostPart, filled
from openapi import examples, schemas

from tests.support.client.raw_http import PLAIN, RETRY, field, file, form, post
from tests.support.contract.openapi_answers import DOCUMENT, complaints
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Reply, StorageDouble, answer, xml

TOKEN = secrets.token_hex(32)
Member = dict[str, Any]


def test_files_are_as_the_code_makes_them() -> None:
    """Pages, contract and TypeScript client have what the code makes of them."""
    if stale := [str(path.relative_to(generate.ROOT)) for path in generate.stale()]:
        pytest.fail(f"not what the code says: {', '.join(stale)}: run {generate.COMMAND}", pytrace=False)


def test_nothing_is_left_to_write() -> None:
    """Every text has its Korean, seen for this very English text, and every answered member its schema."""
    if missing := generate.gaps():
        pytest.fail("\n".join(missing), pytrace=False)


def test_every_made_part_stands_on_a_page() -> None:
    """No part is made for nothing."""
    used = {name for names in page_parts.PAGES.values() for name in names}
    assert used == page_parts.parts(Korean("")).keys()


def test_lost_part_is_said() -> None:
    """A page without its comments is not passed over."""
    page = "a <!-- made: one -->old<!-- end --> b\n\n<!-- made: two -->\nold\n<!-- end -->\n"
    made = filled(page, ("one", "two"), {"one": "1", "two": "2"})
    assert made == "a <!-- made: one -->1<!-- end --> b\n\n<!-- made: two -->\n\n2\n\n<!-- end -->\n"
    assert filled(made, ("one", "two"), {"one": "1", "two": "2"}) == made
    with pytest.raises(LostPart, match="has the made parts one, and should have one, two"):
        filled(page.partition("\n")[0], ("one", "two"), {})


@pytest.mark.parametrize(
    ("toml", "wanted"),
    [
        ("", "A has no Korean text; write\n[A]"),
        (
            '[A]\nen = "old"\nko = "가"',
            'the English text of A has changed; look at its Korean, then write\nen = "a"',
        ),
        ('[A]\nen = "a"\nko = ""', "A has no Korean text"),
        ('[A]\nen = "a"\nko = "가"\n[B]\nen = "b"\nko = "나"', "B is not in the code any more"),
    ],
)
def test_gap_in_the_korean_is_named(toml: str, wanted: str) -> None:
    """A text without Korean, a Korean of an older text and one too many are each said, with what to write."""
    (gap,) = Korean(toml).gaps({"A": "a"})
    assert gap.startswith(f"docs/korean.toml: {wanted}")


def test_member_without_a_type_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A member that the service answers and the contract does not know is said, with the file to change."""
    stored = examples.stored()
    monkeypatch.setattr(examples, "stored", lambda: stored | {"stored_at": "today"})
    (gap,) = schemas.gaps()
    assert (
        gap
        == "scripts/dev/lib/openapi/schemas.py: _stored has no type for the member stored_at of the answer"
    )


def test_every_room_is_on_a_floor() -> None:
    """The drawing has every package, each once, in the order of the layers that the linter keeps."""
    rooms = [room for floor in floor_plan.floors() for room in floor]
    assert {path.parent.name for path in floor_plan.PACKAGE.glob("*/__init__.py")} <= set(rooms)
    assert len(rooms) == len(set(rooms))
    assert re.findall(r"^  (\w+) +\S", floor_plan.drawing(), re.MULTILINE) == rooms


def shape(value: object) -> object:
    """The names of an object's members in their order, each with the shape of its value."""
    if isinstance(value, dict):
        return [(name, shape(member)) for name, member in value.items()]
    return [shape(each) for each in value] if isinstance(value, list) else type(value).__name__


@pytest.fixture(scope="module")
def guarded(double: StorageDouble) -> Iterator[Running]:
    """A service that knows its callers by name."""
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_API_TOKENS=f"app:{TOKEN}") as running:
        yield running


# Gives the answer to an upload that storage answers in this way, and the log event of it.
Upload = Callable[[str, bytes], tuple[Member, Member]]


@pytest.fixture
def upload(guarded: Running, double: StorageDouble, double_url: Callable[[str], str]) -> Upload:
    """Uploads a file by either endpoint."""

    def send(path: str, storage: bytes) -> tuple[Member, Member]:
        key = f"docs/{uuid.uuid4().hex}"
        double.script(key, Reply(storage))
        parts = form(field("uploadUrl", double_url(key)), file(b"12345"))
        answered = post(guarded.port, path, parts, f"Authorization: Bearer {TOKEN}")
        return answered.json, guarded.upload_event(answered.request_id)

    return send


STORED = answer(200, b"", 'ETag: "e"', "x-amz-request-id: 4442587FB7D0A2F9")
EXPIRED = answer(403, xml("AccessDenied", "Request has expired"))


def test_answers_are_as_shown(upload: Upload) -> None:
    """The documentation's answers have the members of real ones, in their order and with their types."""
    assert shape(examples.stored()) == shape(upload(PLAIN, STORED)[0])
    assert shape(examples.stored_with_attempts()) == shape(upload(RETRY, STORED)[0])
    refused, _ = upload(PLAIN, EXPIRED)
    assert shape(examples.problem()) == shape(refused)
    assert examples.problem()["detail"] == refused["detail"]


def test_log_line_is_as_shown(upload: Upload) -> None:
    """The documentation's log line has the members of a real one, in their order and with their types."""
    assert shape(examples.upload_event()) == shape(upload(PLAIN, STORED)[1])


def test_progress_is_as_shown() -> None:
    """Each line that the documentation shows is one of the contract's, and each kind is shown."""
    known = DOCUMENT["components"]["schemas"]["ProgressLine"]
    lines = examples.progress()
    assert [complaint for line in lines for complaint in complaints(line, known)] == []
    events = {
        each["properties"]["event"]["const"]
        for each in known["anyOf"]
        if "event" in each.get("properties", {})
    }
    assert {line["event"] for line in lines} == events


def test_json_is_wrapped_between_members() -> None:
    """The documentation's JSON is JSON, in lines that fit a page."""
    for example in (examples.stored(), examples.problem(), examples.upload_event()):
        text = examples.text(example)
        assert json.loads(text) == example
        assert max(map(len, text.splitlines())) <= examples.WIDTH
