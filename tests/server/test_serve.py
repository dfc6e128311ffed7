"""Starting on a port that is taken, and stopping: what still works, what is finished, what is given up."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import pytest
from local.store import Bucket

from tests.support.client.raw_http import PLAIN, RETRY, Connection, ask, field, file, form
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Reply, StorageDouble, answer

CONTENT = bytes(range(256)) * 8192
SIGNALS = (signal.SIGTERM, signal.SIGINT)
# For as long the socket stays open: more than a busy machine needs for some requests.
DRAIN_SECONDS = 8
# Less than running uploads are waited for where PATIENT is set.
AT_ONCE_SECONDS = 60
PATIENT = {"UPLOAD_SHUTDOWN_SECONDS": "120"}


class Begun:
    """An upload of which half has been sent, the URL first."""

    def __init__(self, service: Running, upload_url: str, path: str = PLAIN) -> None:
        body = form(field("uploadUrl", upload_url), file(CONTENT))
        self._rest = body[len(body) // 2 :]
        self.connection = Connection(service.port)
        self.connection.begin(path, len(body))
        self.connection.send(body[: len(body) // 2])

    def __enter__(self) -> "Begun":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.socket.close()

    def finish(self) -> None:
        """Send the other half."""
        self.connection.send(self._rest)


def tell(service: Running, number: int) -> None:
    """Send a signal, and wait until the service has noticed."""
    service.process.send_signal(number)
    service.wait_for(lambda event: event["event"] == "stopping")


@contextmanager
def sending(connection: Connection, piece: bytes) -> Iterator[None]:
    """Send this piece again and again meanwhile, or until the service has left."""
    left = threading.Event()

    def keep_sending() -> None:
        with suppress(OSError):
            while not left.wait(0.002):
                connection.socket.sendall(piece)

    sender = threading.Thread(target=keep_sending)
    sender.start()
    try:
        yield
    finally:
        left.set()
        sender.join()


def seconds_until_closed(service: Running) -> float:
    """Wait until the service takes no new connection: how long after its notice of the signal that was."""
    while True:
        try:
            Connection(service.port).socket.close()
        except ConnectionRefusedError:
            break
        time.sleep(0.05)
    noticed = service.wait_for(lambda event: event["event"] == "stopping")["timestamp"]
    return (datetime.now(UTC) - datetime.fromisoformat(noticed)).total_seconds()


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_stop_drains_and_finishes(bucket: Bucket, presign: Callable[..., str], number: int) -> None:
    """After a signal /readyz says so on an open socket; then it closes, and a running upload is finished."""
    key = f"stopping/drain-{number}"
    with Running(UPLOAD_DESTINATIONS=bucket.url, UPLOAD_DRAIN_DELAY_SECONDS=str(DRAIN_SECONDS)) as service:
        assert ask(service.port, "GET", "/readyz").status == 200
        with Begun(service, presign(key)) as begun:
            tell(service, number)
            refused = ask(service.port, "GET", "/readyz")
            assert refused.status == 503
            assert refused.headers["content-type"].startswith("application/problem+json")
            assert refused.headers["retry-after"] == "5"
            assert refused.json["code"] == "shutting_down"
            assert ask(service.port, "GET", "/healthz").status == 200
            assert seconds_until_closed(service) > DRAIN_SECONDS - 0.1
            begun.finish()
            assert begun.connection.answer().status == 200
        assert service.process.wait(30) == 0
        assert bucket.get(key) == CONTENT
        service.wait_for(lambda event: event["event"] == "stopped")
        events = [event for event in service.log if event["event"] in ("listening", "stopping", "stopped")]
        assert [event["event"] for event in events] == ["listening", "stopping", "stopped"]
        assert events[1]["running"] == 1


@pytest.mark.parametrize("path", [PLAIN, RETRY])
def test_stop_waits_for_storage(double: StorageDouble, double_url: Callable[[str], str], path: str) -> None:
    """An upload that only waits for storage when the signal comes is finished."""
    puts = double.script("stopping/slow", Reply(pause=1))
    with (
        Running(UPLOAD_DESTINATIONS=double.url) as service,
        Begun(service, double_url("stopping/slow"), path) as begun,
    ):
        begun.finish()
        tell(service, signal.SIGTERM)
        assert begun.connection.answer().status == 200
        assert service.process.wait(30) == 0
    assert bytes(puts[0].body) == CONTENT


def test_upload_that_comes_with_the_signal_is_finished(
    double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """An upload whose request had arrived unread when the signal came is finished as well."""
    puts = double.script("stopping/with-signal", Reply(pause=3))
    body = form(field("uploadUrl", double_url("stopping/with-signal")), file(CONTENT[:1000]))
    with Running(UPLOAD_DESTINATIONS=double.url) as service:
        service.process.send_signal(signal.SIGSTOP)
        with Connection(service.port) as connection:
            connection.head(PLAIN, len(body))
            connection.send(body)
            service.process.send_signal(signal.SIGTERM)
            service.process.send_signal(signal.SIGCONT)
            assert connection.answer().status == 200
        assert service.process.wait(30) == 0
    assert bytes(puts[0].body) == CONTENT[:1000]


@pytest.mark.parametrize("path", [PLAIN, RETRY])
def test_unfinished_upload_is_given_up(bucket: Bucket, presign: Callable[..., str], path: str) -> None:
    """An upload whose client is too slow for the stop gets 503, and nothing of it is stored."""
    key = f"stopping/unfinished-{path[1:]}"
    with Running(UPLOAD_DESTINATIONS=bucket.url, UPLOAD_SHUTDOWN_SECONDS="0.5") as service:
        with Begun(service, presign(key), path) as begun:
            tell(service, signal.SIGTERM)
            given_up = begun.connection.answer()
        assert (given_up.status, given_up.json["code"]) == (503, "shutting_down")
        assert given_up.json["retryable"] is True
        assert given_up.headers["retry-after"] == "5"
        assert service.process.wait(30) == 0
        assert service.upload_event(given_up.request_id)["code"] == "shutting_down"
    assert bucket.head(key) is None


@pytest.mark.parametrize(
    ("path", "reply"),
    [
        pytest.param(PLAIN, Reply(raw=b"", then="hang"), id="storage-silent"),
        pytest.param(RETRY, Reply(raw=answer(503)), id="between-tries"),
    ],
)
def test_upload_that_waits_for_storage_is_given_up(
    double: StorageDouble, double_url: Callable[[str], str], path: str, reply: Reply
) -> None:
    """An upload that waits too long for storage or for its next attempt gets 503 as well."""
    puts = double.script("stopping/waiting", reply)
    body = form(field("max_retries", "10"), field("uploadUrl", double_url("stopping/waiting")), file(CONTENT))
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_SHUTDOWN_SECONDS="0.5") as service:
        with Connection(service.port) as connection:
            connection.head(path, len(body))
            connection.send(body)
            while not puts:
                time.sleep(0.005)
            tell(service, signal.SIGTERM)
            given_up = connection.answer()
        assert (given_up.status, given_up.json["code"]) == (503, "shutting_down")
        assert given_up.json["attempts"] >= 1
        assert service.process.wait(30) == 0


def test_sender_that_is_given_up_gets_its_answer(bucket: Bucket, presign: Callable[..., str]) -> None:
    """A client that is given up while it sends gets the 503 before the connection closes."""
    opening = field("uploadUrl", presign("stopping/sending")) + file(b"").removesuffix(b"\r\n")
    with Running(UPLOAD_DESTINATIONS=bucket.url, UPLOAD_SHUTDOWN_SECONDS="0.5") as service:
        with Connection(service.port) as connection:
            connection.head(PLAIN, 1_000_000_000)
            connection.send(opening)
            with sending(connection, bytes(65536)):
                tell(service, signal.SIGTERM)
                given_up = connection.answer()
        assert (given_up.status, given_up.json["code"]) == (503, "shutting_down")
        assert service.process.wait(30) == 0


def test_idle_connections_do_not_delay_the_stop() -> None:
    """Connections that are kept alive, have sent nothing, or half a head do not delay the stop."""
    with (
        Running(**PATIENT) as service,
        Connection(service.port) as kept,
        Connection(service.port) as silent,
        Connection(service.port) as half,
    ):
        half.send(b"GET /healthz HTTP/1.1\r\nHo")
        kept.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert kept.answer().status == 200
        tell(service, signal.SIGTERM)
        assert service.process.wait(AT_ONCE_SECONDS) == 0
        assert silent.socket.recv(1) == b""


def test_refused_sender_does_not_delay_the_stop() -> None:
    """What is left of a refused body is not waited for, though it goes on coming."""
    with Running() as service, Connection(service.port) as refused:
        refused.head(PLAIN, None, content_type="text/plain")  # nobody knows when it would end
        assert refused.answer().status == 415
        with sending(refused, b"400\r\n%b\r\n" % bytes(1024)):
            tell(service, signal.SIGTERM)
            assert service.process.wait(AT_ONCE_SECONDS) == 0


@pytest.mark.parametrize(
    ("first", "second"),
    [SIGNALS, SIGNALS[::-1], (signal.SIGINT, signal.SIGINT)],
    ids=lambda number: number.name,
)
def test_second_signal_ends_at_once(
    bucket: Bucket, presign: Callable[..., str], first: int, second: int
) -> None:
    """A second signal ends the process at once, though an upload runs."""
    key = f"stopping/second-{first}-{second}"
    with Running(UPLOAD_DESTINATIONS=bucket.url, **PATIENT) as service, Begun(service, presign(key)):
        tell(service, first)
        assert service.process.poll() is None
        service.process.send_signal(second)
        assert service.process.wait(AT_ONCE_SECONDS) == -second
    assert bucket.head(key) is None


def start_on(address: str, port: int) -> tuple[int, str, str]:
    """Start the service where it cannot listen; return exit status, standard output and standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "upload_service"],
        env={**os.environ, "PORT": str(port), "UPLOAD_BIND": address},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_taken_port_is_one_plain_line(service: Running) -> None:
    """A port that is taken ends the start with one line that names it, and exit status 1."""
    status, out, err = start_on("127.0.0.1", service.port)
    assert (status, out) == (1, "")
    assert re.fullmatch(rf"upload-service: cannot listen on port {service.port} of 127\.0\.0\.1 .*\n", err)


def test_address_of_another_machine_is_one_plain_line() -> None:
    """An address that this machine does not have ends the start in the same way."""
    status, out, err = start_on("192.0.2.1", 0)
    assert (status, out) == (1, "")
    assert re.fullmatch(r"upload-service: cannot listen on port 0 of 192\.0\.2\.1 .*\n", err)
