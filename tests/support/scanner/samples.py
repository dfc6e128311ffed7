"""What the tests' clamd knows: three harmless samples, and the database that calls them malware.

Rules: no file of this repository contains a sample, or scanners would find the repository itself. So the
samples are put together when they are needed.
"""

import gzip
import hashlib
from pathlib import Path

# Found wherever it stands in a file, by a body signature.
MARKER = b"-".join([b"upload-service", b"harmless", b"marker", b"7f1d93c0a5e84b26"])
MARKER_NAME = "Harmless.Marker"
# A file that is found as a whole, by its MD5 and length, and by nothing less or more.
WHOLE_FILE = b"a harmless sample that is found as a whole file\n" * 20
WHOLE_FILE_NAME = "Harmless.WholeFile"
# The standard test file of the anti-malware trade: every scanner finds it. https://www.eicar.org/download-anti-malware-testfile/
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!" + b"$H+H*"
EICAR_NAME = "Harmless.Eicar"

# clamd adds this to the names of signatures that do not come from ClamAV.
UNOFFICIAL = ".UNOFFICIAL"


def write_database(folder: Path, *, with_eicar: bool = True) -> None:
    """Write the samples' signatures, in the formats that `sigtool --hex-dump` and `sigtool --md5` print.

    https://docs.clamav.net/manual/Signatures/ExtendedSignatures.html, .../HashSignatures.html
    """
    anywhere = {MARKER_NAME: MARKER} | ({EICAR_NAME: EICAR} if with_eicar else {})
    body = "".join(f"{name}:0:*:{sample.hex()}\n" for name, sample in anywhere.items())
    (folder / "samples.ndb").write_text(body, "ascii")
    digest = hashlib.md5(WHOLE_FILE, usedforsecurity=False).hexdigest()
    whole = f"{digest}:{len(WHOLE_FILE)}:{WHOLE_FILE_NAME}\n"
    (folder / "samples.hdb").write_text(whole, "ascii")


def nested(content: bytes, layers: int) -> bytes:
    """The content, packed by gzip so many times."""
    for _ in range(layers):
        content = gzip.compress(content, mtime=0)
    return content
