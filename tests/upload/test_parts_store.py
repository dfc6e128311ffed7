"""Parts of a multipart upload, through the service into a real store, which makes the object of them."""

import base64
import hashlib
import random
import uuid
from collections.abc import Callable
from typing import Any, cast

import pytest
from botocore.config import Config
from botocore.session import Session
from local.store import Bucket

from tests.support.client.raw_http import PLAIN, RETRY, Answer, field, file, form, post
from tests.support.service.problem_documents import assert_refused
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.places import Place
from tests.support.storage.storage_double import Reply, answer, xml

MIB = 1 << 20
PARTS = [random.Random(f"part {number}").randbytes(size * MIB) for number, size in ((1, 5), (2, 5), (3, 1))]
both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])
orders = pytest.mark.parametrize("url_first", [True, False], ids=["url-first", "file-first"])


class Parts:
    """A multipart upload that a back end has begun, which signs each part."""

    def __init__(self, bucket: Bucket, **begun: str) -> None:
        session = Session()
        session.set_credentials(bucket.access_key, bucket.secret_key)
        config = Config(signature_version="s3v4", request_checksum_calculation="when_required")
        client: object = session.create_client("s3", "us-east-1", endpoint_url=bucket.endpoint, config=config)
        self._client = cast(Any, client)
        self.key = f"parts/{uuid.uuid4().hex}"
        self._place = {"Bucket": bucket.name, "Key": self.key}
        self._upload = self._client.create_multipart_upload(**self._place, **begun)["UploadId"]

    def url(self, number: int, upload: str = "", **params: str) -> str:
        """The URL of one part."""
        part = {**self._place, "PartNumber": number, "UploadId": upload or self._upload, **params}
        return TRANSCRIPT.hide(self._client.generate_presigned_url("upload_part", part))

    def complete(self, etags: list[str]) -> None:
        """Make the object of the parts with these ETags."""
        parts = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, 1)]
        self._client.complete_multipart_upload(
            **self._place, UploadId=self._upload, MultipartUpload={"Parts": parts}
        )

    def abort(self) -> None:
        """Give it up."""
        self._client.abort_multipart_upload(**self._place, UploadId=self._upload)


def send(
    service: Running, url: str, content: bytes, *fields: bytes, path: str = PLAIN, url_first: bool = True
) -> Answer:
    """One part."""
    parts = [*fields, field("uploadUrl", url), file(content)]
    return post(service.port, path, form(*(parts if url_first else parts[::-1])))


@both_endpoints
@orders
def test_parts_become_an_object(service: Running, bucket: Bucket, path: str, url_first: bool) -> None:
    """Three parts in any order, one of them twice; the ETags of the answers complete the upload."""
    parts = Parts(bucket, ContentType="video/mp4")
    etags = {}
    for number in (3, 1, 2, 1):
        answered = send(service, parts.url(number), PARTS[number - 1], path=path, url_first=url_first)
        assert answered.status == 200, answered.json
        assert (answered.json["stored"], answered.json["file_size"]) == (True, len(PARTS[number - 1]))
        etags[number] = answered.json["etag"]
        assert etags[number].strip('"') == hashlib.md5(PARTS[number - 1]).hexdigest()  # noqa: S324  as S3 does
    parts.complete([etags[number] for number in sorted(etags)])
    assert bucket.get(parts.key) == b"".join(PARTS)
    head = bucket.head(parts.key)
    assert head is not None
    assert head.content_type == "video/mp4"


@both_endpoints
def test_checksum_of_a_part(service: Running, bucket: Bucket, path: str) -> None:
    """A checksum that is signed for a part, and one that the form declares, are those of this part."""
    parts = Parts(bucket)
    sha256 = base64.b64encode(hashlib.sha256(PARTS[0]).digest()).decode()
    url, given = parts.url(1, ChecksumSHA256=sha256), field("header:x-amz-checksum-sha256", sha256)
    answered = send(service, url, PARTS[0], given, field("checksum", f"sha256:{sha256}"), path=path)
    assert answered.status == 200, answered.json
    other = send(service, url, PARTS[1], given, path=path)
    assert_refused(service, other, "checksum_mismatch", path, (400, "BadDigest"))
    wrong = send(service, parts.url(2), PARTS[1], field("checksum", f"sha256:{sha256}"), path=path)
    assert_refused(service, wrong, "checksum_differs", path)
    parts.abort()


@both_endpoints
def test_upload_that_is_none(service: Running, bucket: Bucket, path: str) -> None:
    """A part of an upload that was aborted is told what has become of it."""
    parts = Parts(bucket)
    parts.abort()
    answered = send(service, parts.url(1), PARTS[2], path=path)
    assert_refused(service, answered, "no_such_upload", path, (404, "NoSuchUpload"))


@pytest.mark.parametrize(
    "fault",
    [Reply(b"", then="reset"), Reply(answer(500, xml("InternalError"))), Reply(answer(503, xml("SlowDown")))],
)
def test_part_sent_again(service: Running, place: Callable[..., Place], fault: Reply) -> None:
    """The retry endpoint sends a part again, alone."""
    at = place(fault, Reply())
    answered = send(service, f"{at.url}&partNumber=7&uploadId=abc", PARTS[2], path=RETRY)
    assert (answered.status, answered.json["attempts"]) == (200, 2)
    assert at.bodies[1:] == [PARTS[2]]
    assert "partNumber=7&uploadId=abc" in at.puts[1].target


@pytest.mark.parametrize("code", ["InvalidPart", "InvalidPartOrder"])
def test_words_of_a_completion(service: Running, place: Callable[..., Place], code: str) -> None:
    """What only the completion of an upload is told is, if a PUT hears it, no word that means something."""
    at = place(Reply(answer(400, xml(code))))
    answered = send(service, f"{at.url}&partNumber=7&uploadId=abc", PARTS[2])
    assert_refused(service, answered, "storage_rejected", PLAIN, (400, code))
