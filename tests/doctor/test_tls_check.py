"""`upload-service --check`: what it says of a store's certificate."""

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from devtools import signed_queries

from tests.doctor.run_check import Seen, assert_stops_at, check
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.certificates import Authority, authority
from tests.support.storage.storage_double import StorageDouble


class TlsDouble(StorageDouble):
    """The double behind TLS."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__()

    def get_request(self) -> tuple[socket.socket, Any]:
        """The next connection, whose handshake is made in its own thread."""
        peer, address = super().get_request()
        wrapped = self._context.wrap_socket(peer, server_side=True, do_handshake_on_connect=False)
        return wrapped, address

    @property
    def url(self) -> str:
        """Its address, with a last slash."""
        return super().url.replace("http://", "https://")


@pytest.fixture(scope="module")
def issuers(tmp_path_factory: pytest.TempPathFactory) -> tuple[Authority, trustme.CA]:
    """An authority, of which `ca_file` is known, and one whose certificates a test makes itself."""
    return authority(tmp_path_factory.mktemp("doctor")), trustme.CA()


def context(issuer: trustme.CA, *names: str, **dates: datetime) -> ssl.SSLContext:
    """A server's, with a certificate for these names."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issuer.issue_cert(*names, **dates).configure_cert(made)  # type: ignore[arg-type]  # only dates
    return made


def look(server: ssl.SSLContext, ca_file: str) -> Seen:
    """What is said of a storage that speaks TLS with this certificate."""
    with TlsDouble(server) as storage:
        url = TRANSCRIPT.hide(f"{storage.url}doctor/tls/key?{signed_queries.v4()}")
        seen = check(url=url, UPLOAD_DESTINATIONS=storage.url, SSL_CERT_FILE=ca_file)
        storage.shutdown()
    return seen


def test_trusted(issuers: tuple[Authority, trustme.CA]) -> None:
    """A trusted certificate is told with its names, how long it is good, and who issued it."""
    ours, _ = issuers
    seen = look(ours.trusted, ours.ca_file)
    assert seen.status == 0, seen.out
    assert "TLSv1.3 after" in seen.said
    assert "the certificate names 127.0.0.1, is good for" in seen.said
    assert "was issued by trustme" in seen.said
    assert "SSL_CERT_FILE holds 1" in seen.said


def test_unknown_issuer(issuers: tuple[Authority, trustme.CA]) -> None:
    """A certificate of an unknown authority leads to SSL_CERT_FILE."""
    ours, _ = issuers
    seen = look(ours.stranger, ours.ca_file)
    assert_stops_at(seen, "TLS")
    assert "nobody that this machine trusts issued the certificate of 127.0.0.1" in seen.said
    assert "name the certificate of its authority in SSL_CERT_FILE" in seen.said


def test_wrong_name(issuers: tuple[Authority, trustme.CA], tmp_path: Path) -> None:
    """A certificate for another host says for which."""
    _, own = issuers
    own.cert_pem.write_to_path(tmp_path / "own.pem")
    seen = look(context(own, "other.example.org"), str(tmp_path / "own.pem"))
    assert_stops_at(seen, "TLS")
    assert "the certificate is not for 127.0.0.1: it names other.example.org" in seen.said


def test_expired(issuers: tuple[Authority, trustme.CA], tmp_path: Path) -> None:
    """An expired certificate says how long ago that was."""
    _, own = issuers
    own.cert_pem.write_to_path(tmp_path / "own.pem")
    now = datetime.now(UTC)
    dates = {"not_before": now - timedelta(days=30), "not_after": now - timedelta(days=3, hours=1)}
    seen = look(context(own, "127.0.0.1", **dates), str(tmp_path / "own.pem"))
    assert_stops_at(seen, "TLS")
    assert "the certificate of 127.0.0.1 expired 3 days ago" in seen.said
    assert "renewed" in seen.said


def test_soon_expired(issuers: tuple[Authority, trustme.CA], tmp_path: Path) -> None:
    """A certificate that is good for a few days more is a warning."""
    _, own = issuers
    own.cert_pem.write_to_path(tmp_path / "own.pem")
    end = datetime.now(UTC) + timedelta(days=5, hours=1)
    seen = look(context(own, "127.0.0.1", not_after=end), str(tmp_path / "own.pem"))
    assert (seen.status, seen.verdicts("TLS")) == (0, ["warn"])
    assert "is good for 5 days" in seen.said


def test_no_tls_there() -> None:
    """A store that speaks plain words where TLS is expected is told as such."""
    with socket.create_server(("127.0.0.1", 0)) as plain:
        threading.Thread(target=speak_plainly, args=(plain,), daemon=True).start()
        listed = f"https://127.0.0.1:{plain.getsockname()[1]}/"
        url = TRANSCRIPT.hide(f"{listed}doctor/plain/words?{signed_queries.v4()}")
        seen = check(url=url, UPLOAD_DESTINATIONS=listed)
    assert_stops_at(seen, "TLS")
    assert "no TLS is spoken there" in seen.said
    assert "whether the URL should begin with http://" in seen.said


def speak_plainly(listener: socket.socket) -> None:
    """Answer whoever says something with HTTP."""
    came = b""
    while not came:
        peer, _ = listener.accept()
        with peer:
            came = peer.recv(65536)
            if came:
                peer.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
