"""What cannot be scanned: files that are too large, told as early as it is known, and parts of an object."""

import uuid
from collections.abc import Callable, Iterator

import pytest
from devtools import signed_queries

from tests.support.client.raw_http import (
    CHECK,
    PLAIN,
    RETRY,
    Answer,
    Connection,
    chunked,
    field,
    file,
    form,
    post,
)
from tests.support.scanner.scripted_clamd import FOUND, Say, ScriptedClamd
from tests.support.service.problem_documents import assert_refused
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.google_sessions import UNIT_BYTES, GoogleSessions, Session
from tests.support.storage.places import Place, whole
from tests.support.storage.storage_double import Reply, StorageDouble, answer
from tests.upload.posts import SMALL, Post
from tests.upload.session_forms import WHOLE, done, more
from tests.upload.session_forms import send as send_piece

MIB = 1 << 20
MOST = 2 * MIB
both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])
# The queries of URLs that are for a part of an object, and which word of Azure's that is.
PARTS = {
    "part": f"partNumber=1&uploadId=abc&{signed_queries.v4()}",
    "block": f"{signed_queries.sas()}&comp=block&blockid=QUFB",
    "block list": f"{signed_queries.sas()}&comp=blocklist",
}
LIST = b'<?xml version="1.0" encoding="utf-8"?><BlockList><Latest>QUFB</Latest></BlockList>'


@pytest.fixture(scope="module")
def strict(scripted: ScriptedClamd, double: StorageDouble, google: GoogleSessions) -> Iterator[Running]:
    """A service that has files of at most 2 MiB scanned, and takes no parts."""
    with start(scripted.url, double, google) as running:
        yield running


@pytest.fixture(scope="module")
def lenient(scripted: ScriptedClamd, double: StorageDouble, google: GoogleSessions) -> Iterator[Running]:
    """The same with the word that lets parts pass."""
    with start(f"{scripted.url}?parts=unscanned", double, google) as running:
        yield running


def start(scanner: str, double: StorageDouble, google: GoogleSessions) -> Running:
    """A service with this scanner."""
    listed = f"{double.url},{google.url}"
    return Running(UPLOAD_DESTINATIONS=listed, UPLOAD_SCANNER=scanner, UPLOAD_SCANNER_MAX_BYTES=str(MOST))


def refuse(service: Running, told: Answer, code: str, path: str = PLAIN) -> None:
    """The answer is this code, and for a limit it says how much is scanned."""
    assert_refused(service, told, code, path)
    assert code != "too_large_to_scan" or f" {MOST} bytes" in told.json["detail"]


@both_endpoints
def test_told_by_the_size(
    strict: Running, scripted: ScriptedClamd, at_double: Callable[..., Place], path: str
) -> None:
    """The field size is enough: nothing of the file is read, and the scanner is not asked."""
    streams = scripted.say(Say())
    parts = field("uploadUrl", at_double(prefix="untouched").url) + field("size", str(MOST + 1))
    with Connection(strict.port) as connection:
        connection.head(path, 3 * MIB)
        connection.send(parts + file(b"the first bytes"))
        refuse(strict, connection.answer(), "too_large_to_scan", path)
    assert streams == []


@both_endpoints
def test_told_by_the_request(strict: Running, path: str) -> None:
    """A request that is too long for any file that may be scanned is refused by its head."""
    with Connection(strict.port) as connection:
        connection.head(path, MOST + MIB + 1)
        told = connection.answer()
    assert (told.status, told.json["code"]) == (413, "too_large_to_scan")


@both_endpoints
@pytest.mark.parametrize("url_first", [True, False])
def test_told_when_the_count_passes(
    strict: Running, at_double: Callable[..., Place], path: str, url_first: bool
) -> None:
    """Of a file of unknown length the bytes are counted: one more than may be scanned is refused."""
    for size, code in ((MOST, None), (MOST + 1, "too_large_to_scan")):
        place = at_double(prefix="refused" if code else "place")
        parts = [field("uploadUrl", place.url), file(bytes(size))]
        body = form(*(parts if url_first else reversed(parts)))
        with Connection(strict.port) as connection:
            connection.head(path, None)
            connection.send(chunked(body[at : at + 65536] for at in range(0, len(body), 65536)))
            told = connection.answer()
        if code:
            refuse(strict, told, code, path)
        else:
            assert told.status == 200, told.json
            assert place.stored() == bytes(MOST)


def test_a_check_tells_the_limit(
    strict: Running, scripted: ScriptedClamd, place: Callable[..., Place]
) -> None:
    """A check says that a file is too large, or that it may be scanned, without asking the scanner."""
    streams = scripted.say(Say(FOUND))
    for size, status in ((MOST, 200), (MOST + 1, 413)):
        told = post(strict.port, CHECK, form(field("uploadUrl", place().url), field("size", str(size))))
        assert told.status == status, told.json
    assert told.json["code"] == "too_large_to_scan"
    assert streams == []


