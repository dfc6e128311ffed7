"""The places of uploads and checks that run at once, and who makes room when all are taken.

Knows: who holds a place, for which client, and how fast its sender sends.
Rules: only a sender for which we wait makes room, never an upload that waits for storage. There are two
reasons for it. It is below the minimum speed; then it would soon end anyway. Or its address holds more than a
fair share of the places, can be believed to be one client's, and it sends slowly; then it makes room for
another address. A place counts as free from the moment when its holder is told to end.
Must not know: requests, how an upload runs.

Why: docs/decisions/0019-places.md.
"""

import time
from collections import Counter
from collections.abc import Callable
from typing import Protocol

from upload_service.clients.caller import Caller
from upload_service.errors.upload_error import UploadError
from upload_service.upload.sender_pace import SenderPace

# An honest sender may lose so much time to a lost packet, or on the way to the next radio mast.
PATIENCE_SECONDS = 3.0
# One of those who have come from one address and hold more than a fair share: a round trip or two.
CROWD_PATIENCE_SECONDS = 1.0
# The minimum speed when the operator has set none or a lower one.
LEAST_BYTES_PER_SECOND = 1024
# With more than a fair share of the places, a sender has to be so many times faster than the minimum.
CROWD_FACTOR = 16
# After a look that found nobody, nobody is looked for during this time.
LOOK_EVERY_SECONDS = 0.02


class Holder(Protocol):
    """An upload or a check."""

    def abort(self, error: UploadError) -> None: ...


class Place:
    """`given_up`: its holder was told to end."""

    def __init__(self, holder: Holder, caller: Caller, pace: SenderPace) -> None:
        self.holder = holder
        self.caller = caller
        self.pace = pace
        self.given_up = False


class Places:
    """At most `most` places. `least_rate`: the minimum speed that the operator has set, in bytes a second."""

    def __init__(self, most: int, least_rate: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._least_rate = max(least_rate, LEAST_BYTES_PER_SECOND)
        self._clock = clock
        self._places: set[Place] = set()
        self._given_up = 0
        self._look_again = 0.0

    def __len__(self) -> int:
        """How many are taken."""
        return len(self._places) - self._given_up

    def make_room(self, caller: Caller) -> None:
        """See to it that a place is free; raises UploadError if all are taken and nobody makes room."""
        if len(self) < self._most:
            return
        place = self._slowest(caller)
        if place is None:
            raise UploadError("too_busy")
        place.given_up = True
        self._given_up += 1
        place.holder.abort(UploadError("made_room"))

    def take(self, holder: Holder, caller: Caller, pace: SenderPace) -> Place:
        """A place, until it is given back."""
        place = Place(holder, caller, pace)
        self._places.add(place)
        return place

    def give_back(self, place: Place) -> None:
        """Its holder has ended."""
        self._places.discard(place)
        self._given_up -= place.given_up

    def abort_all(self, code: str) -> None:
        """End all that run with this code, each with an error of its own: it tells of its upload."""
        for place in list(self._places):
            place.holder.abort(UploadError(code))

    def _slowest(self, newcomer: Caller) -> Place | None:
        now = self._clock()
        if now < self._look_again:
            return None
        held = Counter(place.caller.rate_limit_key for place in self._places if not place.given_up)
        mine = held[newcomer.rate_limit_key]
        fair_share = self._most / len(held.keys() | {newcomer.rate_limit_key})
        slow: list[tuple[float, float, Place]] = []
        for place in self._places:
            if place.given_up or not place.pace.is_awaited:
                continue
            seconds, rate = place.pace.speed(now)
            is_crowd = held[place.caller.rate_limit_key] > max(fair_share, mine + 1)
            if self._is_too_slow(seconds, rate, is_crowd, place.caller.is_believed):
                slow.append((rate, -seconds, place))
        if not slow:
            self._look_again = now + LOOK_EVERY_SECONDS
            return None
        return min(slow, key=lambda each: each[:2])[2]

    def _is_too_slow(self, seconds: float, rate: float, is_crowd: bool, is_believed: bool) -> bool:
        if is_crowd and is_believed:
            return rate < CROWD_FACTOR * self._least_rate
        return (
            seconds >= (CROWD_PATIENCE_SECONDS if is_crowd else PATIENCE_SECONDS) and rate < self._least_rate
        )
