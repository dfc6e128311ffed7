"""`uploadInParts` to a session of Google and to blocks of an Azure blob, in Node: doubles, and Azurite."""

import base64
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from compat import azurite
from compat.azure import Azure
from compat.target import ask

from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.google_sessions import UNIT_BYTES, Fault, GoogleSessions, Session
from tests.support.storage.storage_double import Put, Reply, StorageDouble, answer, xml
from tests.system.upload_in_parts.calls import MIB, Large
from tests.system.upload_in_parts.conftest import Begin

pytestmark = pytest.mark.node
SIZE = 3 * MIB + 5
BLOCKS = "azure/film.bin"
SAS = (
    "sv=2021-12-02&sr=b&sp=cw&se=2099-01-01T00%3A00%3A00Z&sig=dGhlIHNpZ25hdHVyZSBvZiBhIGJsb2IsIDMyIGJ5dGU%3D"
)


@pytest.fixture(scope="module")
def google() -> Iterator[GoogleSessions]:
    """Google's sessions."""
    with GoogleSessions() as running:
        yield running
        running.shutdown()


@pytest.fixture(scope="module")
def through(google: GoogleSessions, double: StorageDouble) -> Iterator[Running]:
    """The service."""
    with Running(UPLOAD_DESTINATIONS=f"{google.url},{double.url}") as running:
        yield running