@both_endpoints
@pytest.mark.parametrize("kind", PARTS)
@pytest.mark.parametrize("url_first", [True, False])
def test_parts_are_refused(
    strict: Running, double: StorageDouble, path: str, kind: str, url_first: bool
) -> None:
    """A part, a block and a list of blocks are refused in both orders, and by a check."""
    key = f"untouched/{uuid.uuid4().hex}"
    puts = double.script(key)
    url = field("uploadUrl", TRANSCRIPT.hide(f"{double.url}{key}?{PARTS[kind]}"))
    parts = [url, file(LIST)]
    told = post(strict.port, path, form(*(parts if url_first else reversed(parts))))
    refuse(strict, told, "part_not_scannable", path)
    assert post(strict.port, CHECK, form(url)).json["code"] == "part_not_scannable"
    assert puts == []


def test_parts_pass_where_the_operator_says_so(
    lenient: Running, double: StorageDouble, scripted: ScriptedClamd
) -> None:
    """With ?parts=unscanned they pass unscanned, also above the limit, and the log has said so."""
    assert lenient.wait_for(lambda event: event["event"] == "parts_unscanned")["level"] == "warning"
    streams = scripted.say(Say(FOUND))
    for kind, content in (("part", bytes(MOST + 1)), ("block", bytes(MOST + 1)), ("block list", LIST)):
        key = f"place/{uuid.uuid4().hex}"
        double.script(key, Reply(answer(201 if "block" in kind else 200, b"", 'ETag: "e"')))
        url = TRANSCRIPT.hide(f"{double.url}{key}?{PARTS[kind]}")
        told = post(lenient.port, PLAIN, form(field("uploadUrl", url), file(content)))
        assert told.status == 200, told.json
        assert "scan" not in lenient.upload_event(told.request_id)
    assert streams == []
    told = post(lenient.port, PLAIN, form(field("uploadUrl", _url(double)), file(b"a whole file")))
    assert told.json["code"] == "malware_found"


def test_pieces_of_a_session(
    strict: Running, lenient: Running, scripted: ScriptedClamd, begin: Callable[..., tuple[str, Session]]
) -> None:
    """A piece of a session is a part; a whole file is scanned, and only a clean one completes it."""
    url, session = begin()
    told = f"bytes 0-{UNIT_BYTES - 1}/{len(WHOLE)}"
    refuse(strict, send_piece(strict, url, WHOLE[:UNIT_BYTES], told), "part_not_scannable")
    assert more(send_piece(lenient, url, WHOLE[:UNIT_BYTES], told)) == UNIT_BYTES
    for all_of_it in (None, f"bytes 0-{len(WHOLE) - 1}/{len(WHOLE)}"):
        for service in (strict, lenient):
            url, session = begin()
            scripted.say(Say(FOUND))
            refuse(service, send_piece(service, url, WHOLE, all_of_it), "malware_found")
            assert not session.is_complete
            scripted.say(Say())
            done(send_piece(service, url, WHOLE, all_of_it))


@both_endpoints
def test_session_gets_nothing_before_the_verdict(
    strict: Running, scripted: ScriptedClamd, begin: Callable[..., tuple[str, Session]], path: str
) -> None:
    """What a session is sent stays in it: the next file, which is clean, would only add its end to that."""
    url, session = begin()
    scripted.say(Say(FOUND))
    refuse(strict, send_piece(strict, url, b"x" * MIB, path=path), "malware_found", path)
    assert (session.content, session.ranges) == (b"", [])
    scripted.say(Say())
    done(send_piece(strict, url, bytes(MIB), path=path))
    assert session.content == bytes(MIB)


@both_endpoints
def test_server_without_signatures_gets_nothing_before_the_verdict(
    scripted: ScriptedClamd, double: StorageDouble, path: str
) -> None:
    """A server such as one for WebDAV may keep what came before a PUT broke off."""
    puts = double.script("dav/a.bin", Reply(answer(201, b"", 'ETag: "e"')))
    url = f"{double.url}dav/a.bin"
    listed = f"{double.url}dav/?unsigned"
    with Running(UPLOAD_DESTINATIONS=listed, UPLOAD_SCANNER=scripted.url) as running:
        body = form(field("uploadUrl", url), file(bytes(MIB)))
        scripted.say(Say(FOUND))
        refuse(running, post(running.port, path, body), "malware_found", path)
        assert puts == []
        scripted.say(Say())
        assert post(running.port, path, body).status == 200
    assert [bytes(put.body) for put in puts] == [bytes(MIB)]


def test_posts_and_blobs(
    strict: Running, scripted: ScriptedClamd, double: StorageDouble, at_double_post: Callable[..., Post]
) -> None:
    """The file of a presigned POST and of Azure's Put Blob is scanned; what is found is not sent whole."""
    key = f"place/{uuid.uuid4().hex}"
    blobs = double.script(key, Reply(answer(201, b"", 'ETag: "e"')))
    blob = form(field("uploadUrl", TRANSCRIPT.hide(f"{double.url}{key}?{signed_queries.sas()}")), file(SMALL))
    posted = at_double_post()
    for body, puts in ((posted.form(), posted.puts), (blob, blobs)):
        scripted.say(Say(FOUND))
        refuse(strict, post(strict.port, PLAIN, body), "malware_found")
        scripted.say(Say())
        assert post(strict.port, PLAIN, body).status == 200
        assert len(whole(puts)) == 1


def _url(double: StorageDouble) -> str:
    return TRANSCRIPT.hide(f"{double.url}place/{uuid.uuid4().hex}?{signed_queries.v4()}")
