"""How a sample is packed, and how its sender sends: a real clamd finds it, and slow senders delay nobody."""

import io
import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.client.raw_http import PLAIN, RETRY, Connection, field, file, form, post
from tests.support.scanner.running_clamd import Clamd
from tests.support.scanner.samples import MARKER
from tests.support.service.problem_documents import assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.places import Place
from tests.support.storage.storage_double import StorageDouble

pytestmark = pytest.mark.clamd
SLOW = 6


@pytest.mark.parametrize("path", [PLAIN, RETRY])
def test_found_in_an_archive(
    clamd: Clamd, double: StorageDouble, place: Callable[..., Place], path: str
) -> None:
    """A sample in a packed member of a ZIP is found, though its bytes stand nowhere in the file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("notes.txt", MARKER * 20)
    assert MARKER not in packed.getvalue()
    there = place(prefix="refused")
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_SCANNER=clamd.url) as service:
        body = form(field("uploadUrl", there.url), file(packed.getvalue()))
        assert_refused(service, post(service.port, path, body), "malware_found", path)
    assert there.stored() is None


def test_slow_senders_hold_no_scan(
    tmp_path: Path, double: StorageDouble, place: Callable[..., Place]
) -> None:
    """More slow senders than clamd scans at once: another's file is scanned meanwhile, and then theirs."""
    with (
        Clamd(tmp_path, AlertExceedsMax="yes", MaxThreads=2) as clamd,
        Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_SCANNER=clamd.url) as service,
        ExitStack() as open_,
    ):
        slow = []
        for _ in range(SLOW):
            connection = open_.enter_context(Connection(service.port))
            body = form(field("uploadUrl", place().url), file(bytes(2000)))
            connection.begin(PLAIN, len(body))
            connection.send(body[:1000])
            slow.append((connection, body[1000:]))
        fast = form(field("uploadUrl", place().url), file(b"a small file"))
        assert post(service.port, PLAIN, fast).status == 200
        for connection, rest in slow:
            connection.send(rest)
            assert connection.answer().status == 200
