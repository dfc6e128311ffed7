"""Heads of requests as bytes: where one ends, how long it may be, and what all of them may take together.

Knows: that a head ends with an empty line.
Rules: a head is bounded as a whole, however its bytes are spread over lines. Every connection has a little
memory of its own; what a head needs beyond that comes from one budget for all connections, so ordinary
requests go on when others have used it up.
Must not know: what a head says, sockets, the loop.
"""

MAX_HEAD_BYTES = 64 * 1024
# As much as ordinary clients send, cookies and tokens included.
OWN_BYTES = 8 * 1024
ALL_HEADS_BYTES = 4 * 1024 * 1024
# So many bytes of memory at most for each byte of a head that has been parsed: it is kept as bytes and as
# text, a letter of which takes up to four bytes, and each line has objects of its own.
MEMORY_FACTOR = 6
# A connection's memory at worst, beside that budget and uploads: its own bytes of a head in as many lines as
# there may be (78 KB measured), and a slice of an answer that nobody reads.
CONNECTION_BYTES = (80 + 64) * 1024

_END = b"\r\n\r\n"


class HeadBudget:
    """What the heads of all connections may take beyond each connection's own bytes."""

    def __init__(self, most: int = ALL_HEADS_BYTES) -> None:
        self.free_bytes = most


class HeldBytes:
    """The part of the budget that one connection has taken."""

    def __init__(self, budget: HeadBudget) -> None:
        self._budget = budget
        self._taken = 0

    def set(self, count: int) -> bool:
        """It holds so many bytes now. False, and nothing is taken, when there is no room for them."""
        if count <= OWN_BYTES and not self._taken:
            return True
        wanted = max(0, count - OWN_BYTES)
        if wanted - self._taken > self._budget.free_bytes:
            return False
        self._budget.free_bytes -= wanted - self._taken
        self._taken = wanted
        return True


class RequestHead:
    """The head that a connection is reading; `size` counts its bytes so far, `is_whole`: these are all.

    `last`: the bytes before it, of which nobody knows whether they belong to it; b"" where it `begins_anew`.
    """

    def __init__(self, last: bytes = b"") -> None:
        self.size = 0
        self.begins_anew = not last
        self.is_whole = False
        self.last = last

    def skip_line_breaks(self, data: bytes) -> bytes:
        """`data` without the line breaks that may stand before a head (RFC 9112 section 2.2)."""
        return data.lstrip(b"\r\n") if self.begins_anew and not self.size else data

    def take(self, data: bytes) -> int:
        """Count what belongs to the head; how many bytes of `data` these are."""
        text = self.last + data
        end = text.find(_END)
        count = len(data) if end < 0 else end + len(_END) - len(self.last)
        self.size += count
        self.is_whole = end >= 0
        self.last = b"" if end >= 0 else text[1 - len(_END) :]
        return count

    @property
    def is_too_long(self) -> bool:
        """Whether more has come than a head may have."""
        return self.size > MAX_HEAD_BYTES
