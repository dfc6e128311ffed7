"""Checksums through the service: the caller's, storage's, and the receipt's."""

import base64
import hashlib
from collections.abc import Callable, Iterator

import pytest
from local.store import Bucket

from tests.support.client.raw_http import PLAIN, RETRY, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.storage.places import Place
from tests.support.storage.storage_double import Reply, StorageDouble, answer
from tests.upload.header_forms import LARGE, SMALL, both_endpoints, crc64nvme, refusal, sizes

SHA256 = "sha256:" + hashlib.sha256(SMALL).hexdigest()
MD5 = "md5:" + hashlib.md5(SMALL, usedforsecurity=False).hexdigest()
OTHER = "md5:" + "0" * 32


@pytest.fixture(scope="module")
def verifying(double: StorageDouble) -> Iterator[Running]:
    """A service that compares MD5 as well."""
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_VERIFY="md5") as running:
        yield running


@pytest.fixture(scope="module")
def trusting(double: StorageDouble) -> Iterator[Running]:
    """A service that compares nothing."""
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_VERIFY="off") as running:
        yield running


@both_endpoints
@sizes
def test_the_receipt_has_the_checksum(
    service: Running, signed_place: Callable[..., Place], path: str, content: bytes
) -> None:
    """The answer and the log have the CRC64-NVME of the file that arrived."""
    stored = post(service.port, path, form(field("uploadUrl", signed_place().url), file(content)))
    assert stored.json["checksum"] == f"crc64nvme:{crc64nvme(content)}"
    assert service.upload_event(stored.request_id)["checksum"] == stored.json["checksum"]


@both_endpoints
@pytest.mark.parametrize(
    "claim", [SHA256, MD5, f"crc64nvme:{crc64nvme(SMALL)}"], ids=["sha256", "md5", "crc"]
)
def test_a_true_checksum_stores(
    service: Running, signed_place: Callable[..., Place], path: str, claim: str
) -> None:
    """A file with the checksum that its client gives is stored."""
    parts = [field("uploadUrl", signed_place().url), field("checksum", claim), file(SMALL)]
    assert post(service.port, path, form(*parts)).json["success"] is True


@both_endpoints
@sizes
@pytest.mark.parametrize("place_of_claim", ["before", "after"])
@pytest.mark.parametrize("url_first", [True, False], ids=["url-first", "file-first"])
def test_a_wrong_checksum_is_never_stored(
    service: Running,
    signed_place: Callable[..., Place],
    path: str,
    content: bytes,
    place_of_claim: str,
    url_first: bool,
) -> None:
    """A file with another checksum than its client gives never reaches storage whole."""
    at = signed_place()
    before = place_of_claim == "before"
    claim = field("checksum", OTHER if before else "crc64nvme:0123456789abcdef")
    parts = [claim, file(content)] if before else [file(content), claim]
    url = field("uploadUrl", at.url)
    size = field("size", str(len(content)))
    found, _ = refusal(service, path, *([size, url, *parts] if url_first else [size, *parts, url]))
    assert found == "checksum_differs"
    assert not [put for put in at.puts if put.ended.wait(30) and put.whole and put.length]


def test_a_checksum_after_the_file_must_be_one_that_runs(
    service: Running, signed_place: Callable[..., Place]
) -> None:
    """A SHA-256 field after the file is refused with advice, and nothing is stored."""
    at = signed_place()
    code, detail = refusal(service, PLAIN, file(SMALL), field("checksum", SHA256), field("uploadUrl", at.url))
    assert (code, at.puts) == ("checksum_too_late", [])
    assert "before the file" in detail


STORED_WRONG = Reply(answer(200, b"", 'ETag: "e"', f"x-amz-checksum-crc64nvme: {crc64nvme(b'other')}"))
STORED_RIGHT = Reply(answer(200, b"", 'ETag: "e"', f"x-amz-checksum-crc64nvme: {crc64nvme(SMALL)}"))


