"""Storage that misbehaves with the form of a POST: what `stored` says then, with each endpoint and order.

A form has bytes behind the file, so "all of the file" and "all of the request" are two moments here.
"""

import uuid
from typing import NamedTuple

import pytest
from devtools import signed_posts

from tests.storage.puts import LARGE, SMALL, both_endpoints
from tests.support.client.posted_forms import posted
from tests.support.client.raw_http import post
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Reply, StorageDouble, answer, xml

MADE = b"<PostResponse><Location>%b</Location><ETag>e</ETag></PostResponse>"
PAGE = b"<!doctype html><html><PostResponse><ETag>e</ETag></PostResponse></html>"
# Longer than what sockets hold.
FILE = LARGE * 12


class Row(NamedTuple):
    """What the store does, and what becomes of it. `stored`: None when nobody knows."""

    reply: Reply
    code: str
    stored: bool | None
    content: bytes = SMALL


ROWS = {
    "200 before the file": Row(Reply(answer(200, b"", 'ETag: "e"'), "head", "hang"), "*", None, FILE),
    "201 in the middle": Row(Reply(answer(201, MADE), 100_000, "hang"), "*", None, FILE),
    "303 before the file": Row(
        Reply(answer(303, b"", "Location: https://a.example/"), "head", "close"), "storage_redirected", False
    ),
    "307 at the end": Row(
        Reply(answer(307, b"", "Location: https://a.example/")), "storage_redirected", False
    ),
    "a page with an ETag": Row(Reply(answer(200, PAGE, 'ETag: "e"')), "storage_bad_answer", None),
    "a page that plays a store": Row(Reply(answer(201, PAGE)), "storage_bad_answer", None),
    "an error that plays a store": Row(
        Reply(answer(200, xml("SlowDown"), 'ETag: "e"')), "storage_bad_answer", None
    ),
    "a reset at the end": Row(Reply(b"", then="reset"), "storage_disconnected", None),
    "a close at the end": Row(Reply(b"", then="close"), "storage_disconnected", None),
    "half an answer": Row(
        Reply(b"HTTP/1.1 201 Created\r\nContent-Length: 99\r\n\r\n<Post", then="close"), "*", None
    ),
    "a reset in the middle": Row(Reply(b"", 100_000, "reset"), "storage_disconnected", False, FILE),
}


@both_endpoints
@pytest.mark.parametrize("order", ["url-fields-file", "file-url-fields"])
@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS.keys())
def test_faults(service: Running, double: StorageDouble, row: Row, order: str, path: str) -> None:
    """No fault is a success, and a file that storage cannot have is not in doubt."""
    name = f"b{uuid.uuid4().hex}"
    double.script(name, row.reply)
    form = posted(f"{double.url}{name}", signed_posts.v4(bucket=name), row.content, order)
    told = post(service.port, path, form).json
    assert told["success"] is False, told
    assert row.code in ("*", told["code"])
    assert told["stored"] is row.stored, told
