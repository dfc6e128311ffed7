"""What the tests of proxies share: one of each, with a service behind it, and curl in front."""

import json
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from local.store import Bucket

from tests.support.proxies.running_proxy import KINDS, Kind, Proxy
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import StorageDouble

LARGE_BYTES = 64 * 1024 * 1024
SECONDS = 300


@dataclass(frozen=True)
class Behind:
    """A service and the proxy in front of it."""

    service: Running
    proxy: Proxy


@dataclass(frozen=True)
class Done:
    """What curl got: the lines of the answer, and how it came. `error`: what curl complains of."""

    status: int
    version: str
    sent_bytes: int
    lines: list[dict[str, Any]]
    error: str


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    """Each of them in turn."""
    found: Kind = request.param
    return found


@pytest.fixture(scope="module")
def behind(
    kind: Kind, bucket: Bucket, double: StorageDouble, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Behind]:
    """A service behind the proxy, as the page says."""
    listed = f"{bucket.url},{double.url}"
    with (
        Running(UPLOAD_DESTINATIONS=listed, UPLOAD_TRUSTED_PROXIES="127.0.0.1") as service,
        Proxy(kind, tmp_path_factory.mktemp(kind.name), service.port) as proxy,
    ):
        yield Behind(service, proxy)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A large file that takes no room on disk."""
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        file.truncate(LARGE_BYTES)
    return path


@pytest.fixture
def curl() -> Callable[..., Done]:
    """Send a form to a path of the proxy, with these options."""

    def run(proxy: Proxy, path: str, upload_url: str, *options: str, stdin: int | None = None) -> Done:
        said = [
            "--write-out",
            "\n%{http_code} %{http_version} %{size_upload}",
            "--cacert",
            str(proxy.ca_file),
        ]
        form = ["--form-string", f"uploadUrl={upload_url}", *options, f"{proxy.url}{path}"]
        done = subprocess.run(
            ["curl", "--silent", "--show-error", *said, *form],
            stdin=stdin, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        TRANSCRIPT.hear("curl", done.stdout + done.stderr)
        *lines, how = done.stdout.splitlines()
        status, version, sent = how.split()
        told = [json.loads(line) for line in lines if line.startswith("{")]
        return Done(int(status), version, int(sent), told, done.stderr)

    return run
