"""How a faulty storage treats one PUT, and what it remembers of it.

Rules: a play names how far storage plays along, what it says then, and how it goes on; bodies are hashed, not
kept.
"""

import hashlib
import re
import time
from dataclasses import dataclass
from typing import Literal

from tests.support.storage.storage_double import OK

Phase = Literal[
    "refuses", "silent", "accepted", "tls", "head begun", "head", "no 100", "100", "first byte", "middle",
    "last piece", "all",
]  # fmt: skip
Fault = Literal["keeps", "reads on", "resets", "closes", "stalls", "trickles", "dawdles"]


@dataclass(frozen=True)
class Play:
    """Behave well up to `phase`, send `raw`, and then do `fault`. A trickle goes on with `rest`.

    The fault "dawdles" reads all of the body, slowly and steadily, before it answers.
    """

    phase: Phase = "all"
    raw: bytes = OK
    fault: Fault = "keeps"
    rest: bytes = b""


class Put:
    """One PUT, as far as it arrived."""

    def __init__(self, head: bytes) -> None:
        lines = [line.partition(b":") for line in head.lower().split(b"\r\n")]
        headers = {name: value.strip() for name, _, value in lines}
        self.length = int(headers[b"content-length"])
        self.expects = b"expect" in headers
        self.began = time.monotonic()
        self.count = 0
        self.stored = False
        # What storage has said, and whether its sender has closed the connection in order in mid-body.
        self.said = b""
        self.left_in_order = False
        self._sha256 = hashlib.sha256()

    def take(self, piece: bytes) -> None:
        """The next bytes of its body."""
        self._sha256.update(piece)
        self.count += len(piece)

    @property
    def may_be_stored(self) -> bool:
        """Whether its sender cannot know: all of it came, and storage has not refused it."""
        refused = re.match(rb"(HTTP/1.1 1.*\r\n\r\n)?HTTP/1.1 ([34]..|501|507)", self.said, re.DOTALL)
        return self.count == self.length and not refused

    def sum(self) -> str:
        """SHA-256 of its body so far."""
        return self._sha256.hexdigest()
