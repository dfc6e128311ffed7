"""Asks clamd, with harmless bytes, whether its `OK` can be believed.

Knows: what clamd passes over in silence. Without `AlertExceedsMax yes` it says `OK` of a file above
MaxFileSize, and of an archive above MaxScanSize, MaxRecursion, MaxFiles or MaxScanTime, without having looked
at all of it. No command tells its limits.
Rules: what is sent is harmless, and the same whatever is uploaded. A large file is sent only where that must
be tried.
Must not know: uploads, and what is done with the answer.

Sources: man 5 clamd.conf, AlertExceedsMax; https://www.eicar.org/download-anti-malware-testfile/
"""

import gzip
import os
from typing import Final, NamedTuple

from upload_service.scanner.clamd import Clamd
from upload_service.scanner.verdict import Verdict

# The test file that every scanner finds. In two halves, or scanners would find this file.
EICAR: Final = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
# Deeper than MaxRecursion allows: 17 unless it is set, and 100 is the most that makes sense.
NESTED_LAYERS: Final = 101
_CHUNK: Final = bytes(256 * 1024)
# clamd knows files again that it has found clean, and what it has not looked at counts as clean, too.
_FRESH_BYTES: Final = 16


class Answer(NamedTuple):
    """What clamd does with harmless bytes.

    `finds_samples`: it has signatures. `tells_limits`: it says so when it has not looked at all of a file.
    `looks_at_largest`: it looks at a file of the asked size; None if that was not asked.
    """

    finds_samples: bool
    tells_limits: bool
    looks_at_largest: bool | None = None

    @property
    def can_be_believed(self) -> bool:
        """Whether `OK` means that clamd has looked at a whole file of at most that size."""
        return self.finds_samples and (self.tells_limits or self.looks_at_largest is True)


async def probe(clamd: Clamd, largest: int, seconds: float, *, always_largest: bool = False) -> Answer:
    """Ask clamd what it does; raises ScannerFault when it gives no answer.

    `largest`: the size in bytes of the largest file that is to be scanned. One is sent when clamd passes over
    its limits in silence, or `always_largest`. `seconds`: how long each verdict may take.
    """
    finds_samples = (await _scan(clamd, EICAR, 0, seconds)).result == "found"
    tells_limits = (await _scan(clamd, _nested(), 0, seconds)).result == "too_large"
    if not finds_samples or (tells_limits and not always_largest):
        return Answer(finds_samples, tells_limits)
    # It is unpacked, and so found by every scanner, only where the whole file is looked at.
    verdict = await _scan(clamd, gzip.compress(EICAR, mtime=0), largest, seconds)
    return Answer(finds_samples, tells_limits, verdict.result == "found")


def _nested() -> bytes:
    """A few bytes in so many layers of gzip, about 2 kB."""
    layers = os.urandom(_FRESH_BYTES)
    for _ in range(NESTED_LAYERS):
        layers = gzip.compress(layers, mtime=0)
    return layers


async def _scan(clamd: Clamd, content: bytes, length: int, seconds: float) -> Verdict:
    """The verdict on this content, with zeros and some random bytes behind it up to `length` bytes."""
    stream = await clamd.instream()
    try:
        left = length - len(content)
        wanted = await stream.feed(content)
        while wanted and left > _FRESH_BYTES:
            piece = _CHUNK[: left - _FRESH_BYTES]
            left -= len(piece)
            wanted = await stream.feed(piece)
        if wanted and left > 0:
            await stream.feed(os.urandom(left))
        return await stream.verdict(seconds)
    finally:
        stream.close()
