"""Settings from the environment, and what a wrong one looks like."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from upload_service.presigned.allowed_destinations import UrlPrefix
from upload_service.settings.environment import SettingError
from upload_service.settings.settings import Settings, list_settings, unknown_variables

MIB = 1 << 20


def test_defaults() -> None:
    """With nothing set, the documented defaults hold."""
    settings = Settings.from_environment({})
    assert (settings.port, settings.bind, settings.log_level) == (8000, None, "INFO")
    assert (settings.timeout_seconds, settings.stall_seconds) == (300, 30)
    assert (settings.spool_memory_bytes, settings.max_file_bytes) == (64 * MIB, 5 * 1024 * MIB)
    assert settings.destinations.known_stores
    assert settings.destinations.prefixes == ()
    assert settings.cors_origins == ("*",)
    assert (settings.shutdown_seconds, settings.drain_delay_seconds) == (25, 0)


def test_values_are_read() -> None:
    """Units, lists and case are understood."""
    settings = Settings.from_environment(
        {
            "PORT": "9000",
            "LOG_LEVEL": "debug",
            "UPLOAD_SPOOL_MEMORY_BYTES": "1 MiB",
            "UPLOAD_MAX_FILE_BYTES": "1000",
            "UPLOAD_DESTINATIONS": "http://Store.local:8333/uploads/, https://b.example",
            "UPLOAD_CORS_ORIGINS": "https://a.example,http://localhost:3000",
            "UPLOAD_STALL_SECONDS": "2.5",
        }
    )
    assert (settings.port, settings.log_level, settings.stall_seconds) == (9000, "DEBUG", 2.5)
    assert (settings.spool_memory_bytes, settings.max_file_bytes) == (MIB, 1000)
    assert settings.destinations.prefixes == (
        UrlPrefix("http", "store.local", 8333, "/uploads"),
        UrlPrefix("https", "b.example", 443, ""),
    )
    assert not settings.destinations.known_stores
    assert settings.cors_origins == ("https://a.example", "http://localhost:3000")
    assert Settings.from_environment({"UPLOAD_CORS_ORIGINS": "off"}).cors_origins == ()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("PORT", ""),
        ("LOG_LEVEL", "LOUD"),
        ("TIMEOUT_SECONDS", "0"),
        ("TIMEOUT_SECONDS", "soon"),
        ("TIMEOUT_SECONDS", "inf"),
        ("TIMEOUT_SECONDS", "nan"),
        ("UPLOAD_STALL_SECONDS", "-1"),
        ("UPLOAD_SPOOL_MEMORY_BYTES", "64MB"),
        ("UPLOAD_SPOOL_MEMORY_BYTES", "1.5"),
        ("UPLOAD_MAX_FILE_BYTES", "0"),
        ("UPLOAD_DESTINATIONS", ""),
        ("UPLOAD_DESTINATIONS", "https://a.example,"),
        ("UPLOAD_DESTINATIONS", "s3.amazonaws.com"),
        ("UPLOAD_DESTINATIONS", "ftp://a.example/"),
        ("UPLOAD_DESTINATIONS", "https://user:pass@a.example/"),
        ("UPLOAD_DESTINATIONS", "https://a.example/?x=1"),
        ("UPLOAD_DESTINATIONS", "https://a.example/#x"),
        ("UPLOAD_DESTINATIONS", "https://*.example/"),
        ("UPLOAD_DESTINATIONS", "https://a.example:99999/"),
        ("UPLOAD_DESTINATIONS", "https:///x"),
        ("UPLOAD_CORS_ORIGINS", ""),
        ("UPLOAD_CORS_ORIGINS", "*,https://a.example"),
        ("UPLOAD_CORS_ORIGINS", "https://a.example/path"),
        ("UPLOAD_CORS_ORIGINS", "a.example"),
        ("UPLOAD_PAGE", ""),
        ("UPLOAD_PAGE", "yes"),
        ("UPLOAD_PAGE", "ftp://a.example/presign"),
        ("UPLOAD_PAGE", "https://a.example"),
        ("UPLOAD_PAGE", "https://user:pass@a.example/presign"),
        ("UPLOAD_PAGE", 'https://a.example/"><script>'),
        ("UPLOAD_PAGE", "https://a.example;script-src */x"),
        ("UPLOAD_PAGE", "https://a.example/x y"),
        ("UPLOAD_BIND", "two words"),
        ("UPLOAD_SHUTDOWN_SECONDS", "x"),
        ("UPLOAD_DRAIN_DELAY_SECONDS", "-0.1"),
        ("SSL_CERT_FILE", "/no/such/file"),
    ],
)
def test_wrong_value_is_refused_by_name(variable: str, value: str) -> None:
    """A wrong value is refused with one line that begins with the variable and does not quote the value."""
    with pytest.raises(SettingError) as caught:
        Settings.from_environment({variable: value})
    text = str(caught.value)
    assert text.startswith(f"{variable} ")
    assert "\n" not in text
    assert "user:pass" not in text


def test_wrong_value_ends_the_start() -> None:
    """The process ends with status 2 and one plain line on standard error, before it listens."""
    done = subprocess.run(
        [sys.executable, "-m", "upload_service"],
        env=dict(os.environ) | {"PORT": "eighty"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "upload-service: PORT must be a whole number from 0 to 65535\n"
    assert done.stdout == ""


def test_help_lists_every_setting() -> None:
    """`--help` names every setting with its default."""
    done = subprocess.run(
        [sys.executable, "-m", "upload_service", "--help"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    for variable, default, _ in list_settings():
        assert f"{variable} ({default or 'not set'})" in done.stdout


def test_command_is_installed() -> None:
    """The console command `upload-service` starts the same program."""
    command = Path(sys.executable).with_name("upload-service")
    done = subprocess.run([command, "--version"], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.startswith("upload-service ")


def test_misspelt_setting_is_noticed() -> None:
    """A variable that looks like a setting and is none is named."""
    assert unknown_variables({"UPLOAD_STAL_SECONDS": "3", "UPLOAD_STALL_SECONDS": "3", "OTHER": "x"}) == [
        "UPLOAD_STAL_SECONDS"
    ]


def test_lambda_has_less_room() -> None:
    """Told that it runs in Lambda, the service keeps less on disk unless it is told otherwise."""
    function = {"AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024"}
    settings = Settings.from_environment(function)
    assert settings.in_lambda
    assert (settings.lambda_memory_bytes, settings.spool_disk_bytes) == (1024 * MIB, 256 * MIB)
    own = Settings.from_environment(function | {"UPLOAD_SPOOL_DISK_BYTES": "1GiB"})
    assert own.spool_disk_bytes == 1024 * MIB
    assert not Settings.from_environment({}).in_lambda


@pytest.mark.parametrize(("memory", "fits"), [("160", True), ("159", False), ("128", False)])
def test_kept_files_leave_a_function_its_memory(memory: str, *, fits: bool) -> None:
    """The spool's memory and the service's own must both fit into the function."""
    function = {"AWS_LAMBDA_FUNCTION_NAME": "f", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": memory}
    if fits:
        assert Settings.from_environment(function).spool_memory_bytes == 64 * MIB
    else:
        with pytest.raises(SettingError, match=r"\AUPLOAD_SPOOL_MEMORY_BYTES must leave"):
            Settings.from_environment(function)
