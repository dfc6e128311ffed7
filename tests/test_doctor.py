"""`upload-service --check`: what it says when it works, and at each step that can fail."""

import os
import pty
import re
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme
from devtools import signed
from devtools.store import Bucket

from tests.support.double import OK, Reply, StorageDouble, answer, xml
from tests.support.namespace import NAMESPACE
from tests.support.patient import COMMAND, Seen, check, surroundings
from tests.support.service import Running
from tests.support.tls import Authority, authority
from tests.support.transcript import TRANSCRIPT
from upload_service import __version__, premises
from upload_service.config import Settings
from upload_service.doctor import STEPS
from upload_service.errors import CATALOGUE
from upload_service.integrity import running_for
from upload_service.trial import CONTENT

ROOT = Path(__file__).parent.parent

WAY = ("URL", "DNS", "address", "connect", "TLS", "upload", "expect", "answer")
HOST = "photos.s3.eu-west-1.amazonaws.com"


def assert_stops_at(seen: Seen, step: str) -> None:
    """The last step that was looked at failed, those before it on the way did not."""
    assert seen.status == 1, seen.out + seen.err
    assert "fail" in seen.verdicts(step), seen.out
    position = WAY.index(step)
    assert not any("fail" in seen.verdicts(each) for each in WAY[:position])
    assert not any(seen.verdicts(each) for each in WAY[position + 1 :])
    assert seen.err == ""


class TestUpload:
    """With a URL that leads to a store."""

    def test_stored(self, bucket: Bucket, presign: Callable[..., str]) -> None:
        """A good URL is explained step by step, the bytes lie in the store, and the status is 0."""
        seen = check(url=presign("doctor/good"), UPLOAD_DESTINATIONS=bucket.url)
        assert seen.status == 0, seen.out
        assert [seen.verdicts(step)[0] for step in WAY] == ["ok"] * 5 + ["warn"] + ["ok"] * 2
        assert bucket.get("doctor/good") == CONTENT
        for words in (
            "127.0.0.1 (a store of your own), allowed: UPLOAD_DESTINATIONS lists it",
            "signed headers: host; expires in 59 minutes",
            "127.0.0.1 may be dialled",
            f"{len(CONTENT)} bytes go to the key of the URL now and replace what is there",
            "100 Continue after",
            "stored: 200 after",
            "crc64nvme:",
        ):
            assert words in seen.said
        assert seen.out.index("replace what is there") < seen.out.index("stored: 200")

    def test_stops_before_the_upload(self, bucket: Bucket, presign: Callable[..., str]) -> None:
        """With --no-upload all steps to the connection are looked at, and nothing is written."""
        seen = check("--no-upload", url=presign("doctor/untouched"), UPLOAD_DESTINATIONS=bucket.url)
        assert seen.status == 0
        assert (seen.verdicts("connect"), seen.verdicts("upload")) == (["ok"], [])
        assert bucket.get("doctor/untouched") is None

    def test_from_the_environment(self, bucket: Bucket, presign: Callable[..., str]) -> None:
        """CHECK_URL gives the URL as well, and so does the command line."""
        for key, words, given in (
            ("doctor/variable", [], {"CHECK_URL": presign("doctor/variable")}),
            ("doctor/argument", [presign("doctor/argument")], {}),
        ):
            assert check(*words, UPLOAD_DESTINATIONS=bucket.url, **given).status == 0
            assert bucket.get(key) == CONTENT

    def test_signed_headers(self, bucket: Bucket, presign: Callable[..., str]) -> None:
        """Signed headers and type go with the upload; if-none-match is told as what protects the object."""
        url = presign(
            "doctor/headers",
            content_type="image/png",
            headers={"x-amz-meta-colour": "red", "if-none-match": "*"},
        )
        words = ["--content-type", "image/png", "--header", "x-amz-meta-colour:red"]
        words += ["--header", "if-none-match: *"]
        seen = check(*words, url=url, UPLOAD_DESTINATIONS=bucket.url)
        assert seen.status == 0, seen.out
        assert "if-none-match is signed: storage refuses when an object is there" in seen.said
        head = bucket.head("doctor/headers")
        assert head
        assert (head.content_type, head.headers["x-amz-meta-colour"]) == ("image/png", "red")

    def test_forged_signature(self, bucket: Bucket, presign: Callable[..., str]) -> None:
        """What storage says to a forged signature is told with its code and with what to do."""
        url = presign("doctor/forged")
        at = url.index("X-Amz-Signature=") + len("X-Amz-Signature=")
        url = TRANSCRIPT.hide(url[:at] + signed.digits() + url[at + 64 :])
        seen = check(url=url, UPLOAD_DESTINATIONS=bucket.url)
        assert_stops_at(seen, "answer")
        assert "Storage answered 403 SignatureDoesNotMatch" in seen.said
        assert CATALOGUE["signature_mismatch"].cure in seen.said
        assert bucket.get("doctor/forged") is None

    def test_object_that_is_there(self, bucket: Bucket, presign: Callable[..., str]) -> None:
        """With if-none-match signed, an object that is there stays, and the condition is told."""
        bucket.put("doctor/precious", b"precious")
        url = presign("doctor/precious", headers={"if-none-match": "*"})
        seen = check("--header", "if-none-match:*", url=url, UPLOAD_DESTINATIONS=bucket.url)
        assert_stops_at(seen, "answer")
        assert CATALOGUE["precondition_failed"].cure in seen.said
        assert bucket.get("doctor/precious") == b"precious"


