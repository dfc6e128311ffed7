"""docs/operations.md: it is what the code says, it leaves nothing out, and its queries find what happened."""

import json
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from devtools import signed_queries
from local.store import Bucket

from tests.support.client.raw_http import CHECK, PLAIN, RETRY, Answer, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Reply, StorageDouble, answer
from tests.system.insights_queries import COMMANDS, PAGE, insights_fields, jq_fields, queries
from upload_service import __version__
from upload_service.errors.upload_error import CATALOGUE
from upload_service.telemetry.logs import EVENTS
from upload_service.telemetry.metric_definitions import METRICS, PROCESS

QUERIES = queries()
TOKEN = uuid.uuid4().hex
APP, SHOP = f"Authorization: Bearer app{TOKEN}", f"Authorization: Bearer shop{TOKEN}"
Lines = list[dict[str, Any]]


def test_every_metric_and_event_answers_a_question() -> None:
    """The table of questions names every metric and every event."""
    asked = PAGE.read_text("utf-8").partition("## Which question")[2].partition("\n## ")[0]
    for name in (*(metric.name for metric in METRICS + PROCESS), *EVENTS):
        assert f"`{name}`" in asked or name == "upload", name


def test_operators_have_a_remedy_where_callers_have_none() -> None:
    """Each failure that is not the caller's says in a sentence what the operator can do, no other does."""
    for entry in CATALOGUE.values():
        assert bool(entry.remedy) == (entry.fault != "client"), entry.code
        assert not entry.remedy or (entry.remedy.endswith(".") and entry.remedy != entry.cure)


def test_twelve_queries() -> None:
    """There are twelve questions, and each command that Insights is given is one of its own."""
    assert list(QUERIES) == list(range(1, 13))
    assert all(insights_fields(query.insights) for query in QUERIES.values())
    with pytest.raises(AssertionError):
        insights_fields("select * from log")
    assert "fields" in COMMANDS


class Broken(Running):
    """A service with a fault of its own: instead of a PUT it raises what nobody expects."""

    def command(self, settings: dict[str, str]) -> list[str]:
        return [
            sys.executable,
            "-c",
            "from upload_service.storage.put import Storage\n"
            "Storage.put = lambda *_: {}['nothing']\n"
            "from upload_service.__main__ import main\n"
            "raise SystemExit(main())",
        ]


