"""A database that says when it was made, as ClamAV's own do, for a clamd of the tests.

Knows: as much of the format of CVD files as clamd needs: a head of 512 bytes, and a tar archive. Its name
ends in `.cud`, which is what clamd calls a database without ClamAV's signature.

Source: https://docs.clamav.net/manual/Signatures.html, "CVD", and libclamav's cvd.c for the head's fields.
"""

import hashlib
import io
import tarfile
import time
from pathlib import Path

HEAD_BYTES = 512
NUMBER = 27000
# One harmless signature: a database has to have some.
_SIGNATURES = f"Harmless.Dated:0:*:{b'a harmless marker of a dated database'.hex()}\n"


def write_dated_database(folder: Path, built: float) -> None:
    """Write `daily.cud`, made at `built`, in seconds since 1970."""
    information = f"{_head(built, 'X', 'X')}\ndaily.ndb:{len(_SIGNATURES)}:{_sha256(_SIGNATURES)}\n"
    archive = _archive({"COPYING": "harmless\n", "daily.info": information, "daily.ndb": _SIGNATURES})
    digest = hashlib.md5(archive, usedforsecurity=False).hexdigest()
    head = _head(built, digest, "none").encode("ascii").ljust(HEAD_BYTES)
    (folder / "daily.cud").write_bytes(head + archive)


def _head(built: float, digest: str, signature: str) -> str:
    date = time.strftime("%d %b %Y %H-%M +0000", time.gmtime(built))
    return f"ClamAV-VDB:{date}:{NUMBER}:1:90:{digest}:{signature}:tests:{built:.0f}"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _archive(files: dict[str, str]) -> bytes:
    """A tar archive of these files."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            archive.addfile(member, io.BytesIO(text.encode("ascii")))
    return written.getvalue()
