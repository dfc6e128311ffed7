"""`upload-service --check` with a URL that leads to a store: what it says and what it leaves there."""

from collections.abc import Callable

from devtools import signed_queries
from local.store import Bucket

from tests.doctor.run_check import PATIENT, WAY, assert_stops_at, check
from tests.support.service.transcript import TRANSCRIPT
from upload_service.doctor.trial_upload import CONTENT
from upload_service.errors.upload_error import CATALOGUE


def test_stored(bucket: Bucket, presign: Callable[..., str]) -> None:
    """A good URL is explained step by step, the bytes lie in the store, and the status is 0."""
    seen = check(url=presign("doctor/good"), program=PATIENT, UPLOAD_DESTINATIONS=bucket.url)
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
    assert seen.said.index("replace what is there") < seen.said.index("stored: 200")


def test_stops_before_the_upload(bucket: Bucket, presign: Callable[..., str]) -> None:
    """With --no-upload all steps to the connection are looked at, and nothing is written."""
    seen = check("--no-upload", url=presign("doctor/untouched"), UPLOAD_DESTINATIONS=bucket.url)
    assert seen.status == 0
    assert (seen.verdicts("connect"), seen.verdicts("upload")) == (["ok"], [])
    assert bucket.get("doctor/untouched") is None


def test_from_the_environment(bucket: Bucket, presign: Callable[..., str]) -> None:
    """CHECK_URL gives the URL as well, and so does the command line."""
    for key, words, given in (
        ("doctor/variable", [], {"CHECK_URL": presign("doctor/variable")}),
        ("doctor/argument", [presign("doctor/argument")], {}),
    ):
        assert check(*words, UPLOAD_DESTINATIONS=bucket.url, **given).status == 0
        assert bucket.get(key) == CONTENT


def test_signed_headers(bucket: Bucket, presign: Callable[..., str]) -> None:
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


def test_forged_signature(bucket: Bucket, presign: Callable[..., str]) -> None:
    """What storage says to a forged signature is told with its code and with what to do."""
    url = presign("doctor/forged")
    at = url.index("X-Amz-Signature=") + len("X-Amz-Signature=")
    url = TRANSCRIPT.hide(url[:at] + signed_queries.digits() + url[at + 64 :])
    seen = check(url=url, UPLOAD_DESTINATIONS=bucket.url)
    assert_stops_at(seen, "answer")
    assert "Storage answered 403 SignatureDoesNotMatch" in seen.said
    assert CATALOGUE["signature_mismatch"].cure in seen.said
    assert bucket.get("doctor/forged") is None


def test_object_that_is_there(bucket: Bucket, presign: Callable[..., str]) -> None:
    """With if-none-match signed, an object that is there stays, and the condition is told."""
    bucket.put("doctor/precious", b"precious")
    url = presign("doctor/precious", headers={"if-none-match": "*"})
    seen = check("--header", "if-none-match:*", url=url, UPLOAD_DESTINATIONS=bucket.url)
    assert_stops_at(seen, "answer")
    assert CATALOGUE["precondition_failed"].cure in seen.said
    assert bucket.get("doctor/precious") == b"precious"
