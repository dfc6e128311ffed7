"""Who makes room when all places are taken: by a clock that the tests turn."""

from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest

from upload_service.clients.caller import Caller
from upload_service.errors.upload_error import UploadError
from upload_service.upload.places import PATIENCE_SECONDS, Places
from upload_service.upload.sender_pace import WINDOW_SECONDS, SenderPace

MOST = 8
KIB = 1024


@dataclass
class Clock:
    """The time."""

    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Holder:
    """An upload that notes that it was told to end."""

    told: list[str] = field(default_factory=list)
    errors: list[UploadError] = field(default_factory=list)

    def abort(self, error: UploadError) -> None:
        self.told.append(error.entry.code)
        self.errors.append(error)


class Hall:
    """Places, and those who take them."""

    def __init__(self, least_rate: int = KIB) -> None:
        self.clock = Clock()
        self.places = Places(MOST, least_rate, self.clock)
        self._held = ExitStack()

    def enter(self, client: str, *, believed: bool = True) -> tuple[Holder, SenderPace]:
        """An upload of this client, which is let in; raises UploadError if it is not."""
        caller = Caller(client, client, is_believed=believed)
        self.places.make_room(caller)
        holder, pace = Holder(), SenderPace()
        self._held.callback(self.places.give_back, self.places.take(holder, caller, pace))
        return holder, pace

    def fill(self, client: str, rate: float = 0, *, seconds: float, believed: bool = True) -> list[Holder]:
        """Uploads of this client in all places, which have sent at this rate for so long and are awaited."""
        entered = [self.enter(client, believed=believed) for _ in range(MOST)]
        for _, pace in entered:
            pace.begin_wait(self.clock.now)
        self.clock.now += seconds
        for _, pace in entered:
            pace.end_wait(self.clock.now, round(rate * seconds))
            pace.begin_wait(self.clock.now)
        return [holder for holder, _ in entered]

    def is_refused(self, client: str, *, believed: bool = True) -> bool:
        """Whether this client's upload is too much."""
        self.clock.now += 1
        try:
            self.enter(client, believed=believed)
        except UploadError as error:
            return error.entry.code == "too_busy"
        return False


@pytest.mark.parametrize("believed", [False, True])
@pytest.mark.parametrize("newcomer", ["the same", "another"])
def test_silent_ones_make_room(newcomer: str, believed: bool) -> None:
    """Whose sender is below the minimum speed makes room for anybody, one for each who comes."""
    hall = Hall()
    holders = hall.fill("the same", seconds=PATIENCE_SECONDS + 1, believed=believed)
    for count in range(1, MOST + 1):
        assert not hall.is_refused(newcomer, believed=believed)
        assert sorted(holder.told for holder in holders) == [[]] * (MOST - count) + [["made_room"]] * count
        assert len(hall.places) == MOST
    assert hall.is_refused(newcomer, believed=believed)


def test_a_moment_of_silence_is_forgiven() -> None:
    """Where clients cannot be told apart, a sender may be silent for some seconds."""
    hall = Hall()
    hall.fill("all", seconds=PATIENCE_SECONDS - 2, believed=False)
    assert hall.is_refused("all", believed=False)


@pytest.mark.parametrize("rate", [1.1 * KIB, 10 * KIB])
def test_slow_and_honest_stays(rate: float) -> None:
    """Who sends faster than the minimum stays: where all may be one client, or each has one place."""
    hall = Hall()
    holders = hall.fill("all", rate, seconds=60, believed=False)
    assert hall.is_refused("all", believed=False)
    assert hall.is_refused("another", believed=False)
    alone = Hall()
    for number in range(MOST):
        _, pace = alone.enter(f"client {number}")
        pace.begin_wait(alone.clock.now)
    alone.clock.now += 1
    assert alone.is_refused("another")
    assert not any(holder.told for holder in holders)