class TestUrl:
    """What is wrong with a URL is found without a packet."""

    def test_expired(self, bucket: Bucket) -> None:
        """An expired URL says how long ago it ended, and what this machine's clock says."""
        ended = datetime.now(UTC) - timedelta(minutes=25)
        url = f"{bucket.url}doctor/expired?{signed.v4(date=ended.strftime('%Y%m%dT%H%M%SZ'), seconds=600)}"
        seen = check(url=TRANSCRIPT.hide(url), UPLOAD_DESTINATIONS=bucket.url)
        assert_stops_at(seen, "URL")
        assert "It ended 15 minutes ago, if this machine's clock is right" in seen.said
        assert CATALOGUE["url_expired"].cure in seen.said

    def test_destination_not_allowed(self) -> None:
        """A host that is not listed is named, with what is allowed and which setting would list it."""
        url = TRANSCRIPT.hide(f"https://store.example.org/doctor/elsewhere?{signed.v4()}")
        seen = check(url=url, UPLOAD_DESTINATIONS="https://mine.example.org/uploads/")
        assert_stops_at(seen, "URL")
        assert "does not upload to https://store.example.org:443" in seen.said
        assert "Allowed: https://mine.example.org:443/uploads/" in seen.said
        assert "UPLOAD_DESTINATIONS" in seen.said

    def test_missing_signed_header(self, double: StorageDouble) -> None:
        """A signed header that is not given is named with the option that gives it."""
        url = f"{double.url}doctor/missing/header?{signed.v4(signed_headers='host;x-amz-acl')}"
        seen = check(url=TRANSCRIPT.hide(url), UPLOAD_DESTINATIONS=double.url)
        assert_stops_at(seen, "URL")
        assert "signed with the header x-amz-acl" in seen.said
        assert "--header 'x-amz-acl:VALUE'" in seen.said

    @pytest.mark.parametrize(
        ("words", "code"),
        [
            (["--header", "x-amz-acl:private"], "header_not_signed"),
            (["--header", "cookie:x"], "header_not_allowed"),
            (["--header", "x-amz-acl:é"], "invalid_header_value"),
        ],
    )
    def test_header_that_does_not_fit(self, double: StorageDouble, words: list[str], code: str) -> None:
        """A header that an upload would be refused for is refused here, with the same words."""
        url = TRANSCRIPT.hide(f"{double.url}doctor/headers/unfit?{signed.v4()}")
        seen = check(*words, url=url, UPLOAD_DESTINATIONS=double.url)
        assert_stops_at(seen, "URL")
        assert CATALOGUE[code].cure in seen.said

    def test_type_that_was_signed(self, double: StorageDouble) -> None:
        """A signed Content-Type that is not given is a warning that names the option."""
        url = f"{double.url}doctor/typed?{signed.v4(signed_headers='content-type;host', seconds=30)}"
        seen = check("--no-upload", url=TRANSCRIPT.hide(url), UPLOAD_DESTINATIONS=double.url)
        assert seen.status == 0
        assert "--content-type TYPE with the type that was signed" in seen.said
        assert "many uploads will begin too late" in seen.said

    @pytest.mark.parametrize(
        "words", [["-"], ["--header", "a:b"], ["--content-type", "a/b"], ["--no-upload"]]
    )
    def test_no_url_where_one_was_promised(self, words: list[str]) -> None:
        """Standard input without a URL, and what is said of a URL that is not there, are wrong usage."""
        seen = check(*words)
        assert (seen.status, seen.out) == (2, "")
        assert seen.err == "upload-service: no URL came: write one to standard input, or set CHECK_URL\n"


