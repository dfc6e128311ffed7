"""What `--check` says of the collector of traces."""

from collections.abc import Sequence

import pytest

from tests.doctor.run_check import PATIENT, SERVICE, Seen, check
from tests.support.telemetry.otlp_receiver import Receiver

SECRET = "a-key-that-nobody-says"


def checked(endpoint: str, program: Sequence[str] = PATIENT) -> Seen:
    """The check with this collector, and a key in its URL and in its headers."""
    seen = check(
        program=program,
        UPLOAD_TRACES="otlp",
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=f"{endpoint}/v1/traces?key={SECRET}",
        OTEL_EXPORTER_OTLP_HEADERS=f"x-key={SECRET}",
    )
    assert SECRET not in seen.out + seen.err
    return seen


def test_one_that_answers() -> None:
    """A collector that takes traces is asked with no span at all."""
    with Receiver() as receiver:
        seen = checked(receiver.url)
        assert seen.verdicts("traces") == ["ok"]
        assert f"the collector at {receiver.url} takes them" in seen.said
        assert receiver.spans() == []
        assert len(receiver.requests) == 1


@pytest.mark.parametrize(("status", "verdict"), [(401, "fail"), (403, "fail"), (404, "warn"), (500, "warn")])
def test_one_that_refuses(status: int, verdict: str) -> None:
    """A collector that wants another key is a failure, and any other refusal a warning with its status."""
    with Receiver(status) as receiver:
        seen = checked(receiver.url, SERVICE if status == 500 else PATIENT)  # that one is asked again
    assert seen.verdicts("traces") == [verdict]
    assert f"({status})" in seen.said


def test_none_there(closed_port: int) -> None:
    """Without a collector uploads go on, so it is a warning, which says why nothing arrives."""
    seen = checked(f"http://127.0.0.1:{closed_port}", SERVICE)
    assert (seen.status, seen.verdicts("traces")) == (0, ["warn"])
    assert "ConnectionRefusedError" in seen.said


def test_what_the_sdk_does_not_take() -> None:
    """A variable that the SDK refuses is a failure, in none of the SDK's words."""
    seen = check(UPLOAD_TRACES="otlp", OTEL_PYTHON_EXPORTER_OTLP_HTTP_CREDENTIAL_PROVIDER=SECRET)
    assert "fail" in seen.verdicts("traces")
    assert SECRET not in seen.out + seen.err


def test_off() -> None:
    """Without traces nothing is said of them."""
    assert check().verdicts("traces") == []
