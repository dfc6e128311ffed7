"""Which scanner looks at every file, and how large a file and how long a scan may be.

Rules: no setting lets a file pass that the scanner has not called clean, except the word for parts of an
object, of which the scanner sees each one alone.
Must not know: the scanner's protocol.
"""

import re
from dataclasses import dataclass
from typing import NamedTuple

from upload_service.settings import parsing
from upload_service.settings.environment import setting

DEFAULT_PORT = 3310
# clamd looks at no more, whatever its MaxFileSize says; its log tells that at its start.
MOST_SCANNED_BYTES = 2_147_483_645
_FORM = "must be clamd://host:3310, or clamd:///path/of/socket, and may end with ?parts=unscanned"
_URL = re.compile(
    r"clamd://(?:(?P<host>[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>\d{1,5}))?/?|(?P<path>/[^?#\s]+))"
    r"(?P<parts>\?parts=unscanned)?",
    re.ASCII,
)


class ScannerChoice(NamedTuple):
    """Where clamd listens: host and port, or the path of a unix socket; and whether parts pass unscanned."""

    address: tuple[str, int] | str
    parts_unscanned: bool = False


def parse_scanner(text: str) -> ScannerChoice | None:
    """The scanner that such a URL names; None when the text is empty."""
    if not text:
        return None
    match = _URL.fullmatch(text)
    if not match or not 0 < int(match["port"] or DEFAULT_PORT) < 65536:
        raise ValueError(_FORM)
    unscanned = match["parts"] is not None
    if match["path"]:
        return ScannerChoice(match["path"], unscanned)
    return ScannerChoice((match["host"].strip("[]"), int(match["port"] or DEFAULT_PORT)), unscanned)


@dataclass(frozen=True, eq=False)
class ScannerSettings:
    """The scan of every file; off by default."""

    scanner: ScannerChoice | None = setting(
        "UPLOAD_SCANNER",
        "",
        parse_scanner,
        "clamd that scans every file before it is stored: clamd://host:3310, or clamd:///path/of/socket; "
        "with ?parts=unscanned behind it parts of an object pass, which cannot be scanned; empty means no "
        "scan",
    )
    scanner_max_bytes: int = setting(
        "UPLOAD_SCANNER_MAX_BYTES",
        "25MiB",
        parsing.byte_count(1, MOST_SCANNED_BYTES),
        "largest file with UPLOAD_SCANNER; at most 2147483645 and what clamd's MaxFileSize, MaxScanSize and "
        "StreamMaxLength are, because clamd calls the rest of a larger file clean without a look",
    )
    scanner_timeout_seconds: float = setting(
        "UPLOAD_SCANNER_TIMEOUT_SECONDS",
        "60",
        parsing.seconds(0.1),
        "how long clamd may take for its verdict after a file's last byte",
    )
