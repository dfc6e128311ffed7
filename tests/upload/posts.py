"""A POST to the double, and the forms of callers who have its policy."""

import uuid

import pytest
from devtools import signed_posts

from tests.support.client.posted_forms import fields_of, posted
from tests.support.client.raw_http import PLAIN, RETRY, field, form, post
from tests.support.service.problem_documents import assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Put, Reply, StorageDouble, answer

SMALL = b"12345"
LARGE = bytes(range(256)) * 16384  # 4 MiB
both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])


class Post:
    """A bucket at the double, and a policy for it."""

    def __init__(self, double: StorageDouble, *conditions: object, key: str = "key", **more: str) -> None:
        self.bucket = f"b{uuid.uuid4().hex}"
        self.url = f"{double.url}{self.bucket}"
        self.puts: list[Put] = double.script(self.bucket, Reply(answer(204, b"", 'ETag: "e"')))
        self.fields = signed_posts.v4(key, *conditions, bucket=self.bucket, more=more)

    def form(self, content: bytes = SMALL, *args: str, **options: str) -> bytes:
        """The caller's form."""
        return posted(self.url, self.fields, content, *args, **options)

    def parts(self, *more: bytes, way: str = "object") -> bytes:
        """URL, fields, and whatever else."""
        return form(field("uploadUrl", self.url), fields_of(self.fields, way), *more)


def refused(service: Running, path: str, body: bytes, code: str) -> str:
    """What is told; the log agrees."""
    answered = post(service.port, path, body)
    assert_refused(service, answered, code, path)
    detail: str = answered.json["detail"]
    return detail