class TestWay:
    """Names, addresses, connections."""

    @pytest.mark.unshare
    def test_name_does_not_resolve(self) -> None:
        """A name without an address is told as such, with what to look at."""
        url = TRANSCRIPT.hide(f"http://nowhere.invalid/doctor/name?{signed.v4()}")
        seen = check(url=url, UPLOAD_DESTINATIONS="http://nowhere.invalid/", before=NAMESPACE)
        assert_stops_at(seen, "DNS")
        assert "nowhere.invalid has no address:" in seen.said
        assert "does it have a name server?" in seen.said

    @pytest.mark.unshare
    @pytest.mark.parametrize(
        ("address", "why", "hope"),
        [
            ("10.0.0.1", "private", CATALOGUE["address_refused"].cure),
            ("169.254.169.254", "metadata", "no store may be there, listed or not"),
        ],
    )
    def test_private_address(self, tmp_path: Path, address: str, why: str, hope: str) -> None:
        """A known store's name that leads into the network is not dialled, and the reason is told."""
        hosts = tmp_path / "hosts"
        hosts.write_text(f"{address} {HOST}\n")
        script = f'mount --bind {hosts} /etc/hosts && exec "$@"'
        url = TRANSCRIPT.hide(f"https://{HOST}/doctor/address?{signed.v4()}")
        seen = check(url=url, before=[*NAMESPACE, "sh", "-c", script, "sh"])
        assert_stops_at(seen, "address")
        assert f"{HOST} is {address}" in seen.said
        assert f"{address} is not dialled: {why} -> {hope}" in seen.said

    @pytest.mark.unshare
    def test_one_address_of_two(self, tmp_path: Path, double: StorageDouble) -> None:
        """An address that is refused or does not answer, beside one that does, is a warning only."""
        hosts = tmp_path / "hosts"
        hosts.write_text("169.254.169.254 two.example.org\n127.0.0.1 two.example.org\n")
        script = f'ip link set lo up && mount --bind {hosts} /etc/hosts && exec "$@"'
        listed = "http://two.example.org:9/"
        url = TRANSCRIPT.hide(f"{listed}doctor/two/addresses?{signed.v4()}")
        seen = check(url=url, UPLOAD_DESTINATIONS=listed, before=[*NAMESPACE, "sh", "-c", script, "sh"])
        assert_stops_at(seen, "connect")
        assert sorted(seen.verdicts("address")) == ["ok", "warn"]

    def test_port_closed(self, closed_port: int) -> None:
        """A port on which nothing listens is told with address, port and reason."""
        listed = f"http://127.0.0.1:{closed_port}/"
        url = TRANSCRIPT.hide(f"{listed}doctor/closed/port?{signed.v4()}")
        seen = check(url=url, UPLOAD_DESTINATIONS=listed)
        assert_stops_at(seen, "connect")
        assert f"127.0.0.1 port {closed_port}: Connection refused" in seen.said
        assert "firewall" in seen.said


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


