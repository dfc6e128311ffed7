"""The result of one check, and how sizes and times are written in it.

Rules: a finding that is not ok says what to do. Of a presigned URL a text names only the host.
Must not know: what is checked, where findings are printed.
"""

from dataclasses import dataclass
from typing import Literal

from upload_service.settings.parsing import BYTE_UNITS

Verdict = Literal["ok", "warn", "fail"]
_PERIODS = ((86400.0, "day"), (3600.0, "hour"), (60.0, "minute"), (1.0, "second"))


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report. `warn`: it works, but is probably a mistake; `fail`: it does not work.

    `step`: what was checked. `text`: the result. `cure`: what to do; empty if `ok`.
    """

    verdict: Verdict
    step: str
    text: str
    cure: str = ""


def ok(step: str, text: str) -> Finding:
    """A finding: it works."""
    return Finding("ok", step, text)


def warn(step: str, text: str, cure: str) -> Finding:
    """A finding: it works, but is probably a mistake."""
    return Finding("warn", step, text, cure)


def fail(step: str, text: str, cure: str) -> Finding:
    """A finding: it does not work."""
    return Finding("fail", step, text, cure)


def format_bytes(count: int) -> str:
    """A number of bytes in the largest unit that is not larger than it, with at most one decimal."""
    units = [unit for unit, factor in BYTE_UNITS.items() if factor <= count]
    unit = max(units, key=BYTE_UNITS.__getitem__, default="")
    return f"{round(count / BYTE_UNITS[unit], 1):g} {unit or 'bytes'}"


def format_period(seconds: float) -> str:
    """A time in the largest of days, hours, minutes and seconds that is not longer, rounded down."""
    length, word = next(((length, name) for length, name in _PERIODS if seconds >= length), _PERIODS[-1])
    count = int(seconds // length)
    return f"{count} {word}{'' if count == 1 else 's'}"


def format_ms(seconds: float) -> str:
    """A short time in milliseconds, with one decimal below 10 ms."""
    return f"{seconds * 1000:.{0 if seconds >= 0.01 else 1}f} ms"
