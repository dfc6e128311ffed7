"""One PUT: exceptions of the client library, names that do not resolve, TLS that is not trusted."""

import asyncio
import inspect
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
import trustme
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from devtools import signed_queries

from tests.support.client.raw_http import PLAIN, RETRY, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.faulty_storage import FaultyStorage
from upload_service.body.file_body import Body, Pipe
from upload_service.errors.upload_error import CATALOGUE
from upload_service.presigned.destination import judge_destination
from upload_service.settings.settings import Settings
from upload_service.storage.connection_pools import Pool, Pools, open_pools
from upload_service.storage.outcome import Outcome
from upload_service.storage.put import FAULTS, Storage, fault_code
from upload_service.storage.sockets import SocketCounter

SIGNED = signed_queries.v4("ca11ab1e", seconds=604800)


def test_every_foreign_exception_has_a_code() -> None:
    """Each exception class of the client library has a code. All are storage's fault, except a bad URL."""
    kinds = [
        kind
        for _, kind in inspect.getmembers(aiohttp.client_exceptions, inspect.isclass)
        if issubclass(kind, aiohttp.ClientError)
    ]
    assert len(kinds) > 20
    for kind in kinds:
        code = next(code for base, code in FAULTS if issubclass(kind, base))
        wanted = "client" if issubclass(kind, aiohttp.InvalidURL) else "storage"
        assert CATALOGUE[code].fault == wanted, kind


def test_no_row_of_the_table_hides_another() -> None:
    """In the table of exceptions a subclass stands before its base."""
    for index, (kind, _) in enumerate(FAULTS):
        assert not any(issubclass(kind, earlier) for earlier, _ in FAULTS[:index])


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (TimeoutError(), "storage_stalled"),
        (OSError(5, "I/O error"), "storage_disconnected"),
        (aiohttp.ServerDisconnectedError(), "storage_disconnected"),
        (aiohttp.ConnectionTimeoutError(), "storage_unreachable"),
    ],
)
def test_some_exceptions(error: Exception, code: str) -> None:
    """The table is read from its top."""
    assert fault_code(error) == code


class NoNames(AbstractResolver):
    """A resolver that knows nothing and asks nobody."""

    asked: str = ""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Fail as getaddrinfo does."""
        self.asked = host
        raise OSError(socket.EAI_NONAME, "Name or service not known")

    async def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
async def nameless() -> AsyncIterator[tuple[Storage, NoNames]]:
    """Storage behind a resolver that fails."""
    resolver = NoNames()
    async with Pool(listed=True, names=resolver) as pool:
        yield Storage(Pools(pool, pool, SocketCounter()), 1, 0), resolver


async def test_name_that_does_not_resolve(nameless: tuple[Storage, NoNames]) -> None:
    """A host name that does not resolve is storage's fault with a code of its own."""
    storage, resolver = nameless
    allowed = Settings.from_environment({"UPLOAD_DESTINATIONS": "https://gone.example"}).destinations
    destination = judge_destination(f"https://gone.example/k?{SIGNED}", allowed, 0)
    body = Body(Pipe())
    await body.feed(b"x")
    body.finish()
    assert await storage.put(destination, body.reader(1), {"content-type": "image/png"}) == Outcome(
        "storage_name_unresolved"
    )
    assert resolver.asked == "gone.example"


@pytest.fixture
async def tls_store() -> AsyncIterator[tuple[int, trustme.CA]]:
    """A store that speaks TLS with a certificate of a private authority."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)

    async def put(request: web.Request) -> web.Response:
        return web.Response(headers={"ETag": f'"{len(await request.read())}"'})

    app = web.Application()
    app.router.add_put("/{key}", put)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    yield runner.addresses[0][1], authority
    await runner.cleanup()


async def test_private_authority(tls_store: tuple[int, trustme.CA], tmp_path: Path) -> None:
    """A private store's certificate is refused by default and trusted with SSL_CERT_FILE."""
    port, authority = tls_store
    listed = f"https://127.0.0.1:{port}/"
    url = TRANSCRIPT.hide(f"{listed}k?{SIGNED}")
    body = form(field("uploadUrl", url), file(b"12345"))

    def upload(**environment: str) -> tuple[int, str]:
        with Running(UPLOAD_DESTINATIONS=listed, **environment) as running:
            answer = post(running.port, PLAIN, body)
            return answer.status, str(answer.json.get("code") or answer.json["etag"])

    assert await asyncio.to_thread(upload) == (502, "storage_tls_failed")
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(bundle))
    assert await asyncio.to_thread(upload, SSL_CERT_FILE=str(bundle)) == (200, '"5"')


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_certificate_without_the_name(host: str, tmp_path: Path) -> None:
    """A trusted certificate that lacks the name or address has its own code, and nothing is tried again."""
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("*.store.example", "127.0.0.2").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))

    def upload(origin: str) -> dict[str, object]:
        url = TRANSCRIPT.hide(f"{origin}/k?{SIGNED}")
        environment = {"SSL_CERT_FILE": str(tmp_path / "authority.pem"), "UPLOAD_DESTINATIONS": origin}
        with Running(**environment) as running:
            answer = post(running.port, RETRY, form(field("uploadUrl", url), file(b"12345")))
            return {**answer.json, "answered": answer.status}

    with FaultyStorage(tls=context) as storage:
        told = await asyncio.to_thread(upload, storage.origin.replace("127.0.0.1", host))
    assert (told["answered"], told["code"]) == (400, "certificate_name_differs")
    assert (told["attempts"], told["retryable"], told["fault"]) == (1, False, "client")
    assert "path-style" in str(told["detail"])


async def test_early_refusal_does_not_poison_the_connection() -> None:
    """After a refusal in mid-body, the rest of that body and the next PUT never share a connection."""
    connections: list[bytearray] = []

    async def refuse_early(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(heard := bytearray())
        answered = False
        while piece := await reader.read(65536):
            heard += piece
            if not answered and b"\r\n\r\n" in heard:
                writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
                answered = True
        writer.close()

    server = await asyncio.start_server(refuse_early, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    allowed = Settings.from_environment({"UPLOAD_DESTINATIONS": f"http://127.0.0.1:{port}/"}).destinations
    destination = judge_destination(f"http://127.0.0.1:{port}/k?{SIGNED}", allowed, 0)
    async with open_pools() as pools:
        for _ in range(3):
            body = Body(Pipe())
            await body.feed(bytes(100_000))
            await body.feed(bytes(100_000))
            outcome = await Storage(pools, 1, 0).put(
                destination, body.reader(1_000_000), {"content-type": "image/png"}
            )
            assert outcome.error == "storage_rejected"
    server.close()
    await server.wait_closed()
    assert len(connections) == 3
    assert all(heard.count(b"PUT /k") == 1 for heard in connections)
