"""The tests' own clamd: what the other tests take for granted of it."""

import socket
from pathlib import Path

import pytest

from tests.support.scanner import samples
from tests.support.scanner.running_clamd import Clamd
from tests.support.scanner.scanning import scan

pytestmark = pytest.mark.clamd


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (samples.MARKER, samples.MARKER_NAME),
        (b"x" * 100_000 + samples.MARKER + b"y", samples.MARKER_NAME),
        (samples.WHOLE_FILE, samples.WHOLE_FILE_NAME),
        (samples.EICAR, samples.EICAR_NAME),
    ],
)
def test_samples_are_found(clamd: Clamd, content: bytes, name: str) -> None:
    """Each harmless sample is found by its name."""
    assert scan(clamd, content) == f"stream: {name}{samples.UNOFFICIAL} FOUND"


@pytest.mark.parametrize("content", [b"x", b"x" * 100_000, samples.MARKER[:-1], samples.WHOLE_FILE + b"x"])
def test_nothing_else_is_found(clamd: Clamd, content: bytes) -> None:
    """What is no sample is clean, also when it begins like one."""
    assert scan(clamd, content) == "stream: OK"


def test_it_pauses_ends_and_starts_again(tmp_path: Path) -> None:
    """Paused it is silent; killed it refuses; restarted it answers at the same port, with a new option."""
    with Clamd(tmp_path, StreamMaxLength="2M") as clamd:
        clamd.pause()
        with socket.create_connection(("127.0.0.1", clamd.port), 60) as asking:
            asking.sendall(b"zPING\0")
            asking.settimeout(0.2)
            with pytest.raises(TimeoutError):
                asking.recv(16)
            clamd.resume()
            asking.settimeout(60)
            assert asking.recv(16) == b"PONG\0"
        port = clamd.port
        clamd.kill()
        with pytest.raises(ConnectionRefusedError):
            clamd.ask("PING")
        clamd.restart(StreamMaxLength="1M")
        assert (clamd.port, clamd.ask("PING")) == (port, "PONG")
        with socket.create_connection(("127.0.0.1", clamd.port), 60) as stream:
            stream.sendall(b"zINSTREAM\0" + (1_500_000).to_bytes(4, "big"))
            assert stream.recv(100) == b"INSTREAM size limit exceeded. ERROR\0"