@pytest.mark.parametrize("url_first", [True, False], ids=["url-first", "file-first"])
def test_other_bytes_in_storage_are_no_success(
    service: Running,
    signed_place: Callable[..., Place],
    url_first: bool,
) -> None:
    """When storage's checksum is not the file's, the answer is a failure, and the log does not say stored."""
    at = signed_place(reply=STORED_WRONG)
    parts = [field("uploadUrl", at.url), file(SMALL)]
    answered = post(service.port, PLAIN, form(*(parts if url_first else parts[::-1])))
    assert (answered.status, answered.json["code"]) == (502, "stored_bytes_differ")
    assert (answered.json["fault"], answered.json["retryable"]) == ("storage", True)
    assert answered.json["attempt_log"][0]["code"] == "stored_bytes_differ"
    assert service.upload_event(answered.request_id)["stored"] is False


def test_other_bytes_in_storage_are_replaced(
    service: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """The retry endpoint PUTs the file again, over what is there."""
    puts = double.script("differs/again", STORED_WRONG, STORED_RIGHT)
    stored = post(service.port, RETRY, form(field("uploadUrl", double_url("differs/again")), file(SMALL)))
    assert (stored.json["success"], stored.json["attempts"]) == (True, 2)
    assert [bytes(put.body) for put in puts] == [SMALL, SMALL]


def test_what_may_not_be_replaced_is_not(service: Running, signed_place: Callable[..., Place]) -> None:
    """With If-None-Match signed there is no second PUT, because it could not replace the object."""
    at = signed_place("if-none-match", reply=STORED_WRONG)
    parts = [field("uploadUrl", at.url), field("header:if-none-match", "*"), file(SMALL)]
    answered = post(service.port, RETRY, form(*parts))
    assert (answered.json["code"], answered.json["attempts"]) == ("stored_bytes_differ", 1)


@pytest.mark.parametrize("name", ["Content-MD5", "ETag"])
def test_md5_is_compared_where_it_is_asked_for(
    verifying: Running, service: Running, trusting: Running, signed_place: Callable[..., Place], name: str
) -> None:
    """An ETag or a Content-MD5 that is not the file's fails the upload with UPLOAD_VERIFY=md5 only."""
    wrong = hashlib.md5(b"other", usedforsecurity=False)
    value = f'"{wrong.hexdigest()}"' if name == "ETag" else base64.b64encode(wrong.digest()).decode()
    codes = [
        post(
            each.port,
            PLAIN,
            form(
                field("uploadUrl", signed_place(reply=Reply(answer(200, b"", f"{name}: {value}"))).url),
                file(SMALL),
            ),
        ).json.get("code")
        for each in (verifying, service, trusting)
    ]
    assert codes == ["stored_bytes_differ", None, None]


def test_nothing_runs_when_it_is_off(trusting: Running, signed_place: Callable[..., Place]) -> None:
    """With UPLOAD_VERIFY=off there is no checksum to show, and what a caller declares is checked."""
    at = signed_place(reply=STORED_WRONG)
    stored = post(trusting.port, PLAIN, form(field("uploadUrl", at.url), file(SMALL)))
    assert stored.json["success"] is True
    assert "checksum" not in stored.json
    wrong = [field("uploadUrl", signed_place().url), field("checksum", OTHER), file(SMALL)]
    assert refusal(trusting, PLAIN, *wrong)[0] == "checksum_differs"


def test_md5_agrees_with_a_real_store(bucket: Bucket, presign: Callable[..., str]) -> None:
    """The ETag of a real store equals the MD5 of the bytes."""
    with Running(UPLOAD_DESTINATIONS=bucket.url, UPLOAD_VERIFY="md5") as running:
        stored = post(running.port, PLAIN, form(field("uploadUrl", presign("md5.bin")), file(LARGE)))
    assert stored.json["success"] is True
    assert bucket.get("md5.bin") == LARGE
