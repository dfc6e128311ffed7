"""Which log lines are repetitions, and how many there were.

Rules: the first of its kind is said at once. Those like it that follow within a minute are counted only, and
the count is told afterwards. Memory is bounded: when there are too many kinds, all are told and forgotten.
Must not know: the clock, loggers.
"""

from collections.abc import Hashable, Iterator
from typing import Generic, NamedTuple, TypeVar

COUNTED_SECONDS = 60.0
MOST_KINDS = 64

L = TypeVar("L")


class _Kind(NamedTuple, Generic[L]):
    """`last`: the newest line of its kind; `unsaid`: how many were not said."""

    until: float
    last: L
    unsaid: int = 0


class RepeatedLines(Generic[L]):
    """Counts lines by kind."""

    def __init__(self) -> None:
        self._kinds: dict[Hashable, _Kind[L]] = {}

    def is_new(self, key: Hashable, line: L, now: float) -> bool:
        """Whether this line is to be said; else it is counted. `key` is its kind."""
        if known := self._kinds.get(key):
            self._kinds[key] = known._replace(last=line, unsaid=known.unsaid + 1)
            return False
        self._kinds[key] = _Kind(now + COUNTED_SECONDS, line)
        return True

    def due(self, now: float) -> Iterator[tuple[L, int]]:
        """The last line of each kind whose time is over, and how many were not said; none where all were."""
        is_crowded = len(self._kinds) >= MOST_KINDS
        over = [key for key, kind in self._kinds.items() if is_crowded or now >= kind.until]
        for kind in [self._kinds.pop(key) for key in over]:
            if kind.unsaid:
                yield kind.last, kind.unsaid
