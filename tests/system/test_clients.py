"""Real HTTP clients, in both orders, on both endpoints: what is stored is what was sent."""

import hashlib
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from local.store import Bucket

from tests.support.client import http_clients
from tests.support.client.http_clients import Client, Form
from tests.support.client.raw_http import PLAIN, RETRY
from tests.support.service.running_service import Running
from tests.support.storage.large_objects import stored_sum
from tests.support.storage.storage_double import StorageDouble

# The last is more than a connection's buffers hold.
SIZES = (0, 1, 8191, 65536, 1024 * 1024 + 1, 10_000_000)
# More than the service keeps in memory. It matters to the service, and not to whichever client sends it.
LARGE_BYTES = 100_000_000
PIECE_BYTES = 4 * 1024 * 1024
CLIENTS = (
    pytest.param(http_clients.curl, marks=pytest.mark.curl, id="curl"),
    pytest.param(http_clients.node, marks=pytest.mark.node, id="node"),
    pytest.param(http_clients.python_requests, id="requests"),
    pytest.param(http_clients.python_httpx, id="httpx"),
    pytest.param(http_clients.python_aiohttp, id="aiohttp"),
)
ORDERS = (pytest.param(True, id="url-first"), pytest.param(False, id="file-first"))

# A random file of so many bytes, and its SHA-256.
Sample = Callable[[int], tuple[Path, str]]


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """Random files, each size made once."""
    folder = tmp_path_factory.mktemp("samples")
    made: dict[int, tuple[Path, str]] = {}

    def make(size: int) -> tuple[Path, str]:
        if size not in made:
            dice, summed, path = random.Random(size), hashlib.sha256(), folder / f"{size}.bin"
            with path.open("wb") as file:
                for start in range(0, size, PIECE_BYTES):
                    piece = dice.randbytes(min(PIECE_BYTES, size - start))
                    summed.update(piece)
                    file.write(piece)
            made[size] = path, summed.hexdigest()
        return made[size]

    return make


# Send a file of so many bytes to an endpoint of the service, and look at what is stored.
Send = Callable[[Client, bool, str, int], None]


@pytest.fixture
def send(service: Running, bucket: Bucket, presign: Callable[..., str], sample: Sample) -> Send:
    """The object has the SHA-256, the size and the type that the file was sent with."""

    def sent(client: Client, url_first: bool, path: str, size: int) -> None:
        file, summed = sample(size)
        key = f"clients/{client.__name__}-{path[1:]}-{url_first}-{size}"
        try:
            answer = client(Form(service.url + path, presign(key), file, url_first))
            assert answer.status == 200, answer.body
            assert answer.json["file_size"] == size
            assert stored_sum(bucket, key) == summed
            head = bucket.head(key)
            assert head
            assert (head.size, head.content_type) == (size, http_clients.TYPE)
        finally:
            bucket.delete(key)

    return sent


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("path", [PLAIN, RETRY])
@pytest.mark.parametrize("url_first", ORDERS)
@pytest.mark.parametrize("client", CLIENTS)
def test_object_is_the_file(send: Send, client: Client, url_first: bool, path: str, size: int) -> None:
    """Each client's file is stored with the SHA-256, the size and the type that it was sent with."""
    send(client, url_first, path, size)


@pytest.mark.curl
@pytest.mark.parametrize("path", [PLAIN, RETRY])
@pytest.mark.parametrize("url_first", ORDERS)
def test_large_object_is_the_file(send: Send, url_first: bool, path: str) -> None:
    """So is a file that the service cannot keep in memory, in either order and at either endpoint."""
    send(http_clients.curl, url_first, path, LARGE_BYTES)


@pytest.mark.parametrize("url_first", ORDERS)
@pytest.mark.parametrize("client", CLIENTS)
def test_order_is_as_asked(double: StorageDouble, sample: Sample, client: Client, url_first: bool) -> None:
    """Each client puts the fields on the wire in the order that these tests ask for."""
    received = double.script(key := f"order/{client.__name__}-{url_first}")
    client(Form(double.url + key, "http://127.0.0.1/key", sample(8191)[0], url_first))
    body = bytes(received[0].body)
    assert (body.index(b'name="uploadUrl"') < body.index(b'name="file"')) is url_first


@pytest.mark.parametrize("filename", ["사진 보고서.png", 'say "hi"; a=b.png', "100% é, ñ.png"])
@pytest.mark.parametrize("client", CLIENTS)
def test_filename_is_answered(
    service: Running, presign: Callable[..., str], sample: Sample, client: Client, filename: str
) -> None:
    """A name with Korean letters or quotation marks comes back as the client was given it."""
    upload_url = presign(f"clients/names-{client.__name__}")
    answer = client(Form(service.url + PLAIN, upload_url, sample(1)[0], filename=filename))
    assert answer.status == 200, answer.body
    assert answer.json["filename"] == filename


def test_percent_encoded_filename_is_answered_as_sent(
    service: Running, presign: Callable[..., str], sample: Sample
) -> None:
    """aiohttp's default percent-encoding is part of the name, as browsers read it, and is not undone."""
    upload_url = presign("clients/names-quoting")
    form = Form(service.url + PLAIN, upload_url, sample(1)[0], filename="사진.png")
    answer = http_clients.python_aiohttp_quoting(form)
    assert answer.status == 200, answer.body
    assert answer.json["filename"] == "%EC%82%AC%EC%A7%84.png"