class TestTls:
    """Certificates."""

    def look(self, server: ssl.SSLContext, ca_file: str) -> Seen:
        """What is said of a storage that speaks TLS with this certificate."""
        with TlsDouble(server) as storage:
            url = TRANSCRIPT.hide(f"{storage.url}doctor/tls/key?{signed.v4()}")
            seen = check(url=url, UPLOAD_DESTINATIONS=storage.url, SSL_CERT_FILE=ca_file)
            storage.shutdown()
        return seen

    def test_trusted(self, issuers: tuple[Authority, trustme.CA]) -> None:
        """A trusted certificate is told with its names, how long it is good, and who issued it."""
        ours, _ = issuers
        seen = self.look(ours.trusted, ours.ca_file)
        assert seen.status == 0, seen.out
        assert "TLSv1.3 after" in seen.said
        assert "the certificate names 127.0.0.1, is good for" in seen.said
        assert "was issued by trustme" in seen.said
        assert "SSL_CERT_FILE holds 1" in seen.said

    def test_unknown_issuer(self, issuers: tuple[Authority, trustme.CA]) -> None:
        """A certificate of an unknown authority leads to SSL_CERT_FILE."""
        ours, _ = issuers
        seen = self.look(ours.stranger, ours.ca_file)
        assert_stops_at(seen, "TLS")
        assert "nobody that this machine trusts issued the certificate of 127.0.0.1" in seen.said
        assert "name the certificate of its authority in SSL_CERT_FILE" in seen.said

    def test_wrong_name(self, issuers: tuple[Authority, trustme.CA], tmp_path: Path) -> None:
        """A certificate for another host says for which."""
        _, own = issuers
        own.cert_pem.write_to_path(tmp_path / "own.pem")
        seen = self.look(context(own, "other.example.org"), str(tmp_path / "own.pem"))
        assert_stops_at(seen, "TLS")
        assert "the certificate is not for 127.0.0.1: it names other.example.org" in seen.said

    def test_expired(self, issuers: tuple[Authority, trustme.CA], tmp_path: Path) -> None:
        """An expired certificate says how long ago that was."""
        _, own = issuers
        own.cert_pem.write_to_path(tmp_path / "own.pem")
        now = datetime.now(UTC)
        dates = {"not_before": now - timedelta(days=30), "not_after": now - timedelta(days=3, hours=1)}
        seen = self.look(context(own, "127.0.0.1", **dates), str(tmp_path / "own.pem"))
        assert_stops_at(seen, "TLS")
        assert "the certificate of 127.0.0.1 expired 3 days ago" in seen.said
        assert "renewed" in seen.said

    def test_soon_expired(self, issuers: tuple[Authority, trustme.CA], tmp_path: Path) -> None:
        """A certificate that is good for a few days more is a warning."""
        _, own = issuers
        own.cert_pem.write_to_path(tmp_path / "own.pem")
        end = datetime.now(UTC) + timedelta(days=5, hours=1)
        seen = self.look(context(own, "127.0.0.1", not_after=end), str(tmp_path / "own.pem"))
        assert (seen.status, seen.verdicts("TLS")) == (0, ["warn"])
        assert "is good for 5 days" in seen.said

    def test_no_tls_there(self) -> None:
        """A store that speaks plain words where TLS is expected is told as such."""
        with socket.create_server(("127.0.0.1", 0)) as plain:
            threading.Thread(target=speak_plainly, args=(plain,), daemon=True).start()
            listed = f"https://127.0.0.1:{plain.getsockname()[1]}/"
            url = TRANSCRIPT.hide(f"{listed}doctor/plain/words?{signed.v4()}")
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


