"""Azure's lists of blocks: which are read, and when one is judged in the running service."""

import base64
import time
from collections.abc import Callable, Iterator
from typing import cast

import pytest
from devtools import signed_queries

from tests.support.client.raw_http import PLAIN, RETRY, Answer, field, file, form, post
from tests.support.service.problem_documents import assert_refused
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Put, Reply, StorageDouble, answer, xml
from upload_service.body.file_body import Body
from upload_service.errors.upload_error import UploadError
from upload_service.upload.block_list import MOST_BYTES, judge_block_list, read_block_list

ID = base64.b64encode(b"block-000001").decode()
OTHER = base64.b64encode(b"block-000002").decode()
BLOCKS = f"<Latest>{ID}</Latest><Latest>{OTHER}</Latest>"
LIST = f"<BlockList>{BLOCKS}</BlockList>".encode()
CREATED = Reply(answer(201, b"", 'ETag: "0x8DB9F7E2B0E4C00"', "x-ms-request-id: 1"))
both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])
orders = pytest.mark.parametrize("url_first", [True, False], ids=["url-first", "file-first"])

WRITTEN = {
    "curl": LIST,
    "azure-storage-blob for Python": b"<?xml version='1.0' encoding='utf-8'?>\n" + LIST,
    "@azure/storage-blob": b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>' + LIST,
    ".NET": b"\xef\xbb\xbf" + b'<?xml version="1.0" encoding="utf-8"?>\r\n' + LIST,
    "Microsoft's page": f'<?xml version="1.0" encoding="utf-8"?>  \n<BlockList>  \n  <Latest>{ID}</Latest>\n'
    f"  <Committed>{ID}</Committed>  \n  <Uncommitted>{OTHER}</Uncommitted>  \n</BlockList>  \n".encode(),
    "no blocks": b"<BlockList></BlockList>",
    "no blocks, short": b"<BlockList />",
    "one byte": b"<BlockList><Latest>QQ==</Latest></BlockList>",
    "64 bytes": b"<BlockList><Latest>" + base64.b64encode(bytes(64)) + b"</Latest></BlockList>",
    "50,000 blocks": b"<BlockList>" + f"<Latest>{ID}</Latest>".encode() * 50_000 + b"</BlockList>",
}
SYNTAX = "is not the XML"
REFUSED = {
    "nothing": (b"", SYNTAX),
    "text": (b"block-000001", SYNTAX),
    "a file": (b"\x89PNG\r\n\x1a\n", SYNTAX),
    "JSON": (b'{"BlockList": []}', SYNTAX),
    "two lists": (LIST + LIST, SYNTAX),
    "cut off": (LIST[:-5], SYNTAX),
    "short and long": (b"<BlockList/></BlockList>", SYNTAX),
    "another root": (LIST.replace(b"BlockList", b"Blocks"), SYNTAX),
    "another case": (LIST.lower(), SYNTAX),
    "another element": (LIST.replace(b"Latest", b"Block"), SYNTAX),
    "wrong end": (f"<BlockList><Latest>{ID}</Committed></BlockList>".encode(), SYNTAX),
    "no id": (b"<BlockList><Latest></Latest></BlockList>", SYNTAX),
    "text between": (LIST.replace(b"</Latest><", b"</Latest>x<"), SYNTAX),
    "text behind": (LIST + b"x", SYNTAX),
    "an attribute": (LIST.replace(b"<BlockList>", b'<BlockList xmlns="a">'), SYNTAX),
    "a comment": (LIST.replace(b"<BlockList>", b"<BlockList><!-- a -->"), SYNTAX),
    "CDATA": (f"<BlockList><Latest><![CDATA[{ID}]]></Latest></BlockList>".encode(), SYNTAX),
    "a reference": (LIST.replace(b"Y", b"&#89;", 1), SYNTAX),
    "a DTD": (b"<!DOCTYPE BlockList>" + LIST, SYNTAX),
    "an entity": (b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + LIST, SYNTAX),
    "a stylesheet": (b'<?xml-stylesheet href="a"?>' + LIST, SYNTAX),
    "another encoding": (b'<?xml version="1.0" encoding="utf-16"?>' + LIST, SYNTAX),
    "XML 1.1": (b'<?xml version="1.1"?>' + LIST, SYNTAX),
    "UTF-16": (LIST.decode().encode("utf-16"), SYNTAX),
    "many spaces": (LIST.replace(b"<Latest>", b" " * 65_537 + b"<Latest>", 1), SYNTAX),
    "NUL": (LIST + b"\0", SYNTAX),
    "letters for URLs": (b"<BlockList><Latest>a-b_</Latest></BlockList>", SYNTAX),
    "65 bytes": (b"<BlockList><Latest>" + base64.b64encode(bytes(65)) + b"</Latest></BlockList>", "64 bytes"),
    "no whole base64": (b"<BlockList><Latest>QUF</Latest></BlockList>", "64 bytes"),
    "two lengths": (f"<BlockList><Latest>{ID}</Latest><Latest>QQ==</Latest></BlockList>".encode(), "length"),
    "50,001 blocks": (b"<BlockList>" + b"<Latest>QQ==</Latest>" * 50_001 + b"</BlockList>", "than 50,000"),
    "too long": (b"<BlockList>" + b" " * MOST_BYTES + b"</BlockList>", "8 MiB"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_lists(name: str) -> None:
    """What libraries write, and what Microsoft's page shows, is read."""
    list(judge_block_list(WRITTEN[name]))


@pytest.mark.parametrize("name", REFUSED)
def test_no_lists(name: str) -> None:
    """Anything else is refused, with what is wrong and no id."""
    body, what = REFUSED[name]
    with pytest.raises(UploadError) as raised:
        list(judge_block_list(body))
    assert raised.value.entry.code == "invalid_block_list"
    assert what in raised.value.cause
    assert ID not in str(raised.value.detail)


@pytest.mark.parametrize(
    ("start", "repeated", "count"),
    [
        (b"<BlockList>", b" ", MOST_BYTES - 11),
        (b"<BlockList>", b"<Latest>", 1_000_000),
        (b"<BlockList><Latest>", b"A", MOST_BYTES - 19),
        (b"<BlockList>", f"<Latest> {ID} </Latest> ".encode(), 200_000),
        (b"<?xml version='1.0'", b" ", MOST_BYTES - 19),
    ],
)
def test_no_list_takes_long(start: bytes, repeated: bytes, count: int) -> None:
    """Whatever comes, it is read in an instant for its size."""
    body = start + repeated * count
    began = time.thread_time()
    with pytest.raises(UploadError):
        list(judge_block_list(body))
    assert time.thread_time() - began < 1


@pytest.fixture(scope="module")
def service(double: StorageDouble) -> Iterator[Running]:
    """A service that may send to the double."""
    with Running(UPLOAD_DESTINATIONS=double.url) as running:
        yield running


@pytest.fixture
def blob(double: StorageDouble) -> Callable[..., tuple[str, list[Put]]]:
    """A new blob at the double: the URL of its list of blocks, and the PUTs that come."""

    def make(*replies: Reply) -> tuple[str, list[Put]]:
        key = f"container/{time.monotonic_ns()}"
        url = f"{double.url}{key}?{signed_queries.sas()}&comp=blocklist"
        return TRANSCRIPT.hide(url), double.script(key, *(replies or (CREATED,)))

    return make


def send(service: Running, url: str, content: bytes, *fields: bytes, path: str, url_first: bool) -> Answer:
    """One form with a list of blocks."""
    parts = [*fields, field("uploadUrl", url), file(content, "blocks.xml", "application/xml")]
    return post(service.port, path, form(*(parts if url_first else parts[::-1])))


def test_others_have_their_turn() -> None:
    """The longest list is read in steps, so that no other upload waits for all of it."""

    class Held:
        async def whole(self, most: int) -> bytes:
            return WRITTEN["50,000 blocks"]

    reading = read_block_list(cast("Body", Held()))
    assert sum(1 for _ in reading.__await__()) >= 10


@both_endpoints
@orders
@pytest.mark.parametrize("name", ["curl", ".NET", "50,000 blocks", "no blocks"])
def test_list_is_sent(
    service: Running, blob: Callable[..., tuple[str, list[Put]]], path: str, url_first: bool, name: str
) -> None:
    """The list goes on byte for byte, with the type of the blob, and without the header for its kind."""
    url, puts = blob()
    typed = field("header:x-ms-blob-content-type", "image/png")
    answered = send(service, url, WRITTEN[name], typed, path=path, url_first=url_first)
    assert answered.status == 200, answered.json
    assert (answered.json["stored"], answered.json["etag"]) == (True, '"0x8DB9F7E2B0E4C00"')
    assert [bytes(put.body) for put in puts] == [WRITTEN[name]]
    assert puts[0].header("x-ms-blob-content-type") == "image/png"
    assert puts[0].header("x-ms-blob-type") is None
    assert puts[0].header("content-length") == str(len(WRITTEN[name]))


@both_endpoints
@orders
@pytest.mark.parametrize("name", ["nothing", "a file", "an entity", "two lengths", "too long"])
def test_no_list_is_sent(
    service: Running, blob: Callable[..., tuple[str, list[Put]]], path: str, url_first: bool, name: str
) -> None:
    """Storage does not see a list that is none."""
    url, puts = blob()
    answered = send(service, url, REFUSED[name][0], path=path, url_first=url_first)
    assert_refused(service, answered, "invalid_block_list", path)
    assert puts == []


@both_endpoints
def test_blocks_that_are_missing(
    service: Running, blob: Callable[..., tuple[str, list[Put]]], path: str
) -> None:
    """Azure's refusal of a list has a cause of its own."""
    url, puts = blob(Reply(answer(400, xml("InvalidBlockList"), "x-ms-error-code: InvalidBlockList")))
    answered = send(service, url, LIST, path=path, url_first=True)
    assert_refused(service, answered, "invalid_block_list", path, (400, "InvalidBlockList"))
    assert "is not uploaded" in answered.json["detail"]
    assert len(puts) == 1


@pytest.mark.parametrize("fault", [Reply(b"", then="reset"), Reply(answer(503, xml("ServerBusy")))])
def test_list_sent_again(service: Running, blob: Callable[..., tuple[str, list[Put]]], fault: Reply) -> None:
    """The retry endpoint sends the same list again."""
    url, puts = blob(fault, CREATED)
    answered = send(service, url, LIST, path=RETRY, url_first=True)
    assert (answered.status, answered.json["attempts"]) == (200, 2)
    assert bytes(puts[1].body) == LIST


def test_answer_without_an_etag(service: Running, blob: Callable[..., tuple[str, list[Put]]]) -> None:
    """Unlike a block's, the answer to a list has an ETag, or it is no store's."""
    url, _ = blob(Reply(answer(201, b"", "x-ms-request-id: 1")))
    answered = send(service, url, LIST, path=PLAIN, url_first=True)
    assert_refused(service, answered, "storage_bad_answer", PLAIN, (201, None), final=True)


@pytest.mark.parametrize("header", ["x-ms-copy-source", "x-ms-source-range"])
def test_copies_stay_closed(service: Running, double: StorageDouble, header: str) -> None:
    """Put Block From URL reads another address: its headers go to no store."""
    url = f"{double.url}untouched/copy?{signed_queries.sas()}&comp=block&blockid=QUFB"
    body = form(field("uploadUrl", url), field(f"header:{header}", "https://other.example/a"), file(b""))
    assert_refused(service, post(service.port, PLAIN, body), "header_not_allowed", PLAIN)
