"""Which of the standard OTEL_ variables the start refuses, and what it says without the packages."""

import os
import subprocess
import sys

import pytest

from upload_service.settings.environment import SettingError
from upload_service.settings.settings import Settings
from upload_service.settings.traces_variables import collector_origin
from upload_service.telemetry.traces import require_packages

ON = {"UPLOAD_TRACES": "otlp"}
SECRET = "a-key-that-nobody-says"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", f"{SECRET}:4318"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"ftp://{SECRET}"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://{SECRET}:port"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://"),
        ("OTEL_EXPORTER_OTLP_HEADERS", f"Authorization: Bearer {SECRET}"),
        ("OTEL_EXPORTER_OTLP_HEADERS", f"a=1,{SECRET}"),
        ("OTEL_EXPORTER_OTLP_HEADERS", f'a="{SECRET}"'),
        ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", f"a={SECRET}%0D%0Ab:1"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "10000"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "0"),
        ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", SECRET),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", SECRET),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", f"/{SECRET}"),
        ("OTEL_BSP_SCHEDULE_DELAY", "0"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "-1"),
        ("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", SECRET),
        ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", SECRET),
        ("OTEL_LINK_ATTRIBUTE_COUNT_LIMIT", "-1"),
        ("OTEL_TRACES_SAMPLER", SECRET),
        ("OTEL_RESOURCE_ATTRIBUTES", f"a=1,{SECRET}"),
        ("UPLOAD_TRACES", SECRET),
    ],
)
def test_what_leads_nowhere_is_refused(variable: str, value: str) -> None:
    """The line names the variable, and never quotes its value."""
    with pytest.raises(SettingError, match=rf"\A{variable} must be") as caught:
        Settings.from_environment({**ON, variable: value})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("share", ["1.1", "-0.1", "nan", "10%"])
def test_a_share_is_from_0_to_1(share: str) -> None:
    """The SDK would tell every request instead."""
    environment = {**ON, "OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": share}
    with pytest.raises(SettingError, match=r"\AOTEL_TRACES_SAMPLER_ARG must be"):
        Settings.from_environment(environment)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_EXPORTER_OTLP_PROTOCOL": ""},
        {"OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf", "OTEL_EXPORTER_OTLP_ENDPOINT": "https://a.example"},
        {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
        {"OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Basic%20YTpi==, x-key = plain words,"},
        {"OTEL_EXPORTER_OTLP_TIMEOUT": "2.5", "OTEL_BSP_MAX_QUEUE_SIZE": "1"},
        {"OTEL_TRACES_SAMPLER": "always_on", "OTEL_TRACES_SAMPLER_ARG": "of another language's sampler"},
    ],
)
def test_what_the_standard_allows_is_taken(environment: dict[str, str]) -> None:
    """An empty variable counts as one that is not set, and that of traces before that of all signals."""
    assert Settings.from_environment(ON | environment).traces == "otlp"


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK sees no empty variable, as it would warn of some, and take a blank one for an endpoint."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", " ")
    require_packages(Settings.from_environment(ON | os.environ))
    assert not {"OTEL_TRACES_SAMPLER", "OTEL_EXPORTER_OTLP_ENDPOINT"} & os.environ.keys()


def test_off_asks_nothing_of_them() -> None:
    """Without traces, variables that are meant for other programs stop nothing."""
    assert Settings.from_environment({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}).traces == "off"


def test_the_standard_switch() -> None:
    """OTEL_SDK_DISABLED turns traces off."""
    assert Settings.from_environment({**ON, "OTEL_SDK_DISABLED": "TRUE"}).traces == "off"


@pytest.mark.parametrize(
    ("endpoint", "origin"),
    [
        (f"https://user:{SECRET}@a.example:443/{SECRET}?k={SECRET}", "https://a.example:443"),
        ("http://[::1]:4318", "http://[::1]:4318"),
        ("", "http://localhost:4318"),
    ],
)
def test_what_may_be_said_of_an_endpoint(endpoint: str, origin: str) -> None:
    """Scheme, host and port: neither user, path nor query."""
    assert collector_origin({"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint}) == origin


def refused(environment: dict[str, str], before: str = "") -> str:
    """The one line of a start that is refused; `before` runs in its process."""
    start = f"{before}\nimport sys; from upload_service.command import main; sys.exit(main([]))"
    ran = subprocess.run(
        [sys.executable, "-c", start],
        env=ON | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    (line,) = ran.stderr.splitlines()
    return line


def test_missing_packages_are_told_in_one_line() -> None:
    """The start ends with status 2 and says what to install."""
    line = refused({}, "import sys; sys.modules['opentelemetry'] = None")
    assert line.startswith("upload-service: UPLOAD_TRACES needs packages that are not installed")
    assert "upload-service[traces]" in line


def test_what_only_the_sdk_refuses_is_told_in_one_line() -> None:
    """A value that is looked at by nobody else ends the start in the same way, without the SDK's words."""
    line = refused({"OTEL_PYTHON_EXPORTER_OTLP_HTTP_CREDENTIAL_PROVIDER": SECRET})
    assert "UPLOAD_TRACES: OpenTelemetry's SDK does not take what an OTEL_ variable says" in line
    assert SECRET not in line