class TestStorage:
    """Storages that misbehave."""

    def look(self, double: StorageDouble, key: str, *replies: Reply, **settings: str) -> Seen:
        """What is said of a storage that plays these replies."""
        double.script(key, *replies)
        url = TRANSCRIPT.hide(f"{double.url}{key}?{signed.v4()}")
        return check(url=url, UPLOAD_DESTINATIONS=double.url, **settings)

    def test_silent(self, double: StorageDouble) -> None:
        """A storage that takes the bytes and says nothing is told as too slow, and for how long."""
        seen = self.look(double, "doctor/silent/key", Reply(b"", then="hang"), TIMEOUT_SECONDS="1.5")
        assert_stops_at(seen, "answer")
        assert "There was no answer in 1.5 seconds" in seen.said
        assert CATALOGUE["storage_timeout"].cure in seen.said

    def test_no_100(self) -> None:
        """A storage that never says 100 Continue gets the file, and a warning with the setting to change."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            threading.Thread(target=answer_without_100, args=(listener,), daemon=True).start()
            listed = f"http://127.0.0.1:{listener.getsockname()[1]}/"
            url = TRANSCRIPT.hide(f"{listed}doctor/unasked/key?{signed.v4()}")
            seen = check(url=url, UPLOAD_DESTINATIONS=listed)
        assert seen.status == 0, seen.out
        assert seen.verdicts("expect") == ["warn"]
        assert "set UPLOAD_EXPECT_CONTINUE_BYTES to 0" in seen.said

    def test_knows_no_expectation(self, double: StorageDouble) -> None:
        """A storage that answers 417 gets the file without the question."""
        seen = self.look(double, "doctor/417/key", Reply(answer(417), after="head"), Reply())
        assert (seen.status, seen.verdicts("expect")) == (0, ["warn"])
        assert "does not know the question" in seen.said

    def test_not_asked(self, double: StorageDouble) -> None:
        """With UPLOAD_EXPECT_CONTINUE_BYTES=0 storage is not asked, as the service would not."""
        seen = self.look(double, "doctor/0/key", Reply(), UPLOAD_EXPECT_CONTINUE_BYTES="0")
        assert seen.status == 0
        assert "storage is not asked" in seen.said
        assert double.puts["/doctor/0/key"][0].header("Expect") is None

    def test_early_refusal(self, double: StorageDouble) -> None:
        """A refusal that comes before the file is praised for that, and told."""
        reply = Reply(answer(403, xml("AccessDenied"), "x-amz-request-id: 18EA"), after="head", then="close")
        seen = self.look(double, "doctor/early/key", reply)
        assert_stops_at(seen, "answer")
        assert "answered without wanting the file" in seen.said
        assert "Storage answered 403 AccessDenied (request id 18EA)" in seen.said
        assert "s3:PutObject" in seen.said

    def test_other_bytes(self, double: StorageDouble) -> None:
        """A storage that says that it stored other bytes has not stored the file."""
        other = "x-amz-checksum-crc64nvme: AAAAAAAAAAA="
        seen = self.look(double, "doctor/other/key", Reply(answer(200, b"", other)))
        assert_stops_at(seen, "answer")
        assert CATALOGUE["stored_bytes_differ"].cause in seen.said

    def test_same_bytes(self, double: StorageDouble) -> None:
        """A checksum of storage's own that is the same is said to be."""
        sums = running_for("crc", None, None)
        sums.update(CONTENT)
        same = f"x-amz-checksum-crc64nvme: {str(sums.get('crc64nvme')).partition(':')[2]}"
        seen = self.look(double, "doctor/same/key", Reply(answer(200, b"", same)))
        assert seen.status == 0
        assert "what storage says it stored is the same (crc64nvme)" in seen.said

    def test_hangs_up(self, double: StorageDouble) -> None:
        """A connection that breaks is told as that."""
        seen = self.look(double, "doctor/reset/key", Reply(b"", after=1, then="reset"))
        assert_stops_at(seen, "answer")
        assert CATALOGUE["storage_disconnected"].cause in seen.said


def answer_without_100(listener: socket.socket) -> None:
    """Take the file of whichever connection sends one, unasked, and store it."""
    came = b""
    while not came.endswith(CONTENT):
        peer, _ = listener.accept()
        with peer:
            while not came.endswith(CONTENT) and (piece := peer.recv(65536)):
                came += piece
            if came:
                peer.sendall(OK)


