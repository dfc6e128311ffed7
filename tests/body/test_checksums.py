"""Checksums: what they are, how callers and stores write them, and which run over a file."""

import base64
import hashlib

import pytest
from multidict import CIMultiDict

from upload_service.body.checksums import (
    DIGEST_BYTES,
    Checksum,
    RunningChecksums,
    checksums_for,
    md5_of_etag,
    parse_checksum,
    stored_checksums,
)
from upload_service.errors.upload_error import UploadError

CHECK = b"123456789"
# The check values of the catalogue of CRC algorithms, RFC 1321 and FIPS 180-4.
DIGESTS = {
    "crc64nvme": "ae8b14860a799888",
    "crc32c": "e3069283",
    "md5": "25f9e794323b453885f5181f1b624d0b",
    "sha256": "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
}
CRC = bytes.fromhex(DIGESTS["crc64nvme"])
MD5 = bytes.fromhex(DIGESTS["md5"])


def b64(algorithm: str) -> str:
    """The digest of CHECK in base64."""
    return base64.b64encode(bytes.fromhex(DIGESTS[algorithm])).decode()


def b64_reversed(algorithm: str) -> str:
    """The same with its bytes in the other order, as Azure writes its CRC64."""
    return base64.b64encode(bytes.fromhex(DIGESTS[algorithm])[::-1]).decode()


@pytest.mark.parametrize("algorithm", DIGEST_BYTES)
def test_digests_are_the_standard_ones(algorithm: str) -> None:
    """Each algorithm gives the published check value, however the bytes are cut."""
    for cut in range(len(CHECK) + 1):
        running = RunningChecksums([algorithm])
        running.update(CHECK[:cut])
        running.update(CHECK[cut:])
        assert running.get(algorithm) == Checksum(algorithm, bytes.fromhex(DIGESTS[algorithm]))


def test_nothing_fed_is_the_empty_file() -> None:
    """A file without a byte has the checksums of an empty file."""
    running = RunningChecksums(DIGEST_BYTES)
    assert running.get("sha256") == Checksum("sha256", hashlib.sha256().digest())
    assert running.get("crc64nvme") == Checksum("crc64nvme", bytes(8))
    assert RunningChecksums([]).get("md5") is None


def test_agreement_is_true_false_or_unknown() -> None:
    """A claimed checksum agrees, differs, or was not computed."""
    running = RunningChecksums(["crc64nvme"])
    running.update(CHECK)
    assert running.agrees_with(Checksum("crc64nvme", CRC)) is True
    assert running.agrees_with(Checksum("crc64nvme", bytes(8))) is False
    assert running.agrees_with(Checksum("md5", MD5)) is None


@pytest.mark.parametrize("algorithm", ["crc64nvme", "md5", "sha256"])
@pytest.mark.parametrize("form", ["hex", "HEX", "base64"])
def test_declared(algorithm: str, form: str) -> None:
    """A caller may write a digest in hex of either case or in base64, and the algorithm in any case."""
    hexadecimal = DIGESTS[algorithm]
    text = {"hex": hexadecimal, "HEX": hexadecimal.upper(), "base64": b64(algorithm)}[form]
    assert parse_checksum(f"{algorithm.upper()}: {text} ") == Checksum(algorithm, bytes.fromhex(hexadecimal))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "md5",
        "md5:",
        ":abc",
        "md5:abc",
        "md5:" + "0" * 31,
        "md5:" + "0" * 33,
        "md5:" + "g" * 32,
        "md5:" + "0" * 64,
        "sha256:" + "0" * 32,
        "crc32c:e3069283",
        "sha1:" + "0" * 40,
        "crc64nvme:" + "0" * 12,
        "md5:=" + "A" * 23,
        "md5:" + " ".join(["00"] * 16),
        "sha256:\u00e9",
    ],
)
def test_declared_wrongly(text: str) -> None:
    """A text that is not an algorithm and a whole digest is refused."""
    with pytest.raises(UploadError, match=r"\Ainvalid_checksum\Z"):
        parse_checksum(text)


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, []),
        ({"x-amz-checksum-crc64nvme": b64("crc64nvme")}, [Checksum("crc64nvme", CRC)]),
        ({"X-Amz-Checksum-Crc64nvme": b64("crc64nvme")}, [Checksum("crc64nvme", CRC)]),
        ({"x-amz-checksum-crc64nvme": "AAA=-2"}, []),
        ({"x-amz-checksum-crc32": "AAAAAA=="}, []),
        ({"x-goog-hash": f"crc32c={b64('crc32c')}"}, [Checksum("crc32c", bytes.fromhex("e3069283"))]),
        (
            {"x-goog-hash": f"crc32c={b64('crc32c')}, md5={b64('md5')}"},
            [Checksum("crc32c", bytes.fromhex("e3069283")), Checksum("md5", MD5)],
        ),
        (
            [("x-goog-hash", f"crc32c={b64('crc32c')}"), ("X-Goog-Hash", f"md5={b64('md5')}")],
            [Checksum("crc32c", bytes.fromhex("e3069283")), Checksum("md5", MD5)],
        ),
        ({"x-goog-hash": "sha999=AAAA,nonsense,=,"}, []),
        ({"Content-MD5": b64("md5")}, [Checksum("md5", MD5)]),
        ({"Content-MD5": "not base64"}, []),
        ({"x-ms-content-crc64": b64_reversed("crc64nvme")}, [Checksum("crc64nvme", CRC)]),
        ({"x-ms-content-crc64": "AAAA"}, []),
        (
            {"Content-MD5": b64("md5"), "X-MS-Content-CRC64": "AAAAAAAAAAE="},
            [Checksum("md5", MD5), Checksum("crc64nvme", b"\1" + bytes(7))],
        ),
        ({"ETag": f'"{DIGESTS["md5"]}"'}, []),
    ],
)
def test_claims(headers: dict[str, str] | list[tuple[str, str]], said: list[Checksum]) -> None:
    """The checksums in a store's answer are read; what cannot be read, and the ETag, is left out."""
    assert list(stored_checksums(CIMultiDict(headers))) == said


