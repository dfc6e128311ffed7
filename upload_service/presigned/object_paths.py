"""Whether a path is that of a bucket and a key, however a store, or a server in front of it, reads it.

Knows: which names a bucket can have, and the ways in which a path is normalised: escapes that are undone once
or several times, backslashes, parameters behind a semicolon, over-long UTF-8, control characters.
Rules: a path is never changed. The time is linear in its length.
Must not know: hosts, which paths an operator lists.
"""

import re
from collections.abc import Iterator
from itertools import islice

# docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html with the older rules of us-east-1, and
# cloud.google.com/storage/docs/buckets#naming
_BUCKET_AND_KEY = re.compile(
    r"/((?=[._-]*[A-Za-z0-9])[A-Za-z0-9._-]{1,255})/(?!(?:\.|%2e){1,2}$).+", re.IGNORECASE
)
# A server undoes escapes once, and the one behind it once more. Nobody is known who does so more often.
_MOST_ROUNDS = 4
# A segment of one or two dots, perhaps with control characters around them and with what some servers cut off
# behind them; a NUL; a byte sequence of over-long UTF-8, in which each character stands for a byte.
_CLIMBING = re.compile(
    r"(?:^|[/\\])[\0-\x20]*+\.[\0-\x20]*+(?:\.[\0-\x20]*+)?(?:[/\\;?#]|$)"
    r"|\0|%u00(?:2[eEfF]|5[cC])"
    r"|[\xc0\xc1][\x80-\xbf]|\xe0[\x80-\x9f][\x80-\xbf]|\xf0[\x80-\x8f][\x80-\xbf]{2}"
)

_ESCAPE = re.compile("%([0-9A-Fa-f]{2})")
# Also what some servers cut off, and characters that no bucket can have.
_SEGMENT_END = re.compile(r"[/\\;?#\0-\x20]")


def bucket_of(path: str) -> str | None:
    """The bucket in a path such as /bucket/key, as it is written; None if it has not both."""
    match = _BUCKET_AND_KEY.fullmatch(path)
    return match[1] if match else None


def may_lead_to(path: str, name: str) -> bool:
    """Whether somebody may read a path as one whose first segment is `name`, which is in lower case."""
    if "%" not in path and name not in path.lower():
        return False  # there is one reading only
    readings = [each.lower() for each in islice(_readings(path), _MOST_ROUNDS + 1)]
    if not any(name in each for each in readings):
        return False
    most = None if may_climb(path) else 1
    return any(name in list(filter(None, _SEGMENT_END.split(each)))[:most] for each in readings)


def may_have(path: str, text: str) -> bool:
    """Whether somebody may read a path as one with this text, which is in lower case, in it."""
    if "%" not in path and "//" not in path and "/." not in path:
        return text in path.lower()  # there is one reading only
    readings = islice(_readings(path), _MOST_ROUNDS + 1)
    return any(text in re.sub("/{2,}", "/", each.lower()) for each in readings) or may_climb(path)


def may_climb(path: str) -> bool:
    """Whether somebody may read a path as one with a segment `.` or `..`, and so as another path."""
    for rounds, reading in enumerate(_readings(path)):
        if rounds == _MOST_ROUNDS or _CLIMBING.search(reading):
            return True
    return False


def _readings(path: str) -> Iterator[str]:
    """The path as it is written, then with its escapes undone, again and again as long as there are some."""
    yield path
    while "%" in path:
        undone = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)), path)
        if undone == path:
            return
        yield (path := undone)