class TestSettings:
    """Without a URL: what the settings mean, and the machine."""

    def test_fine(self) -> None:
        """Settings that go well together, on a machine with room, are told without a warning."""
        token = "tok-5ec2e7-opens-nothing-but-is-long-enough"
        seen = check(
            PORT=str(free_port()),
            UPLOAD_API_TOKENS=f"app:{token}",
            UPLOAD_SPOOL_DISK_BYTES="1MiB",
            UPLOAD_CORS_ORIGINS="https://app.example.org",
        )
        assert (seen.status, seen.err) == (0, "")
        assert seen.out.endswith("11 ok, 0 warn, 0 fail\n")
        assert "who shows a token may upload (app)" in seen.said
        assert "pages of https://app.example.org may call, and no others" in seen.said
        assert "is free" in seen.said
        assert token not in seen.out

    def test_wrong_setting(self) -> None:
        """A wrong setting is refused with the line of the start, and status 2."""
        seen = check(UPLOAD_STALL_SECONDS="soon")
        assert (seen.status, seen.out) == (2, "")
        assert seen.err.startswith("upload-service: UPLOAD_STALL_SECONDS must be a number of seconds")

    @pytest.mark.parametrize(
        "words",
        [["--header", "no-colon"], ["--nonsense"]],
    )
    def test_wrong_usage(self, words: list[str]) -> None:
        """Wrong options are status 2, and nothing is looked at."""
        seen = check(*words)
        assert (seen.status, seen.out) == (2, "")

    @pytest.mark.parametrize(
        ("settings", "step", "words"),
        [
            ({"UPLOAD_DESTINATION": "x"}, "settings", "write UPLOAD_DESTINATIONS, if you meant that"),
            ({"UPLOAD_NONSENSE": "x"}, "settings", "UPLOAD_NONSENSE is no setting"),
            (
                {"UPLOAD_DESTINATIONS": "http://store.example.org/"},
                "destinations",
                "files and signatures go to store.example.org unencrypted",
            ),
            ({}, "callers", "anybody who reaches the port may upload"),
            ({"UPLOAD_MAX_CONCURRENT_PER_CLIENT": "99"}, "callers", "bounds nothing"),
            ({"UPLOAD_MAX_FILE_BYTES": "6GiB"}, "limits", "more than the 5 GiB that S3 takes"),
            ({"TIMEOUT_SECONDS": "5"}, "limits", "TIMEOUT_SECONDS is less than UPLOAD_STALL_SECONDS"),
            ({"UPLOAD_VERIFY": "off"}, "limits", "UPLOAD_VERIFY is off"),
            ({"LOG_LEVEL": "warning"}, "log", "uploads leave no line in the log"),
            ({"UPLOAD_SPOOL_MEMORY_BYTES": "99999GiB"}, "memory", "there are only"),
            ({"UPLOAD_SPOOL_DISK_BYTES": "99999GiB"}, "disk", "UPLOAD_SPOOL_DISK_BYTES lets files take"),
            (
                {"UPLOAD_SPOOL_DISK_BYTES": "0", "UPLOAD_SPOOL_MEMORY_BYTES": "0"},
                "disk",
                "no file may wait",
            ),
            ({"UPLOAD_SPOOL_DIR": "/dev/shm"}, "disk", "/dev/shm is in memory"),
            ({"PORT": "0"}, "port", "the system takes another one at each start"),
        ],
    )
    def test_probably_not_meant(self, settings: dict[str, str], step: str, words: str) -> None:
        """What is legal and probably not meant is a warning that names the setting, and the status is 0."""
        seen = check(**settings)
        assert seen.status == 0
        assert "warn" in seen.verdicts(step)
        assert words in seen.said

    def test_port_of_another(self) -> None:
        """A port that another program has is a failure that names it."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            seen = check(PORT=str(port))
        assert (seen.status, seen.verdicts("port")) == (1, ["fail"])
        assert f"cannot listen on port {port} of 127.0.0.1 (Address already in use)" in seen.said

    def test_port_of_ours(self, service: Running) -> None:
        """A port on which this service answers already is fine: the check runs beside it."""
        seen = check(PORT=str(service.port))
        assert (seen.status, seen.verdicts("port")) == (0, ["ok"])
        assert f"upload-service {__version__} runs here already; port {service.port}" in seen.said

    def test_port_of_metrics(self) -> None:
        """The port of metrics is looked at like the other, under its own setting."""
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            seen = check(PORT=str(free_port()), UPLOAD_METRICS="prometheus", UPLOAD_METRICS_PORT=port)
        assert (seen.status, seen.verdicts("port")) == (1, ["ok", "fail"])
        assert "stop what uses it, or set UPLOAD_METRICS_PORT" in seen.said
        assert f"GET /metrics on port {port}" in seen.said

    def test_certificates_that_are_none(self, tmp_path: Path) -> None:
        """A file of certificates that holds none would make every store untrusted."""
        (tmp_path / "empty.pem").write_text("nothing\n")
        seen = check(SSL_CERT_FILE=str(tmp_path / "empty.pem"))
        assert (seen.status, seen.verdicts("certificates")) == (1, ["fail"])
        assert "it holds no certificate" in seen.said

    @pytest.mark.unshare
    def test_full_disk(self, tmp_path: Path) -> None:
        """A spool folder without room for a few bytes is a failure with the system's reason."""
        script = f'mount -t tmpfs -o size=4k tmpfs {tmp_path} && exec "$@"'
        seen = check(before=[*NAMESPACE, "sh", "-c", script, "sh"], UPLOAD_SPOOL_DIR=str(tmp_path))
        assert (seen.status, seen.verdicts("disk")) == (1, ["fail"])
        assert f"cannot be written to {tmp_path} (No space left on device)" in seen.said