def test_fair_share_of_slow_ones() -> None:
    """A client that can be told from others and sends slowly keeps its fair share of the places, no more."""
    hall = Hall()
    holders = hall.fill("many", 2 * KIB, seconds=60)
    assert [hall.is_refused("one") for _ in range(MOST)] == [False] * (MOST // 2) + [True] * (MOST // 2)
    assert sum(bool(holder.told) for holder in holders) == MOST // 2
    assert hall.is_refused("many")


def test_new_ones_of_a_crowd_make_room() -> None:
    """Forms that are begun anew again and again do not keep others out: no patience with a crowd."""
    hall = Hall()
    hall.fill("many", seconds=0.3)
    assert not hall.is_refused("one")


def test_fast_ones_stay() -> None:
    """A client that sends fast keeps all places until its uploads end."""
    hall = Hall()
    hall.fill("many", 100 * KIB, seconds=60)
    assert hall.is_refused("one")


def test_who_waits_for_storage_stays() -> None:
    """A sender for which we do not wait never makes room: storage holds it up, or its form is whole."""
    hall = Hall()
    entered = [hall.enter("many") for _ in range(MOST)]
    for _, pace in entered:
        pace.begin_wait(hall.clock.now)
        pace.end_wait(hall.clock.now + 100, 10)
    hall.clock.now += 1000
    assert hall.is_refused("one")
    assert not any(holder.told for holder, _ in entered)


def test_slowest_first() -> None:
    """Of several, the slowest makes room."""
    hall = Hall()
    entered = [hall.enter("all", believed=False) for _ in range(MOST)]
    for _, pace in entered:
        pace.begin_wait(hall.clock.now)
    hall.clock.now += 10
    for number, (_, pace) in enumerate(entered):
        pace.end_wait(hall.clock.now, 100 * ((number + 3) % MOST))
        pace.begin_wait(hall.clock.now)
    assert not hall.is_refused("all", believed=False)
    assert [number for number, (holder, _) in enumerate(entered) if holder.told] == [MOST - 3]


def test_minimum_that_the_operator_set() -> None:
    """A higher minimum speed counts here as well; one of 0 does not keep silent ones."""
    high, none = Hall(100 * KIB), Hall(0)
    high.fill("all", 50 * KIB, seconds=60, believed=False)
    none.fill("all", seconds=60, believed=False)
    assert not high.is_refused("all", believed=False)
    assert not none.is_refused("all", believed=False)


def test_places_are_counted_to_the_end() -> None:
    """A place is given back once, whether its holder was told to end or not."""
    places = Places(1, 0, clock := Clock())
    caller, pace = Caller("a", "a"), SenderPace()
    for _ in range(3):
        place = places.take(Holder(), caller, pace)
        pace.begin_wait(clock.now)
        clock.now += 60
        places.make_room(caller)
        assert len(places) == 0
        places.give_back(place)
        assert len(places) == 0


def test_speed_is_that_of_the_last_seconds() -> None:
    """A fast beginning does not count for ever, and time between the waits does not count at all."""
    pace, now, count = SenderPace(), 0.0, 0
    for _ in range(3 * WINDOW_SECONDS):
        pace.begin_wait(now)
        count += 100_000 if now < 10 else 1
        pace.end_wait(now + 1, count)
        now += 5
    assert pace.waited_seconds == 3 * WINDOW_SECONDS
    assert not pace.is_awaited
    seconds, rate = pace.speed(now)
    assert WINDOW_SECONDS <= seconds <= 2 * WINDOW_SECONDS
    assert rate == 1
    fast = SenderPace()
    fast.begin_wait(0)
    fast.end_wait(1, 1 << 30)
    fast.begin_wait(1)
    assert fast.speed(1 + WINDOW_SECONDS - 1)[1] > KIB
    assert fast.speed(1 + WINDOW_SECONDS) == (WINDOW_SECONDS, 0)


def test_each_hears_of_the_end_by_an_error_of_its_own() -> None:
    """What an upload adds to its error is not told to another one."""
    hall = Hall()
    (first, _), (second, _) = hall.enter("a"), hall.enter("b")
    hall.places.abort_all("shutting_down")
    assert first.told == second.told == ["shutting_down"]
    assert first.errors[0] is not second.errors[0]
