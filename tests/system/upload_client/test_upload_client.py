"""The TypeScript client, compiled strictly: the same calls in Node (fetch) and Chromium (XMLHttpRequest)."""

import asyncio
import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from devtools import signed_queries
from devtools.post_signers import Place, Wish, botocore
from local.store import Bucket

from tests.support.client.posted_forms import hide
from tests.support.examples.running_examples import LARGE_BYTES, until
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Put, Reply, StorageDouble, answer
from tests.system.upload_client import runners
from tests.system.upload_client.calls import CORS, IN_NODE, STORED, Upload, content, phases
from tests.system.upload_client.runners import Runner

# As the browser's, which all of them share.
pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("size", [0, 3_000_000])
@pytest.mark.parametrize("late", [False, True], ids=["url-first", "file-first"])
async def test_file_is_stored(
    upload: Upload, bucket: Bucket, presign: Callable[..., str], runner: Runner, late: bool, size: int
) -> None:
    """In both orders the object is the file with its type and signed headers, and progress is reported."""
    key, headers = f"client/{runner.__name__}-{late}-{size}", {"x-amz-meta-colour": "blue"}
    url = presign(key, content_type="text/x-odd", headers=headers)
    outcome = await upload(
        url, bytes=size, headers=headers, contentType="text/x-odd", urlAfterFile=late, storageRetries=2
    )
    assert outcome["stored"]["success"] is True, outcome
    assert (outcome["stored"]["filename"], outcome["stored"]["attempts"]) == ("사진.png", 1)
    assert bucket.get(key) == content(size)
    head = bucket.head(key)
    assert head
    assert (head.content_type, head.headers["x-amz-meta-colour"]) == ("text/x-odd", "blue")
    if runner is runners.in_node:
        assert outcome["told"] == [{"phase": "sending", "attempt": 1, "sent": None, "total": size}]
    else:
        assert phases(outcome) == ["sending", "storing"]
        assert outcome["told"][-2] == {"phase": "sending", "attempt": 1, "sent": size, "total": size}


@pytest.mark.parametrize("given", ["post", "fields", "function"])
@pytest.mark.parametrize("late", [False, True], ids=["url-first", "file-first"])
async def test_presigned_post(upload: Upload, bucket: Bucket, runner: Runner, given: str, late: bool) -> None:
    """A presigned POST goes through as signers return it, from a function, or with its fields apart."""
    key = f"client/post-{runner.__name__}-{given}-{late}"
    place = Place(bucket.endpoint, bucket.name, bucket.access_key, bucket.secret_key)
    signed = botocore(
        place, Wish(key, [["content-length-range", 1, 5000], ["eq", "$Content-Type", "text/x-odd"]])
    )
    hide(signed.fields)
    urls = {"post": signed._asdict(), "fields": signed.url, "function": [signed._asdict()]}[given]
    more = {"fields": signed.fields} if given == "fields" else {}
    outcome = await upload(urls, bytes=5000, contentType="text/x-odd", urlAfterFile=late, **more)
    assert outcome["stored"]["success"] is True, outcome
    assert bucket.get(key) == content(5000)
    outcome = await upload(urls, bytes=5001, contentType="text/x-odd", urlAfterFile=late, **more)
    assert outcome["error"]["code"] == "entity_too_large"


async def test_blob_without_a_name(upload: Upload, presign: Callable[..., str]) -> None:
    """A Blob is sent as well, under a name that the caller may give."""
    assert (await upload(presign("client/blob"), name=None))["stored"]["filename"] == "file"


async def test_expired_url_is_replaced(
    upload: Upload, double: StorageDouble, presign: Callable[..., str]
) -> None:
    """An expired URL is replaced where a function gives another, and ends the upload where there is none."""
    expired = TRANSCRIPT.hide(f"{double.url}client/expired?{signed_queries.v4(date='20200101T000000Z')}")
    outcome = await upload([expired, presign("client/fresh")])
    assert outcome["stored"]["success"] is True, outcome
    outcome = await upload(expired)
    assert (outcome["error"]["code"], phases(outcome).count("waiting")) == ("url_expired", 0)


async def test_failure_carries_what_the_service_said(upload: Upload, guarded: Running) -> None:
    """A refusal carries code, detail, fault, status and request id, and is not tried again."""
    outcome = await upload("https://elsewhere.example/k?X-Amz-Signature=1")
    error = outcome["error"]
    assert outcome["known"]
    assert (error["name"], error["code"], error["status"]) == (
        "UploadFailure",
        "destination_not_allowed",
        403,
    )
    assert (error["fault"], error["retryable"], error["mayBeStored"]) == ("client", False, False)
    assert "Use an allowed store" in error["detail"]
    assert guarded.upload_event(error["requestId"])["code"] == "destination_not_allowed"
    assert "waiting" not in phases(outcome)


