"""Rows of the table: parts of an object, and what makes an object of them."""

import base64
import hashlib
from collections.abc import Iterator

from compat.azure import Azure
from compat.case import Case, Trial
from compat.plain_cases import LARGE, content
from compat.s3 import S3
from compat.target import Target
from compat.upload_client import Upload

BLOCK = base64.b64encode(b"block-000001").decode()
OTHER = base64.b64encode(b"block-000002").decode()


def _in_part(target: Target, key: str) -> Trial | None:
    if not isinstance(target, S3):
        return None
    upload = target.begin_parts(key)
    url = target.url(key, query={"partNumber": "1", "uploadId": upload})
    return Trial(key, Upload(url, content(LARGE)), finish=lambda: target.finish_parts(key, upload))


def _in_part_with_another_sum(target: Target, key: str) -> Trial | None:
    if not isinstance(target, S3):
        return None
    upload, name = target.begin_parts(key), "x-amz-checksum-sha256"
    digest = base64.b64encode(hashlib.sha256(b"another part").digest()).decode()
    url = target.url(key, headers={name: digest}, query={"partNumber": "1", "uploadId": upload})
    sent = Upload(url, content(LARGE), fields={f"header:{name}": digest})
    return Trial(key, sent, finish=lambda: target.finish_parts(key, upload))


def _in_no_upload(target: Target, key: str) -> Trial | None:
    if not isinstance(target, S3):
        return None
    upload = target.begin_parts(key)
    target.abort_parts(key, upload)
    url = target.url(key, query={"partNumber": "1", "uploadId": upload})
    return Trial(key, Upload(url, content(LARGE)))


def _in_block(target: Target, key: str) -> Trial | None:
    if not isinstance(target, Azure):
        return None
    url = target.url(key, query={"comp": "block", "blockid": BLOCK})
    return Trial(key, Upload(url, content(LARGE)), finish=lambda: target.finish_blocks(key, BLOCK))


def _list_of_blocks(target: Target, key: str) -> Trial | None:
    """Of two blocks that are there, with a type and metadata for the blob."""
    if not isinstance(target, Azure):
        return None
    target.put_block(key, BLOCK, content(LARGE))
    target.put_block(key, OTHER, b"end")
    headers = {"x-ms-blob-content-type": "video/mp4", "x-ms-meta-camera": "2"}
    upload = Upload(
        target.url(key, query={"comp": "blocklist"}),
        f"<BlockList><Latest>{BLOCK}</Latest><Latest>{OTHER}</Latest></BlockList>".encode(),
        "application/xml",
        {f"header:{name}": value for name, value in headers.items()},
    )
    stored = {"content-type": "video/mp4", "x-ms-meta-camera": "2"}
    return Trial(key, upload, headers=stored, becomes=content(LARGE) + b"end")


def _list_with_another_block(target: Target, key: str) -> Trial | None:
    if not isinstance(target, Azure):
        return None
    target.put_block(key, BLOCK, content(LARGE))
    listed = f"<BlockList><Latest>{BLOCK}</Latest><Latest>{OTHER}</Latest></BlockList>".encode()
    url = target.url(key, query={"comp": "blocklist"})
    return Trial(key, Upload(url, listed, "application/xml"))


def cases() -> Iterator[Case]:
    """These rows."""
    yield Case("one part of a multipart upload", _in_part)
    yield Case(
        "one part, with a signed `x-amz-checksum-sha256` that is wrong",
        _in_part_with_another_sum,
        "400 checksum_mismatch",
    )
    yield Case("one part of an upload that was aborted", _in_no_upload, "404 no_such_upload")
    yield Case("one block of a block blob", _in_block)
    yield Case("list of blocks, with type and metadata", _list_of_blocks)
    yield Case("list of blocks of which one is missing", _list_with_another_block, "422 invalid_block_list")
