"""What clamd's answer to a stream means.

Knows: the sentences of clamd's answer, and which of its signatures stand for a limit and no malware.
Rules: no input and no output. An answer that is not understood is a fault, never a verdict. Of the name that
clamd says only what can be shown everywhere is passed on.
Must not know: connections.

Source: clamd(8); `AlertExceedsMax` in clamd.conf(5) for what is larger than clamd looks at; clamd/server-th.c
and clamd/scanner.c of ClamAV 1.4 for the sentences.
"""

import re
from typing import Literal, NamedTuple

Result = Literal["ok", "found", "too_large"]
Why = Literal[
    "unresolved",
    "unreachable",
    "stalled",
    "silent",
    "disconnected",
    "refused",
    "bad_answer",
    "finds_nothing",
    "passes_over",
]

_OK = b"stream: OK\0"
_FOUND = re.compile(rb"stream: ([^\0\r\n]{1,1024}) FOUND\0")
_REFUSED = re.compile(rb"[^\0]{0,1024} ERROR\n?\0")
_TOO_LARGE = b"INSTREAM size limit exceeded. ERROR\0"
# The file, or what is packed in it, is larger than clamd is set to look at.
_LIMITS = b"Heuristics.Limits.Exceeded"
_UNSHOWN = re.compile(r"[^A-Za-z0-9._:/(){}@+-]", re.ASCII)
_MOST_NAME = 100


class ScannerFault(Exception):
    """The scanner has given no verdict.

    `why` is its text, too: its name was "unresolved"; it was "unreachable"; it "stalled" while bytes were
    sent; it was "silent" when they had been; it "disconnected" without a whole answer; it "refused" with an
    error of its own; or it gave a "bad_answer". Or its verdict would mean nothing: it "finds_nothing", not
    even the test file that every scanner finds, or "passes_over" large files in silence.
    """

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why = why


class Verdict(NamedTuple):
    """What the scanner says of a file. `signature`: the name of what was found, or of the limit; else "".

    "too_large": the scanner has not looked at all of it.
    """

    result: Result
    signature: str = ""


def parse_verdict(answer: bytes) -> Verdict:
    """The verdict in clamd's answer to INSTREAM; raises ScannerFault for any other answer."""
    if answer == _OK:
        return Verdict("ok")
    if answer == _TOO_LARGE:
        return Verdict("too_large", "INSTREAM")
    if found := _FOUND.fullmatch(answer):
        result: Result = "too_large" if found[1].startswith(_LIMITS) else "found"
        return Verdict(result, shown_name(found[1]))
    if not answer.endswith(b"\0"):
        raise ScannerFault("disconnected")
    raise ScannerFault("refused" if _REFUSED.fullmatch(answer) else "bad_answer")


def shown_name(name: bytes) -> str:
    """A signature's name, cut to 100 characters; any that is unusual in one becomes `_`."""
    return _UNSHOWN.sub("_", name.decode("latin-1"))[:_MOST_NAME]
