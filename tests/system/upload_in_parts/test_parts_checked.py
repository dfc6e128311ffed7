"""What `uploadInParts` compares, and how large it makes parts."""

import base64
import json
import subprocess
from pathlib import Path

import anycrc
import pytest

from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Reply, StorageDouble, answer
from tests.system.upload_in_parts.calls import MIB, Large
from tests.system.upload_in_parts.conftest import Begin, Setting

pytestmark = pytest.mark.node
CRC64 = anycrc.Model("CRC64-NVME")
GIB = 1 << 30
TIB = 1 << 40
S3 = {"mostParts": 10_000, "leastBytes": 5 * MIB, "mostBytes": 5 * GIB, "multipleOf": MIB}
GOOGLE = {"mostParts": None, "leastBytes": 262_144, "mostBytes": None, "multipleOf": 262_144}
SIZES = [
    (S3, 100 * MIB, 16 * MIB, 16 * MIB),
    (S3, 100 * MIB, 1, 5 * MIB),
    (S3, 100 * MIB, 5 * MIB + 1, 6 * MIB),
    (S3, 10_000 * 16 * MIB, 16 * MIB, 16 * MIB),
    (S3, 10_000 * 16 * MIB + 1, 16 * MIB, 17 * MIB),
    (S3, 5 * TIB, 16 * MIB, 525 * MIB),
    (GOOGLE, TIB, 16 * MIB, 16 * MIB),
    (GOOGLE, 5 * MIB, 1, 262_144),
]


@pytest.fixture
def small(tmp_path: Path) -> Large:
    """A file of one part."""
    return Large(tmp_path / "small.bin", b"").rewritten(bytes(range(251)) * 8)


def checksum(content: bytes) -> str:
    """As the service writes it."""
    return "crc64nvme:" + base64.b64encode(CRC64.calc(content).to_bytes(8, "big")).decode()


def stored(content: bytes, **changed: object) -> Reply:
    """What the service answers to a part."""
    said = {"success": True, "etag": '"e"', "file_size": len(content), "checksum": checksum(content)}
    return Reply(answer(200, json.dumps(said | changed).encode()))


@pytest.mark.parametrize(
    "wrong", [{"checksum": checksum(b"other")}, {"file_size": 1}], ids=["checksum", "size"]
)
async def test_other_bytes_arrived(
    begin: Begin, double: StorageDouble, small: Large, wrong: dict[str, object]
) -> None:
    """A part whose size or checksum in the answer is not the file's is sent again, and counts only then."""
    sent = double.script("other/upload-with-presigned", stored(small.content, **wrong), stored(small.content))
    async with begin(small.path, serviceUrl=f"{double.url}other") as call:
        outcome = await call.outcome()
    assert [event["code"] for event in outcome["told"] if "code" in event] == ["part_differs"]
    assert len(sent) == 2
    # Nothing has come to the store, which is the back end's to find out.
    assert (outcome["error"]["code"], outcome["error"]["status"]) == ("back_end_refused", 409)


async def test_service_that_computes_none(begin: Begin, setting: Setting, small: Large) -> None:
    """With UPLOAD_VERIFY=off the answer has no checksum: sizes and ETags are what is compared."""
    with Running(UPLOAD_DESTINATIONS=f"{setting.store.endpoint}/", UPLOAD_VERIFY="off") as service:
        async with begin(small.path, serviceUrl=service.url) as call:
            outcome = await call.outcome()
    assert outcome["done"]["size"] == small.size, outcome
    assert setting.stored() == [small.content]


def test_part_sizes(compiled_parts: Path) -> None:
    """The wanted size, raised to the store's minimum, to a multiple, and so that the parts are few enough."""
    script = (
        "import {partBytesFor} from './upload-in-parts.js';"
        "const some = ({mostParts, mostBytes, ...rules}) =>"
        " ({...rules, mostParts: mostParts ?? Infinity, mostBytes: mostBytes ?? Infinity});"
        "const all = JSON.parse(process.argv[1]);"
        "const sizes = all.map(([rules, size, wanted]) => partBytesFor(size, wanted, some(rules)));"
        "console.log(JSON.stringify(sizes));"
    )
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script, json.dumps([row[:3] for row in SIZES])],
        cwd=compiled_parts,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert json.loads(done.stdout) == [row[3] for row in SIZES]


async def test_file_that_no_part_size_fits(begin: Begin, setting: Setting, small: Large) -> None:
    """What the store does not take in one part is refused before anybody is asked."""
    async with begin(small.path, partBytes=5 * GIB + 1) as call:
        outcome = await call.outcome()
    assert (outcome["error"]["code"], outcome["asked"]) == ("file_too_large", [])
    assert setting.store.asked == []


async def test_empty_file(begin: Begin, setting: Setting, small: Large) -> None:
    """A file without bytes has no parts."""
    async with begin(small.rewritten(b"").path) as call:
        outcome = await call.outcome()
    assert (outcome["error"]["code"], outcome["asked"]) == ("file_empty", [])
    assert setting.store.asked == []
