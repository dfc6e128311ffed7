"""Metrics for Prometheus count what happened, and the number of series cannot grow."""

import subprocess
import sys
import threading
import uuid
from collections.abc import Callable

import pytest

from tests.support.client.raw_http import PLAIN, RETRY, Connection, ask, field, file, form, post
from tests.support.service.metrics_scrape import scrape, scrape_until, wait_for_all
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Reply, StorageDouble, answer
from upload_service.settings.settings import Settings

FAILS = Reply(answer(503))


def test_stored_uploads_are_counted(counted: Running, presign: Callable[..., str]) -> None:
    """Two objects in the store are two uploads, as many bytes, two PUTs, and one measure of each time."""
    before = wait_for_all(counted)
    for content in (b"x" * 1000, b"y" * 300_000):
        url = presign(f"metrics/{len(content)}", content_type="image/png")
        assert post(counted.port, PLAIN, form(field("uploadUrl", url), file(content))).status == 200
    after = scrape(counted.port)
    assert after.since(before) == {
        "uploads_total{ok,plain,none}": 2,
        "received_bytes_total{}": 301_000,
        "stored_bytes_total{}": 301_000,
        "attempts_total{ok}": 2,
        "storage_connections_made_total{}": pytest.approx(1, abs=1),
    }
    for name in ("upload_duration", "client_leg", "storage_leg"):
        grown = [
            after.get(f"upload_service_{name}_seconds_{part}")
            - before.get(f"upload_service_{name}_seconds_{part}")
            for part in ("count", "sum")
        ]
        assert grown[0] == 2
        assert 0 < grown[1] < 20


def test_retried_upload_counts_each_attempt(
    counted: Running, double: StorageDouble, double_url: Callable[[str], str], key: str
) -> None:
    """An upload stored at the third attempt is one upload, three attempts and the bytes of one file."""
    double.script(key, FAILS, FAILS, Reply())
    before = wait_for_all(counted)
    body = form(field("uploadUrl", double_url(key)), field("max_retries", "2"), file(b"12345"))
    assert post(counted.port, RETRY, body).json["attempts"] == 3
    assert scrape(counted.port).since(before) == {
        "uploads_total{ok,retry,none}": 1,
        "received_bytes_total{}": 5,
        "stored_bytes_total{}": 5,
        "attempts_total{ok}": 1,
        "attempts_total{storage_error}": 2,
        "storage_connections_made_total{}": pytest.approx(2, abs=1),
    }


def test_failure_is_counted_by_code_and_fault(
    counted: Running, double: StorageDouble, double_url: Callable[[str], str], key: str
) -> None:
    """A file that storage does not take was received and not stored, and the fault is storage's."""
    double.script(key, FAILS)
    before = wait_for_all(counted)
    answered = post(counted.port, PLAIN, form(field("uploadUrl", double_url(key)), file(b"12345")))
    assert answered.json["code"] == "storage_error"
    grown = scrape(counted.port).since(before)
    assert grown.pop("storage_connections_made_total{}", 0) <= 1
    assert grown == {
        "uploads_total{storage_error,plain,storage}": 1,
        "received_bytes_total{}": 5,
        "attempts_total{storage_error}": 1,
    }


def test_refusal_at_the_door_is_counted_twice(counted: Running) -> None:
    """A refusal before the body counts as an upload and as a refusal, and has no durations."""
    before = wait_for_all(counted)
    assert post(counted.port, PLAIN, b"x", content_type="text/plain").json["code"] == "not_multipart"
    after = scrape(counted.port)
    assert after.since(before) == {
        "uploads_total{not_multipart,plain,client}": 1,
        "refused_total{not_multipart}": 1,
    }
    name = "upload_service_upload_duration_seconds_count"
    assert after.get(name) == before.get(name)


def test_gauges_rise_and_fall(
    counted: Running, double: StorageDouble, double_url: Callable[[str], str], key: str
) -> None:
    """Gauges show the place and memory of a file that waits, then its connection, and at last nothing."""
    content = bytes(100_000)
    body = form(file(content), field("uploadUrl", double_url(key)))
    double.script(key, Reply(speak=(looked := threading.Event())))
    with Connection(counted.port) as connection:
        connection.head(PLAIN, len(body))
        connection.send(body[:-500])
        held = scrape_until(
            counted.port,
            lambda found: found.get("upload_service_spool_used_bytes", where="memory") >= len(content),
        )
        assert held.get("upload_service_uploads_running") == 1
        connection.send(body[-500:])
        scrape_until(counted.port, lambda found: found.get("upload_service_storage_connections") >= 1)
        looked.set()
        assert connection.answer().status == 200
    after = scrape_until(
        counted.port,
        lambda found: (
            found.get("upload_service_spool_used_bytes") + found.get("upload_service_uploads_running") == 0
        ),
    )
    assert after.get("upload_service_uploads_limit") == Settings().max_concurrent
    assert after.get("upload_service_spool_limit_bytes", where="disk") == Settings().spool_disk_bytes
    # Kept for the next upload, and only for seconds.
    scrape_until(counted.port, lambda found: found.get("upload_service_storage_connections") == 0)


def test_nobody_can_make_a_series(
    counted: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """Whatever clients and storage send, no new series appears, and none of their text is in the metrics."""
    before = wait_for_all(counted)
    for turn in range(20):
        mark = f"madeup{uuid.uuid4().hex}"
        key = uuid.uuid4().hex
        double.script(key, Reply(answer(400 + turn, f"<Code>{mark}</Code>".encode(), f"Server: {mark}")))
        url = double_url(key) if turn % 2 else f"http://{mark}.example/{mark}?{mark}"
        body = form(field("uploadUrl", url), field(mark, mark), file(b"1", mark, f"image/{mark}"))
        headers = f"X-Request-Id: {mark}", f"User-Agent: {mark}", f"X-Forwarded-For: {turn}.2.3.4"
        post(counted.port, f"{(PLAIN, RETRY)[turn % 3 == 0]}?{mark}", body, *headers)
        ask(counted.port, "GET", f"/{mark}")
    after = scrape(counted.port)
    assert after.values.keys() == before.values.keys()
    assert after.get("upload_service_uploads_total") - before.get("upload_service_uploads_total") == 20
    assert "madeup" not in after.text


def test_off_nothing_is_imported() -> None:
    """Without the setting, a running service imports neither the library nor the module that counts."""
    code = """
import asyncio, sys
from aiohttp import web
import upload_service.command
from upload_service.server.app import make_app
from upload_service.settings.settings import Settings

async def start():
    runner = web.AppRunner(make_app(Settings()))
    await runner.setup()
    await runner.cleanup()

asyncio.run(start())
print([name for name in sys.modules if "prometheus" in name or name.endswith(".emf")])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"