@dataclass(frozen=True)
class Past:
    """A service that has served, failed and stopped: its log, and what it answered."""

    folder: Path
    log: Lines
    stored: list[Answer]
    failed: Answer
    retried: Answer
    refused: list[Answer]

    def ask(self, number: int, **changes: str) -> Lines:
        """What a query for jq finds, run as it stands on the page, but for `changes`."""
        line = QUERIES[number].jq
        for old, new in changes.items():
            assert old in line
            line = line.replace(old, new)
        done = subprocess.run(
            ["bash", "-euc", line], cwd=self.folder, capture_output=True, text=True, timeout=60, check=True
        )
        TRANSCRIPT.hear("jq", done.stdout)
        return [json.loads(found) for found in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def past(bucket: Bucket, double: StorageDouble, tmp_path_factory: pytest.TempPathFactory) -> Past:
    """Three uploads stored by two callers, one of them retried; two failed at storage; refusals; a check."""

    def at_double(*replies: Reply) -> bytes:
        key = f"past/{uuid.uuid4().hex}"
        double.script(key, *replies)
        return field("uploadUrl", TRANSCRIPT.hide(f"{double.url}{key}?{signed_queries.v4()}"))

    def at_bucket(key: str) -> bytes:
        return field("uploadUrl", TRANSCRIPT.hide(bucket.presign(key, content_type="image/png")))

    fails = Reply(answer(503, b"", "x-amz-request-id: 4442587FB7D0A2F9"))
    tokens = f"app:app{TOKEN},shop:shop{TOKEN}"
    with Running(UPLOAD_DESTINATIONS=f"{bucket.url},{double.url}", UPLOAD_API_TOKENS=tokens) as running:

        def send(path: str, by: str, *parts: bytes) -> Answer:
            return post(running.port, path, form(*parts), by)

        stored = [
            send(PLAIN, APP, at_bucket("past/1"), file(bytes(1000))),
            send(PLAIN, SHOP, at_bucket("past/2"), file(bytes(300_000))),
        ]
        retried = send(RETRY, APP, at_double(fails, Reply()), file(b"12345"))
        failed = send(PLAIN, APP, at_double(fails), file(b"12345"))
        send(PLAIN, SHOP, at_double(Reply(b"", then="reset")), file(b"12345"))
        refused = [send(PLAIN, f"Authorization: Bearer {turn}", file(b"1")) for turn in range(2)]
        refused += [send(CHECK, "Authorization: Bearer 0")]
        assert send(CHECK, APP, at_bucket("past/3")).status == 200
        running.stop()
    with Broken(UPLOAD_DESTINATIONS=double.url) as broken:
        assert post(broken.port, PLAIN, form(at_double(Reply()), file(b"1"))).status == 500
        inside = broken.wait_for(lambda event: event["event"] == "internal_error")
    folder = tmp_path_factory.mktemp("past")
    lines = [line for line in running.raw_log if line.startswith("{")] + [json.dumps(inside) + "\n"]
    (folder / "service.log").write_text("".join(lines))
    assert [each.status for each in (*stored, retried, failed, *refused)] == [200] * 3 + [502] + [401] * 3
    return Past(folder, [*running.log, inside], stored, failed, retried, refused)


@pytest.mark.parametrize("number", QUERIES)
def test_both_forms_use_the_logs_fields(past: Past, number: int) -> None:
    """Every field that a query for Insights uses is in the real log, and the one for jq uses the same."""
    log_fields = {name for line in past.log for name in line}
    query = QUERIES[number]
    used = insights_fields(query.insights)
    assert used <= log_fields
    assert used - {"timestamp"} == jq_fields(query.jq, log_fields) - {"timestamp"}


jq = pytest.mark.jq


@jq
def test_why_did_that_upload_fail(past: Past) -> None:
    """By its request id, a failed upload shows code, fault, store, and what storage's support asks for."""
    (found,) = past.ask(1, **{"5f0c": past.failed.request_id})
    assert found.pop("host") == "127.0.0.1"
    assert found == {
        "event": "upload",
        "code": "storage_error",
        "fault": "storage",
        "stored": None,
        "storage_status": 503,
        "storage_code": None,
        "storage_request_id": "4442587FB7D0A2F9",
        "attempts": 1,
    }


@jq
def test_how_uploads_end(past: Past) -> None:
    """All seven are there, most frequent end first."""
    found = past.ask(2)
    assert found[0] == {"ended": 3, "code": "ok", "fault": None}
    assert found[1] == {"ended": 2, "code": "unauthorized", "fault": "client"}
    assert {(each["code"], each["ended"]) for each in found[2:]} == {
        ("storage_error", 1),
        ("storage_disconnected", 1),
    }


@jq
def test_whose_fault_by_the_hour(past: Past) -> None:
    """Failures are counted by hour and fault; the hours are those of the log."""
    found = past.ask(3)
    counts = dict.fromkeys(("client", "storage"), 0)
    for each in found:
        counts[each["fault"]] += each["failed"]
    assert counts == {"client": 2, "storage": 2}
    assert {each["hour"] for each in found} <= {line["timestamp"][:13] for line in past.log}


@jq
def test_slowest_uploads(past: Past) -> None:
    """Uploads that began are listed, the longest first, with both legs."""
    found = past.ask(4)
    times = [each["duration_ms"] for each in found]
    assert times == sorted(times, reverse=True)
    assert len(found) == 5
    (retried,) = [each for each in found if each["request_id"] == past.retried.request_id]
    assert (retried["attempts"], retried["file_size"]) == (2, 5)
    assert retried["duration_ms"] >= retried["storage_ms"] >= 0


@jq
def test_times_of_each_store(past: Past) -> None:
    """Stored uploads are measured by their store: median, then the time that one in twenty exceeds."""
    found = past.ask(5)
    assert sum(each["ended"] for each in found) == 3
    for each in found:
        assert 0 <= each["client"][0] <= each["client"][1]
        assert 0 <= each["storage"][0] <= each["storage"][1]


@jq
def test_which_store_fails(past: Past) -> None:
    """Storage's failures stand under host, code and storage's own status."""
    found = {(each["code"], each["storage_status"]): each["failed"] for each in past.ask(6)}
    assert found == {("storage_error", 503): 1, ("storage_disconnected", None): 1}


@jq
def test_who_sends_how_much(past: Past) -> None:
    """Bytes and uploads are summed for each caller, refused ones without a name included."""
    found = {each["caller"]: (each["ended"], each["bytes"]) for each in past.ask(7)}
    assert found == {"shop": (2, 300_005), "app": (3, 1010), None: (2, 0)}


@jq
def test_who_is_refused(past: Past) -> None:
    """Refusals stand under the caller's address and code."""
    assert past.ask(8) == [{"refused": 3, "client": "127.0.0.1", "code": "unauthorized"}]


@jq
def test_which_needed_more_than_one_put(past: Past) -> None:
    """Only what was tried more than once is listed, although it was stored."""
    found = {each["request_id"]: (each["code"], each["attempts"]) for each in past.ask(9)}
    assert found[past.retried.request_id] == ("ok", 2)
    assert past.failed.request_id not in found


@jq
def test_starts_and_stops(past: Past) -> None:
    """The life of the process, in its order, with its version."""
    found = past.ask(10)
    assert [each["event"] for each in found] == ["listening", "stopping", "stopped"]
    assert (found[0]["version"], found[1]["running"]) == (__version__, 0)


@jq
def test_of_which_files_nobody_knows(past: Past) -> None:
    """What storage had whole and did not answer for is listed, what it refused or never saw is not."""
    found = {each["code"]: (each["stored"], each["attempts"]) for each in past.ask(11)}
    assert found == {"storage_error": (None, 1), "storage_disconnected": (None, 1)}


@jq
def test_what_went_wrong_inside(past: Past) -> None:
    """An unexpected exception is listed with its class and the lines of code, without what it said."""
    (found,) = past.ask(12)
    assert found["error"][0] == "KeyError"
    assert any(".py:" in place for place in found["at"])
    assert "nothing" not in json.dumps(found)
