"""What the doctor says of one thing that it looked at, and how it says sizes and times.

Rules: what fails or looks wrong says what to do; of a presigned URL a sentence names the host at most.
Must not know: what is looked at, where the lines go.
"""

from dataclasses import dataclass
from typing import Literal

from upload_service.settings.parsing import BYTE_UNITS

Verdict = Literal["ok", "warn", "fail"]
_PERIODS = ((86400.0, "day"), (3600.0, "hour"), (60.0, "minute"), (1.0, "second"))


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: `warn` works and is probably not meant, `fail` does not work. `cure`: what to do."""

    verdict: Verdict
    step: str
    text: str
    cure: str = ""


def ok(step: str, text: str) -> Finding:
    """It works."""
    return Finding("ok", step, text)


def warn(step: str, text: str, cure: str) -> Finding:
    """It works, and is probably not meant."""
    return Finding("warn", step, text, cure)


def fail(step: str, text: str, cure: str) -> Finding:
    """It does not work."""
    return Finding("fail", step, text, cure)


def size(count: int) -> str:
    """Bytes in the largest unit of which there is one."""
    units = [unit for unit, factor in BYTE_UNITS.items() if factor <= count]
    unit = max(units, key=BYTE_UNITS.__getitem__, default="")
    return f"{round(count / BYTE_UNITS[unit], 1):g} {unit or 'bytes'}"


def period(seconds: float) -> str:
    """A time in the largest unit of which there is one, rounded down."""
    length, word = next(((each, name) for each, name in _PERIODS if seconds >= each), _PERIODS[-1])
    count = int(seconds // length)
    return f"{count} {word}{'' if count == 1 else 's'}"


def ms(seconds: float) -> str:
    """A short time."""
    return f"{seconds * 1000:.{0 if seconds >= 0.01 else 1}f} ms"