def free_port() -> int:
    """A port that nobody has at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def test_memory_of_a_container(tmp_path: Path) -> None:
    """The bound of a container counts, not the machine's memory, and one that is not there is passed over."""
    bound = tmp_path / "memory.max"
    bound.write_text("104857600\n")
    finding = premises.memory(Settings(), [str(tmp_path / "none"), str(bound)])
    assert (finding.verdict, "there are only 100 MiB" in finding.text) == ("warn", True)
    bound.write_text("max\n")
    assert premises.memory(Settings(), [str(bound)]).verdict == "ok"


def test_page_tells_of_every_step() -> None:
    """docs/check.md has a row for each step, and its sample has them all but those that only warn."""
    page = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
    assert tuple(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == STEPS
    sample = re.findall(r"^(?:ok|warn|fail) +(\w+) ", page, re.MULTILINE)
    assert list(dict.fromkeys(sample)) == [step for step in STEPS if step != "log"]
    assert f"{len(CONTENT)} bytes replace what is at the URL's key" in page


def test_every_step_is_known(presign: Callable[..., str], bucket: Bucket) -> None:
    """What a whole check tells of are the steps that the code lists, in their order."""
    seen = check(url=presign("doctor/steps"), UPLOAD_DESTINATIONS=bucket.url, LOG_LEVEL="ERROR")
    steps = [line.split()[1] for line in seen.out.splitlines()[:-1] if line[:1].isalpha()]
    assert tuple(dict.fromkeys(steps)) == STEPS


def test_said_without_colour_and_secrets(double: StorageDouble) -> None:
    """What is piped has no colour, and neither path, signature, credential nor a header's value is in it."""
    secret = "value-of-a-header-that-nobody-says"
    url = f"{double.url}doctor/secret/path?{signed.v4(signed_headers='host;x-amz-meta-a')}"
    double.script("doctor/secret/path", Reply(answer(403, xml("SignatureDoesNotMatch", url))))
    for words in ([], ["--header", f"x-amz-meta-a:{secret}"], ["--header", f"x-amz-acl:{secret}"]):
        seen = check(*words, url=TRANSCRIPT.hide(url), UPLOAD_DESTINATIONS=double.url)
        assert seen.status == 1
        assert "\x1b" not in seen.out
        assert not any(
            each in seen.out + seen.err for each in (secret, "secret/path", signed.digits(), "aws4_request")
        )


def test_at_a_terminal(double: StorageDouble) -> None:
    """At a terminal the URL is asked for and not shown as it is pasted, and the verdicts have colours."""
    url = TRANSCRIPT.hide(f"{double.url}doctor/terminal/key?{signed.v4()}")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [*COMMAND, "-", "--no-upload"], env=surroundings(UPLOAD_DESTINATIONS=double.url),
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    ) as running:  # fmt: skip
        os.close(theirs)
        shown = b""
        while b"not shown): " not in shown:
            shown += os.read(ours, 1024)
        os.write(ours, f"{url}\n".encode())
        with suppress(OSError):  # the end of a terminal
            while piece := os.read(ours, 4096):
                shown += piece
    os.close(ours)
    TRANSCRIPT.hear("doctor", shown.decode())
    assert running.returncode == 0
    assert b"\x1b[32mok" in shown
    assert signed.digits().encode() not in shown


def test_service_does_not_load_the_doctor() -> None:
    """A start without --check imports nothing of it."""
    code = "import sys; import upload_service.serve, upload_service.command; print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not [name for name in ("doctor", "trial", "premises") if f"upload_service.{name}" in loaded]
