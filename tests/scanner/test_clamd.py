"""The way to clamd, and that it is not even loaded where no scanner is set."""

import select
import socket
import subprocess
import sys
from typing import NoReturn

import pytest

from tests.support.scanner.running_clamd import Clamd as RunningClamd
from tests.support.scanner.scripted_clamd import FOUND, OK, Say, ScriptedClamd
from tests.support.scanner.waiting_upload import until
from upload_service.scanner.clamd import Clamd
from upload_service.scanner.verdict import ScannerFault

START = """
import sys
from upload_service.server.app import make_app
from upload_service.settings.settings import Settings
make_app(Settings.from_environment({}))
print(sorted(name for name in sys.modules if name.startswith("upload_service.") and "scan" in name))
"""


def to(scripted: ScriptedClamd) -> Clamd:
    """The way to it."""
    return Clamd(("127.0.0.1", scripted.server_address[1]), 30)


@pytest.mark.clamd
async def test_commands(clamd: RunningClamd) -> None:
    """A command is answered over TCP, by a name and by a number, and over a unix socket."""
    for address in (("127.0.0.1", clamd.port), ("localhost", clamd.port), str(clamd.socket)):
        assert await Clamd(address, 30).command("PING") == "PONG"
        assert (await Clamd(address, 30).command("VERSION")).startswith("ClamAV ")


async def test_every_chunk_comes_as_it_is(scripted: ScriptedClamd) -> None:
    """Chunks of all sizes come in their order, also when clamd reads slower than they are sent."""
    streams = scripted.say(Say())
    chunks = [bytes([number % 256]) * size for number, size in enumerate((1, 3, 70_000, 5_000_000, 2, 1) * 3)]
    stream = await to(scripted).instream()
    for chunk in chunks:
        assert await stream.feed(chunk)
    assert (await stream.verdict(60)).result == "ok"
    stream.close()
    assert bytes(streams[0].content) == b"".join(chunks)


async def test_an_early_answer_is_heard_behind_a_reset(scripted: ScriptedClamd) -> None:
    """clamd answers and resets while bytes are sent: feed says so, and the verdict is that answer."""
    scripted.say(Say(FOUND, after=1, then="reset"))
    stream = await to(scripted).instream()
    while await stream.feed(bytes(1 << 20)):
        pass
    assert await stream.verdict(60) == ("found", "Harmless.Scripted")
    stream.close()
    stream.close()


async def test_ok_before_the_end_is_no_verdict(scripted: ScriptedClamd) -> None:
    """An OK that has come before the end of the stream has left does not count, though nobody has read it."""
    streams = scripted.say(Say(OK, after=1, then="hang"))
    stream = await to(scripted).instream()
    for half in (b"all of ", b"a file"):
        await stream.feed(half)
    until(lambda: streams and streams[0].said.is_set())
    # It has come to this system, and the loop, which would read it, stands still.
    assert select.select([stream._connection._socket], [], [], 60)[0]
    with pytest.raises(ScannerFault, match="bad_answer"):
        await stream.verdict(30)
    stream.close()


async def test_a_name_that_does_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name without an address is told apart from one that takes no connection."""

    def nothing(*_: object, **__: object) -> NoReturn:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", nothing)
    with pytest.raises(ScannerFault, match="unresolved"):
        await Clamd(("clamd.invalid", 3310), 30).instream()


def test_not_loaded_where_it_is_off() -> None:
    """Without UPLOAD_SCANNER the service loads nothing of the scan but its settings."""
    run = subprocess.run([sys.executable, "-c", START], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['upload_service.settings.scanner_settings']"
