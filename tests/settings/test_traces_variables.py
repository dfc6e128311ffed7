"""Which of the standard OTEL_ variables the start refuses, and what it says without the packages."""

import subprocess
import sys

import pytest

from upload_service.settings.environment import SettingError
from upload_service.settings.settings import Settings
from upload_service.settings.traces_variables import collector_origin

ON = {"UPLOAD_TRACES": "otlp"}
SECRET = "a-key-that-nobody-says"


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", f"{SECRET}:4318"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", f"ftp://{SECRET}"),
        ("UPLOAD_TRACES", SECRET),
    ],
)
def test_what_leads_nowhere_is_refused(variable: str, value: str) -> None:
    """The line names the variable, and never quotes its value."""
    with pytest.raises(SettingError, match=rf"\A{variable} must be") as caught:
        Settings.from_environment({**ON, variable: value})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_EXPORTER_OTLP_PROTOCOL": ""},
        {"OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf", "OTEL_EXPORTER_OTLP_ENDPOINT": "https://a.example"},
        {"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"},
    ],
)
def test_what_the_standard_allows_is_taken(environment: dict[str, str]) -> None:
    """An empty variable counts as one that is not set, and that of traces before that of all signals."""
    assert Settings.from_environment(ON | environment).traces == "otlp"


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


WITHOUT_PACKAGES = """
import sys
sys.modules["opentelemetry"] = None  # as if it were not installed
from upload_service.command import main
sys.exit(main([]))
"""


def test_missing_packages_are_told_in_one_line() -> None:
    """The start ends with status 2 and says what to install."""
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_PACKAGES],
        env=ON,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    (line,) = ran.stderr.splitlines()
    assert line.startswith("upload-service: UPLOAD_TRACES needs packages that are not installed")
    assert "upload-service[traces]" in line