async def test_token_is_sent(upload: Upload, presign: Callable[..., str]) -> None:
    """Without the token the service refuses; every other test here has it."""
    outcome = await upload(presign("client/no-token"), token=None)
    assert (outcome["error"]["code"], outcome["error"]["status"]) == ("unauthorized", 401)


async def test_too_large_is_refused_before_anything(upload: Upload) -> None:
    """A file over the caller's own limit fails at once: no URL is asked for, and nothing is sent."""
    outcome = await upload(["never"], maxBytes=99_999)
    assert (outcome["error"]["code"], outcome["error"]["status"]) == ("file_too_large", 0)
    assert (outcome["asked"], outcome["told"]) == (0, [])


@pytest.mark.parametrize("runner", IN_NODE, indirect=True)
@pytest.mark.parametrize(
    ("chosen", "change"),
    [
        ("chosen", "chosen and grown"),
        ("chosen", "cut"),
        ("chosen", ""),
        ("chosen", None),
        ("", "grown"),
        ("", None),
    ],
)
async def test_file_that_has_changed(upload: Upload, tmp_path: Path, chosen: str, change: str | None) -> None:
    """A file that was changed or deleted after it was chosen fails as that, and nothing is sent."""
    file = tmp_path / "draft.txt"
    file.write_text(chosen)
    outcome = await upload("https://b.example/k", path=str(file), change=change)
    error = outcome["error"]
    assert outcome["known"]
    assert (error["code"], error["fault"], error["status"]) == ("file_changed", "client", 0)
    assert (error["retryable"], error["mayBeStored"]) == (False, False)
    assert outcome["told"] == []


@pytest.mark.parametrize("runner", IN_NODE, indirect=True)
async def test_empty_file_on_disk(
    upload: Upload, bucket: Bucket, presign: Callable[..., str], tmp_path: Path
) -> None:
    """An empty file that has not changed is stored."""
    file = tmp_path / "empty.txt"
    file.touch()
    outcome = await upload(presign("client/empty-file"), path=str(file))
    assert outcome["stored"]["success"] is True, outcome
    assert bucket.get("client/empty-file") == b""


@pytest.mark.parametrize(("status", "stored"), [(500, True), (502, True), (503, True), (413, False)])
async def test_answer_of_something_in_between(
    upload: Upload, double: StorageDouble, front: Callable[..., list[Put]], status: int, stored: bool
) -> None:
    """A gateway's own page is a failure, and not tried again: the file may have been passed on."""
    front(Reply(answer(status, b"<html>sorry</html>", CORS)), STORED)
    outcome = await upload("https://b.example/k", serviceUrl=f"{double.url}front")
    error = outcome["error"]
    assert (error["code"], error["status"], error["mayBeStored"]) == ("foreign_answer", status, stored)
    assert re.fullmatch(rf"(The|A) proxy in front .*status {status}\)?\.", error["detail"])
    assert "waiting" not in phases(outcome)


async def test_abort_ends_the_upload(
    begin: Callable[..., Any], double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """The signal ends a running request, and the PUT to storage is never whole."""
    gate = threading.Event()
    puts = double.script("client/aborted", Reply(gate=gate))
    async with begin(double_url("client/aborted"), bytes=LARGE_BYTES) as call:
        await until(lambda: puts)
        await call.abort()
        outcome = await call.outcome()
        gate.set()
    assert (outcome["error"]["name"], outcome["known"]) == ("AbortError", False)
    assert await asyncio.to_thread(puts[0].ended.wait, 60)
    assert not puts[0].whole


async def test_abort_ends_a_pause(
    begin: Callable[..., Any], double: StorageDouble, front: Callable[..., list[Put]], runner: Runner
) -> None:
    """The signal ends the wait before another attempt as well."""
    asked = front(Reply(answer(429, b"busy", CORS)), STORED)
    async with begin("https://b.example/k", serviceUrl=f"{double.url}front", firstPauseMs=50_000) as call:
        await until(lambda: any(put.head.startswith(b"POST") and put.whole for put in asked))
        await call.abort()
        assert (await call.outcome())["error"]["name"] == "AbortError"