@pytest.mark.parametrize(
    ("headers", "is_md5"),
    [
        ({"ETag": f'"{DIGESTS["md5"]}"'}, True),
        ({"ETag": f'"{DIGESTS["md5"]}"', "x-amz-server-side-encryption": "AES256"}, True),
        ({"ETag": f'"{DIGESTS["md5"]}"', "x-amz-server-side-encryption": "aws:kms"}, False),
        ({"ETag": f'"{DIGESTS["md5"]}"', "x-amz-server-side-encryption": "aws:kms:dsse"}, False),
        ({"ETag": f'"{DIGESTS["md5"]}"', "x-amz-server-side-encryption-customer-algorithm": "AES256"}, False),
        ({"ETag": f'"{DIGESTS["md5"]}-2"'}, False),
        ({"ETag": f'W/"{DIGESTS["md5"]}"'}, False),
        ({"ETag": '"0x8DD0C6F3"'}, False),
        ({}, False),
    ],
)
def test_md5_of_etag(headers: dict[str, str], *, is_md5: bool) -> None:
    """An ETag is taken for an MD5 only where it has that form and the object has no key of its own."""
    assert md5_of_etag(CIMultiDict(headers)) == (Checksum("md5", MD5) if is_md5 else None)


@pytest.mark.parametrize(
    ("verify", "claim", "signing", "run"),
    [
        ("crc", None, "s3-v4", {"crc64nvme"}),
        ("crc", None, "azure-sas", {"crc64nvme"}),
        ("crc", None, "google-v4", {"crc64nvme", "crc32c"}),
        ("crc", None, None, {"crc64nvme", "crc32c"}),
        ("crc", "sha256", "s3-v4", {"crc64nvme", "sha256"}),
        ("md5", None, "s3-v4", {"crc64nvme", "md5"}),
        ("md5", "md5", "s3-v4", {"crc64nvme", "md5"}),
        ("off", None, None, set()),
        ("off", "md5", "google-v4", {"md5"}),
    ],
)
def test_which_checksums_run(verify: str, claim: str | None, signing: str | None, run: set[str]) -> None:
    """No checksum is computed that nobody compares."""
    claimed = None if claim is None else Checksum(claim, bytes(DIGEST_BYTES[claim]))
    running = checksums_for(verify, claimed, signing)
    assert {algorithm for algorithm in DIGEST_BYTES if running.get(algorithm)} == run


def test_a_checksum_reads_as_the_receipt_shows_it() -> None:
    """A checksum is shown as its algorithm and its digest in base64, which `declared` reads back."""
    assert str(Checksum("crc64nvme", CRC)) == "crc64nvme:rosUhgp5mIg="
    assert parse_checksum("crc64nvme:rosUhgp5mIg=") == Checksum("crc64nvme", CRC)
