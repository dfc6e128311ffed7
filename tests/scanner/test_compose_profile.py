"""The clamd of `docker compose --profile scan up`: its configuration, as Debian's clamd understands it."""

import asyncio
import re
from pathlib import Path

import pytest

from tests.support.scanner.running_clamd import Clamd
from upload_service.scanner import clamd as client
from upload_service.scanner.probe import Answer, probe
from upload_service.settings.parsing import byte_count

pytestmark = pytest.mark.clamd
ROOT = Path(__file__).parents[2]
SECONDS = 120.0
# What is of the container alone.
PLACES = {"TCPSocket", "LocalSocket", "User"}


def options() -> dict[str, str | int]:
    """The lines of its configuration, but where it listens and as whom it runs."""
    text = (ROOT / "scripts" / "lib" / "compose" / "clamd.conf").read_text("utf-8")
    lines = dict(re.findall(r"^(\w+) (\S+)$", text, re.MULTILINE))
    assert lines.keys() >= PLACES
    return {name: value for name, value in lines.items() if name not in PLACES}


def largest() -> int:
    """The largest file that the service of that profile sends to it."""
    compose = (ROOT / "docker-compose.yml").read_text("utf-8")
    (found,) = re.findall(r"UPLOAD_SCANNER_MAX_BYTES: (\w+)", compose)
    return byte_count(1)(found)


def test_it_looks_at_the_largest_file(tmp_path: Path) -> None:
    """It tells its limits, and looks at files as large as that service takes, and at none above."""

    async def ask(size: int) -> Answer:
        asked = client.Clamd(("127.0.0.1", clamd.port), SECONDS)
        try:
            return await probe(asked, size, SECONDS, always_largest=True)
        finally:
            asked.close()

    with Clamd(tmp_path, **options()) as clamd:  # type: ignore[arg-type]  # none of them is `with_eicar`
        assert asyncio.run(ask(largest())) == Answer(True, True, True)
        assert asyncio.run(ask(largest() + 1)) == Answer(True, True, False)
