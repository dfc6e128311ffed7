"""`upload-service --check`: storages that misbehave."""

import socket
import threading

from devtools import signed_queries

from tests.doctor.run_check import PATIENT, Seen, assert_stops_at, check
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import ETAG, OK, Reply, StorageDouble, answer, xml
from upload_service.body.checksums import checksums_for
from upload_service.doctor.trial_upload import CONTENT
from upload_service.errors.upload_error import CATALOGUE


def look(double: StorageDouble, key: str, *replies: Reply, **settings: str) -> Seen:
    """What is said of a storage that plays these replies."""
    double.script(key, *replies)
    url = TRANSCRIPT.hide(f"{double.url}{key}?{signed_queries.v4()}")
    return check(url=url, program=PATIENT, UPLOAD_DESTINATIONS=double.url, **settings)


def test_silent(double: StorageDouble) -> None:
    """A storage that takes the bytes and does not answer is reported as too slow, with the seconds."""
    seen = look(double, "doctor/silent/key", Reply(b"", then="hang"), TIMEOUT_SECONDS="1.5")
    assert_stops_at(seen, "answer")
    assert "There was no answer in 1.5 seconds" in seen.said
    assert CATALOGUE["storage_timeout"].cure in seen.said


def test_no_100() -> None:
    """A storage that never says 100 Continue gets the file, and a warning with the setting to change."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=answer_without_100, args=(listener,), daemon=True).start()
        listed = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        url = TRANSCRIPT.hide(f"{listed}doctor/unasked/key?{signed_queries.v4()}")
        seen = check(url=url, UPLOAD_DESTINATIONS=listed)
    assert seen.status == 0, seen.out
    assert seen.verdicts("expect") == ["warn"]
    assert "set UPLOAD_EXPECT_CONTINUE_BYTES to 0" in seen.said


def test_knows_no_expectation(double: StorageDouble) -> None:
    """A storage that answers 417 gets the file without the question."""
    seen = look(double, "doctor/417/key", Reply(answer(417), after="head"), Reply())
    assert (seen.status, seen.verdicts("expect")) == (0, ["warn"])
    assert "does not know the question" in seen.said


def test_not_asked(double: StorageDouble) -> None:
    """With UPLOAD_EXPECT_CONTINUE_BYTES=0 storage is not asked, as the service would not."""
    seen = look(double, "doctor/0/key", Reply(), UPLOAD_EXPECT_CONTINUE_BYTES="0")
    assert seen.status == 0
    assert "storage is not asked" in seen.said
    assert double.puts["/doctor/0/key"][0].header("Expect") is None


def test_early_refusal(double: StorageDouble) -> None:
    """An early refusal is reported, with a remark that it came early."""
    reply = Reply(answer(403, xml("AccessDenied"), "x-amz-request-id: 18EA"), after="head", then="close")
    seen = look(double, "doctor/early/key", reply)
    assert_stops_at(seen, "answer")
    assert "answered without wanting the file" in seen.said
    assert "Storage answered 403 AccessDenied (request id 18EA)" in seen.said
    assert "s3:PutObject" in seen.said


def test_other_bytes(double: StorageDouble) -> None:
    """A storage that says that it stored other bytes has not stored the file."""
    other = "x-amz-checksum-crc64nvme: AAAAAAAAAAA="
    seen = look(double, "doctor/other/key", Reply(answer(200, b"", ETAG, other)))
    assert_stops_at(seen, "answer")
    assert CATALOGUE["stored_bytes_differ"].cause in seen.said


def test_same_bytes(double: StorageDouble) -> None:
    """A checksum of storage that agrees is reported as agreeing."""
    sums = checksums_for("crc", None, None)
    sums.update(CONTENT)
    same = f"x-amz-checksum-crc64nvme: {str(sums.get('crc64nvme')).partition(':')[2]}"
    seen = look(double, "doctor/same/key", Reply(answer(200, b"", ETAG, same)))
    assert seen.status == 0
    assert "what storage says it stored is the same (crc64nvme)" in seen.said


def test_hangs_up(double: StorageDouble) -> None:
    """A connection that breaks is reported as broken."""
    seen = look(double, "doctor/reset/key", Reply(b"", after=1, then="reset"))
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
