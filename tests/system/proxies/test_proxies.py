"""Uploads through nginx, Caddy, HAProxy and Apache httpd, each with the lines of docs/proxies.md."""

import os
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.server.told import Told, of
from tests.support.client.large_upload import MOST_BYTES, NAP_SECONDS, PIECE_BYTES, SIGNED, send
from tests.support.client.raw_http import PLAIN, RETRY, Connection, field, file, form
from tests.support.proxies.running_proxy import Kind, Proxy
from tests.support.service.peak_memory import Peak
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.large_objects import Sink
from tests.support.storage.storage_double import Reply, StorageDouble, answer, xml
from tests.system.proxies.conftest import LARGE_BYTES, Behind, Done
from upload_service.server.progress import CONTENT_TYPE

pytestmark = pytest.mark.curl

# ./scripts/dev/proxies sends a larger one.
STREAMED_BYTES = int(os.environ.get("PROXIES_MIB", "64")) * PIECE_BYTES
# More than a proxy keeps of a request, and little enough for nine at once on a busy machine.
RESTART_BYTES = 16 * PIECE_BYTES


def test_large_file_streams_through(
    kind: Kind, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """Storage has the first byte when 8 MiB have been sent, and the service's memory stays bounded."""
    with (
        Sink(NAP_SECONDS) as sink,
        Running(UPLOAD_DESTINATIONS=sink.url) as service,
        Proxy(kind, tmp_path, service.port) as proxy,
        Peak(service.process.pid) as peak,
    ):

        def storage_has_begun() -> None:
            assert sink.began.wait(60)

        started = time.monotonic()
        sent = send(
            Connection(proxy.port, tls=proxy.tls()), PLAIN, TRANSCRIPT.hide(f"{sink.url}large?{SIGNED}"),
            url_first=True, file_bytes=STREAMED_BYTES, meanwhile=storage_has_begun,
        )  # fmt: skip
        seconds, reached = time.monotonic() - started, peak.bytes
    record_property("peak_bytes", reached)
    print(f"{kind}: {STREAMED_BYTES // PIECE_BYTES} MiB in {seconds:.1f} s, peak {reached / 1e6:.1f} MB")
    assert sent.answer.status == 200, sent.answer.body
    assert (sink.received_bytes, sink.sum()) == (STREAMED_BYTES, sent.sha256)
    assert reached < MOST_BYTES


@pytest.mark.parametrize("version", ["1.1", "2"])
def test_large_file_with_progress(
    behind: Behind, double_url: Callable[[str], str], curl: Callable[..., Done], large: Path, version: str
) -> None:
    """Over either HTTP, an upload that is to tell of its progress is stored, and tells of all its bytes."""
    done = curl(
        behind.proxy, PLAIN, double_url(f"proxies/{behind.proxy.kind}-{version}"),
        f"--http{version}", "--header", f"Accept: {CONTENT_TYPE}", "--form", f"file=@{large}",
    )  # fmt: skip
    assert (done.status, done.version) == (200, version), done
    assert done.lines[-1]["success"] is True
    whole = {"bytes": LARGE_BYTES, "of": LARGE_BYTES}
    assert of(done.lines, "received")[-1] == {"event": "received", **whole}
    assert of(done.lines, "sent")[-1] == {"event": "sent", **whole}


def test_file_of_unknown_length(
    behind: Behind,
    double: StorageDouble,
    double_url: Callable[[str], str],
    curl: Callable[..., Done],
    large: Path,
) -> None:
    """A request in chunks passes, too."""
    key = f"proxies/{behind.proxy.kind}-chunked"
    puts = double.script(key)
    with subprocess.Popen(["cat", str(large)], stdout=subprocess.PIPE) as cat:
        assert cat.stdout
        done = curl(
            behind.proxy,
            PLAIN,
            double_url(key),
            "--http1.1",
            "--form",
            "file=@-;filename=a",
            stdin=cat.stdout.fileno(),
        )
    assert done.status == 200, done
    assert len(puts[0].body) == LARGE_BYTES


def test_lines_are_not_held_back(
    behind: Behind, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """After the body each line comes when it is written: the next attempt is told while storage hangs."""
    key, gate = f"proxies/{behind.proxy.kind}-lines", threading.Event()
    double.script(key, Reply(answer(503, xml("SlowDown"))), Reply(gate=gate))
    body = form(field("uploadUrl", double_url(key)), file(bytes(3_000_000)))
    with Told(behind.proxy, RETRY, len(body), tls=behind.proxy.tls()) as upload:
        upload.send(body)
        upload.until("waiting")
        assert upload.until("attempt")["attempt"] == 2
        gate.set()
        *_, last = upload.lines()
    assert (last["success"], last["attempts"]) == (True, 2)


def test_address_of_the_caller(
    behind: Behind, double_url: Callable[[str], str], curl: Callable[..., Done]
) -> None:
    """The service knows the caller's own address, and believes nothing that the caller says of it."""
    done = curl(
        behind.proxy, PLAIN, double_url("proxies/address"), "--interface", "127.0.0.7",
        "--header", "X-Forwarded-For: 192.0.2.1", "--form", f"file=@{__file__}",
    )  # fmt: skip
    assert behind.service.upload_event(done.lines[-1]["request_id"])["client"] == "127.0.0.7"


def test_restart_loses_no_upload(
    kind: Kind,
    double: StorageDouble,
    double_url: Callable[[str], str],
    curl: Callable[..., Done],
    tmp_path: Path,
) -> None:
    """While the service is restarted, a client that tries once more stores each upload."""
    file = tmp_path / "restart.bin"
    file.write_bytes(bytes(RESTART_BYTES))
    gate = threading.Event()
    running = double.script(f"proxies/{kind}-running", Reply(gate=gate))
    keys = [f"proxies/{kind}-restart-{number}" for number in range(8)]
    once_more = ["--retry", "1", "--retry-all-errors", "--retry-delay", "30", "--form", f"file=@{file}"]
    with (
        ThreadPoolExecutor(len(keys) + 1) as callers,
        # Whatever runs then, the next one is there before anybody tries once more.
        Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_SHUTDOWN_SECONDS="10") as service,
        Proxy(kind, tmp_path, service.port) as proxy,
    ):

        def call(*keys: str) -> "list[Future[Done]]":
            return [callers.submit(curl, proxy, PLAIN, double_url(key), *once_more) for key in keys]

        calls = call(f"proxies/{kind}-running")
        while not running:
            time.sleep(0.05)
        calls += call(*keys[:4])
        service.process.terminate()
        service.wait_for(lambda event: event["event"] == "stopping")
        gate.set()
        assert service.process.wait(60) == 0
        calls += call(*keys[4:])
        time.sleep(1)
        with Running(UPLOAD_DESTINATIONS=double.url, PORT=str(service.port)):
            found = [each.result() for each in calls]
    assert [done for done in found if done.status != 200 or not done.lines[-1]["success"]] == []
    assert len(running) == 1, "what ran when the stop came was not let finish"
