"""Behind ./scripts/dev/traces: uploads to a storage that refuses once, and to one that refuses for good."""

import re
import sys
import tempfile
import time
from pathlib import Path

from devtools.signed_queries import v4

from tests.support.client.raw_http import PLAIN, RETRY, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Reply, StorageDouble, answer, xml
from traces.real_collector import Collector, collector

CONTENT = bytes(200_000)
CALLER = "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
# The span of a request comes after all that belong below it.
REQUESTS, OF_REQUEST = 2, re.compile(r"Kind +: Server")
WAIT_SECONDS = 60


def main() -> None:
    """Upload, and print what came."""
    with (
        tempfile.TemporaryDirectory() as folder,
        collector(Path(folder)) as running,
        StorageDouble() as storage,
    ):
        _upload(running, storage)
        storage.shutdown()
        deadline = time.monotonic() + WAIT_SECONDS
        while _requests(spans := running.spans()) < REQUESTS and time.monotonic() < deadline:
            time.sleep(0.1)
        for span in spans:
            print(f"Span #{span}\n")
        if _requests(spans) != REQUESTS:
            sys.exit(f"{REQUESTS} requests were told, and {_requests(spans)} came")


def _requests(spans: list[str]) -> int:
    return sum(OF_REQUEST.search(span) is not None for span in spans)


def _upload(running: Collector, storage: StorageDouble) -> None:
    traced = {"UPLOAD_TRACES": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": running.url}
    storage.script("retried", Reply(answer(503, xml("SlowDown"))), Reply())
    storage.script("refused", Reply(answer(403, xml("AccessDenied"))))
    with Running(UPLOAD_DESTINATIONS=storage.url, **traced) as service:
        for path, key in ((RETRY, "retried"), (PLAIN, "refused")):
            body = form(field("uploadUrl", f"{storage.url}{key}?{v4()}"), file(CONTENT))
            print(f"{path}: {post(service.port, path, body, CALLER).status}\n", flush=True)
        service.stop()


main()