@pytest.fixture
def file(tmp_path: Path) -> Large:
    """A file of four parts of 1 MiB, the last of which is small."""
    return Large(tmp_path / "film.bin", b"").rewritten((bytes(range(251)) * (SIZE // 251 + 1))[:SIZE])


@pytest.fixture
def send(begin: Begin, through: Running, file: Large) -> Callable[..., Any]:
    """The outcome of a call."""

    async def sent(kind: str, **options: Any) -> dict[str, Any]:
        async with begin(file.path, kind=kind, serviceUrl=through.url, partBytes=MIB, **options) as call:
            return await call.outcome()

    return sent


def begun(google: GoogleSessions, *faults: Fault) -> tuple[str, Session]:
    """A session whose URL is a secret of the run."""
    url, session = google.begin(*faults)
    TRANSCRIPT.secrets.add(parse_qs(urlsplit(url).query)["upload_id"][0])
    return url, session


async def test_session(send: Callable[..., Any], google: GoogleSessions, file: Large) -> None:
    """Its pieces come one after the other; it is asked whether it is empty, and whether all is there."""
    url, session = begun(google)
    outcome = await send("google", session=url, atOnce=4)
    assert outcome["done"]["complete"] is True, outcome
    assert session.content == file.content
    ends = [MIB, 2 * MIB, 3 * MIB, SIZE]
    pieces = [f"bytes {max(0, end - 1 - (end - 1) % MIB)}-{end - 1}/{SIZE}" for end in ends]
    assert session.ranges == [f"bytes */{SIZE}", *pieces, f"bytes */{SIZE}"]


@pytest.mark.parametrize("fault", ["keeps less", "loses the answer", "cuts", "fails"])
async def test_session_takes_less(
    send: Callable[..., Any], google: GoogleSessions, file: Large, fault: Fault
) -> None:
    """After each fault it is asked what it has, and the rest follows: no byte is there twice or missing."""
    url, session = begun(google, fault)
    outcome = await send("google", session=url)
    assert outcome["done"]["complete"] is True, outcome
    assert session.content == file.content
    if fault in {"keeps less", "cuts"}:
        assert f"bytes {UNIT_BYTES}-{MIB - 1}/{SIZE}" in session.ranges


async def test_session_goes_on(send: Callable[..., Any], google: GoogleSessions, file: Large) -> None:
    """A call that ended in the middle of a piece goes on there, with the URL that it remembers."""
    url, session = begun(google, "keeps less")
    outcome = await send("google", begins=[url], maxRetries=0)
    assert outcome["error"]["code"] == "session_took_less"
    session.ranges.clear()
    outcome = await send("google", begins=[])
    assert outcome["done"]["complete"] is True, outcome
    assert session.content == file.content
    assert session.ranges[:2] == [f"bytes */{SIZE}", f"bytes {UNIT_BYTES}-{MIB - 1}/{SIZE}"]


@pytest.mark.parametrize("way", ["session", "begins"])
async def test_session_of_another_file(
    send: Callable[..., Any], google: GoogleSessions, file: Large, way: str
) -> None:
    """Google ignores bytes that come again: a session that holds a file's beginning takes no other file."""
    url, session = begun(google, "keeps less")
    await send("google", session=url, maxRetries=0)
    kept = session.content
    file.rewritten(bytes(255 - each for each in file.content))
    outcome = await send("google", **{way: url if way == "session" else [url]})
    assert outcome["error"]["code"] == "session_in_use", outcome
    assert (session.content, session.is_complete) == (kept, False)


async def test_session_that_never_says_that_it_is_complete(
    send: Callable[..., Any], google: GoogleSessions, file: Large
) -> None:
    """A session that has all bytes and still asks for more is not taken for an object."""
    url, session = begun(google)
    session.never_completes = True
    outcome = await send("google", session=url, maxRetries=1)
    assert outcome["error"]["code"] == "session_incomplete", outcome
    assert "done" not in outcome


async def test_session_that_is_gone(send: Callable[..., Any], google: GoogleSessions, file: Large) -> None:
    """A session that has ended begins anew, with another one."""
    url, session = begun(google, "keeps less")
    await send("google", begins=[url], maxRetries=0)
    session.is_gone = True
    other, fresh = begun(google)
    outcome = await send("google", begins=[other])
    assert outcome["done"]["complete"] is True, outcome
    assert fresh.content == file.content


def sas(double: StorageDouble) -> str:
    """A URL for the blob."""
    return TRANSCRIPT.hide(f"{double.url}{BLOCKS}?{SAS}")


def blocks(puts: list[Put]) -> tuple[dict[str, bytes], list[str]]:
    """The blocks that came, by their ids, and the ids of the last list."""
    by_id, listed = dict[str, bytes](), list[str]()
    for put in puts:
        query = parse_qs(urlsplit(put.target).query)
        if query["comp"] == ["block"]:
            by_id[query["blockid"][0]] = bytes(put.body)
        else:
            listed = re.findall("<Latest>(.*?)</Latest>", put.body.decode())
    return by_id, listed


async def test_blocks(send: Callable[..., Any], double: StorageDouble, file: Large) -> None:
    """Blocks with ids of one length, then the list that makes a blob of them, in order and with the type."""
    puts = double.script(BLOCKS, Reply(answer(201, b"", 'ETag: "0x8D"')))
    outcome = await send("azure", sas=sas(double))
    assert outcome["done"]["etag"] == '"0x8D"', outcome
    by_id, listed = blocks(puts)
    assert b"".join(by_id[each] for each in listed) == file.content
    assert len({len(base64.b64decode(each)) for each in listed}) == 1
    assert puts[-1].header("x-ms-blob-content-type") == "application/x-large"
    assert len(puts) == 5


async def test_blocks_go_on(send: Callable[..., Any], double: StorageDouble, file: Large) -> None:
    """Only the blocks that are not remembered are sent, and no SAS is."""
    created = Reply(answer(201, b"", "x-ms-request-id: 1", "x-ms-version: 2021-12-02"))
    puts = double.script(BLOCKS, created, created, Reply(answer(403, xml("AuthorizationFailure"))))
    outcome = await send("azure", sas=sas(double), atOnce=1)
    assert outcome["error"]["code"] == "access_denied", outcome
    more = double.script(BLOCKS, created, created, Reply(answer(201, b"", 'ETag: "0x8D"')))
    outcome = await send("azure", sas=sas(double), atOnce=1)
    assert outcome["done"]["success"] is True, outcome
    assert len(more) == 3
    by_id, listed = blocks([*puts[:2], *more])
    assert b"".join(by_id[each] for each in listed) == file.content


async def test_blocks_that_are_gone(send: Callable[..., Any], double: StorageDouble, file: Large) -> None:
    """Azure drops blocks after a week: a list that names one that is missing begins the upload anew."""
    created = Reply(answer(201, b"", 'ETag: "0x8D"'))
    missing = Reply(answer(400, xml("InvalidBlockList")))
    puts = double.script(BLOCKS, created, created, created, created, missing, created)
    outcome = await send("azure", sas=sas(double), atOnce=1)
    assert outcome["done"]["success"] is True, outcome
    by_id, listed = blocks(puts)
    assert b"".join(by_id[each] for each in listed) == file.content
    assert len(puts) == 10


@pytest.fixture(scope="module")
def real_azure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Azure]:
    """Microsoft's emulator, with a container."""
    with azurite.azurite(tmp_path_factory.mktemp("azurite")) as running:
        running.set_up()
        yield running


async def test_blocks_in_azurite(begin: Begin, real_azure: Azure, file: Large) -> None:
    """Microsoft's emulator makes the file's blob of the blocks, with the file's type."""
    url = TRANSCRIPT.hide(real_azure.url("film.bin"))
    with Running(UPLOAD_DESTINATIONS=real_azure.prefix) as through:
        options = {"kind": "azure", "serviceUrl": through.url, "partBytes": MIB, "sas": url}
        async with begin(file.path, **options) as call:
            outcome = await call.outcome()
    assert outcome["done"]["stored"] is True, outcome
    stored = ask("GET", real_azure.url_to_read("film.bin"))
    assert stored.body == file.content
    assert stored.headers["content-type"] == "application/x-large"
