"""What a start loads and makes, because whoever starts a function in Lambda waits for it."""

import json
import subprocess
import sys

import pytest

# What a service with its usual settings, and its usual upload, never need.
FOR_OTHERS = frozenset(
    {
        "backoff",
        "cryptography",
        "jwt",
        "opentelemetry",
        "prometheus_client",
        "requests",
        "sigtype",
        "throttled",
        "upload_service.command_line",
        "upload_service.doctor",
        "upload_service.identity",
        "upload_service.server.signed_callers",
        "upload_service.telemetry.cloudwatch",
        "upload_service.telemetry.otlp_traces",
        "upload_service.telemetry.prometheus",
        "upload_service.telemetry.spans",
        "upload_service.translation.korean",
    }
)
# Each pattern takes as long to compile as the whole import of a small file. So does the text of each function
# that a dataclass makes. Five are groups of settings, whose fields carry
# their variables and texts.
MOST_PATTERNS, MOST_DATACLASSES = 50, 13
STARTED = """
import asyncio, dataclasses, json, os, re, signal, sys
import structlog
import upload_service.command
from upload_service.server.serve import serve
from upload_service.settings.settings import Settings

def stop(logger, method, event):
    if event["event"] == "listening":
        os.kill(os.getpid(), signal.SIGTERM)
    return event["event"]

structlog.configure(processors=[stop])
asyncio.run(serve(Settings.from_environment({"PORT": "0", "UPLOAD_BIND": "127.0.0.1"})))
ours = {name: module for name, module in sys.modules.items() if name.startswith("upload_service")}
made = [(each, vars(module)[each]) for module in ours.values() for each in vars(module)]
print(json.dumps({
    "modules": [*sys.modules],
    "patterns": sorted({each.pattern if isinstance(each.pattern, str) else each.pattern.decode("latin-1")
                        for _, each in made if isinstance(each, re.Pattern)}),
    "dataclasses": sorted({each.__qualname__ for _, each in made
                           if isinstance(each, type) and dataclasses.is_dataclass(each)}),
}))
"""


@pytest.fixture(scope="module")
def started() -> dict[str, list[str]]:
    """What a service had loaded and made by the time that it listened."""
    ran = subprocess.run(
        [sys.executable, "-c", STARTED], capture_output=True, text=True, timeout=60, check=True
    )
    found: dict[str, list[str]] = json.loads(ran.stdout.splitlines()[-1])
    return found


def test_start_loads_nothing_that_only_others_need(started: dict[str, list[str]]) -> None:
    """What serves a setting, a retry, an option or another language is not imported by a usual start."""
    assert "upload_service.upload.storage_leg" in started["modules"]
    assert FOR_OTHERS.intersection(started["modules"]) == set()


@pytest.mark.parametrize(("what", "most"), [("patterns", MOST_PATTERNS), ("dataclasses", MOST_DATACLASSES)])
def test_start_makes_few_things_that_take_long_to_make(
    started: dict[str, list[str]], what: str, most: int
) -> None:
    """Patterns that few uploads need are compiled at first use; a record is a NamedTuple if it can be."""
    assert len(started[what]) <= most, "\n".join(started[what])
