"""Spans of the malware scan, as a receiver on a real socket reads them."""

from collections.abc import Callable, Iterator

import pytest

from tests.support.client.raw_http import PLAIN, Answer, file, form, post
from tests.support.scanner.scripted_clamd import FOUND, OK, Say, ScriptedClamd
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import StorageDouble
from tests.support.telemetry.otlp_receiver import PROMPT, Receiver, Told, told

SIGNATURE = FOUND.split()[1].decode()


@pytest.fixture(scope="module")
def scanning(scripted: ScriptedClamd, receiver: Receiver, double: StorageDouble) -> Iterator[Running]:
    """A service that scans, and tells the receiver of it."""
    with Running(
        UPLOAD_DESTINATIONS=double.url,
        UPLOAD_SCANNER=scripted.url,
        OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url,
        **PROMPT,
    ) as running:
        yield running


@pytest.mark.parametrize(
    ("raw", "code", "result", "status"),
    [
        (OK, None, "ok", 0),
        (FOUND, "malware_found", "found", 0),
        (b"", "scanner_unavailable", "unavailable", 2),
    ],
)
def test_scan(
    scanning: Running,
    receiver: Receiver,
    scripted: ScriptedClamd,
    place: Callable[..., bytes],
    raw: bytes,
    code: str | None,
    result: str,
    status: int,
) -> None:
    """The scan is below its upload, with its result alone, and the wait for the verdict is its end."""
    scripted.say(Say(raw))
    answered = post(scanning.port, PLAIN, form(place(), file(b"12345")))
    spans = spans_by_name(scanning, receiver, answered)
    server, scan, verdict = (spans[name] for name in (f"POST {PLAIN}", "scan", "await verdict"))
    assert server.attributes.get("error.type") == code
    assert (scan.parent_id, verdict.parent_id) == (server.span_id, scan.span_id)
    assert (scan.attributes, scan.status) == ({"upload_service.scan_result": result}, status)
    assert server.began <= scan.began <= verdict.began <= verdict.ended == scan.ended <= server.ended
    assert SIGNATURE not in str(spans)


def spans_by_name(service: Running, receiver: Receiver, answered: Answer) -> dict[str, Told]:
    """The spans of this request."""
    return {span.name: span for span in told(service, receiver, answered)}


def test_no_scanner_no_span(traced: Running, receiver: Receiver, place: Callable[..., bytes]) -> None:
    """Without a scanner nothing is told of a scan."""
    answered = post(traced.port, PLAIN, form(place(), file(b"12345")))
    assert not {"scan", "await verdict"} & spans_by_name(traced, receiver, answered).keys()
