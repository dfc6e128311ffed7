"""./scripts/local: what it says, the signer beside its page, and a second one."""

import http.client
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from local import ports, running_store, seaweedfs
from local.store import Store, StoreError

PACKAGES = Path(__file__).parents[2] / "scripts" / "lib"


def command(port: int, data: Path) -> list[str]:
    """./scripts/local, with its page at this port."""
    return [sys.executable, "-m", "local", "--port", str(port), "--data", str(data)]


@pytest.fixture(scope="module")
def port() -> int:
    """Where the page will be; the port after it is free as well."""
    with ExitStack() as held:
        return ports.take_pair(held, 1)[0]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store's folder."""
    return tmp_path_factory.mktemp("local")


@pytest.fixture(scope="module")
def said(port: int, data: Path) -> Iterator[str]:
    """What ./scripts/local says once it runs; it stops when told to."""
    local = subprocess.Popen(
        command(port, data), cwd=PACKAGES, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert local.stdout
    try:
        lines = [next(local.stdout)]
        while not lines[-1].startswith("Stop:"):
            lines.append(next(local.stdout))
        yield "".join(lines)
    finally:
        local.terminate()
        rest = local.communicate(timeout=60)[0]
    assert local.returncode == 0, rest


def test_page_comes_first(said: str, port: int) -> None:
    """Said first is where the page is; a KEY is what the page shows."""
    assert said.index(f"The page:     http://localhost:{port} ") < said.index("Its store:")
    assert "./scripts/fetch KEY > FILE  (the page shows each file's KEY" in said


def test_signer_is_found_again(said: str, port: int) -> None:
    """The page's signer is at the next port, so after a restart an open page finds it, and it gives a URL."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/", headers={"Accept": "text/html"})
    assert f'data-signer="http://127.0.0.1:{port + 1}/presign"' in connection.getresponse().read().decode()
    connection.close()
    signer = http.client.HTTPConnection("127.0.0.1", port + 1, timeout=60)
    signer.request("POST", "/presign", b'{"name": "a.txt"}', {"Origin": f"http://localhost:{port}"})
    assert "uploadUrl" in json.loads(signer.getresponse().read())
    signer.close()


def allowed(port: int, origin: str, method: str, path: str, **headers: str) -> str | None:
    """The origin whose page may read the answer to this page's request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, headers={"Origin": origin, **headers})
    found = connection.getresponse().headers["Access-Control-Allow-Origin"]
    connection.close()
    return found


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_page_may_call(said: str, port: int, name: str) -> None:
    """Service and store answer the page, by both its names."""
    page = f"http://{name}:{port}"
    assert allowed(port, page, "GET", "/healthz") == page
    assert allowed(store_port(said), page, "GET", "/uploads/") == page


@pytest.mark.parametrize("other", ["http://evil.example", "http://localhost:3000", "null"])
def test_other_pages_may_not(said: str, port: int, other: str) -> None:
    """A page of another origin reads nothing and sends nothing but what it may without asking."""
    assert allowed(port, other, "GET", "/healthz") is None
    assert allowed(store_port(said), other, "GET", "/uploads/") is None
    preflight = {"Access-Control-Request-Method": "PUT"}
    assert allowed(store_port(said), other, "OPTIONS", "/uploads/a", **preflight) is None


def store_port(said: str) -> int:
    """The port in the store's address."""
    found = re.search(r"Its store: +http://127.0.0.1:(\d+)/uploads/", said)
    assert found
    return int(found[1])


@pytest.mark.parametrize(("method", "path"), [("GET", "/buckets/uploads/"), ("POST", "/buckets/uploads/a")])
def test_filer_asks_for_a_token(store: Store, method: str, path: str) -> None:
    """The store's other interface, which knows no signatures, is closed: a page could ask it without CORS."""
    connection = http.client.HTTPConnection("127.0.0.1", store.filer_port, timeout=60)
    connection.request(method, path, body=b"abc" if method == "POST" else None)
    assert connection.getresponse().status == 401
    connection.close()


def test_second_one_is_told_what_it_needs(said: str, port: int, data: Path) -> None:
    """Another ./scripts/local at the same port says that one runs, where, and what a second one needs."""
    second = subprocess.run(
        command(port, data), cwd=PACKAGES, capture_output=True, text=True, timeout=60, check=False
    )
    assert second.returncode == 1
    assert f"already runs, with its page at http://localhost:{port}." in second.stderr
    free = re.search(r"--port (\d+) --data FOLDER", second.stderr)
    assert free
    assert int(free[1]) not in (port, port + 1)


def test_no_connection_begins_at_the_port_of_a_store() -> None:
    """It is none of those that the system gives to connections: one of them would have it first."""
    assert all(seaweedfs.choose_ports(0).s3 < 32_768 for _ in range(20))


def test_who_looks_for_a_store_hears_of_both_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without ./scripts/local its other commands say how to start it, and what compose has instead."""
    monkeypatch.setattr(running_store, "FILE", tmp_path / "running.json")
    with pytest.raises(StoreError, match=r"start it with ./scripts/local.*With compose: docker compose run"):
        running_store.find()
