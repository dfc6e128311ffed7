"""How many requests a caller may make in a minute."""

import tracemalloc

import pytest
import throttled.utils

from upload_service.server.rate_limit import RateLimiter


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of the library that counts; tests move it."""
    now = [1000.0]

    def read() -> float:
        now[0] += 1e-6  # no two requests come at once
        return now[0]

    monkeypatch.setattr(throttled.utils, "now_mono_f", read)
    return now


@pytest.mark.parametrize("per_minute", [1, 3, 7, 60, 1000])
def test_rate(clock: list[float], per_minute: int) -> None:
    """So many requests may come at once, one more after the told seconds, and as many in every minute."""
    rate = RateLimiter(per_minute)
    assert [rate.wait_seconds("a") for _ in range(per_minute)] == [None] * per_minute
    wait = rate.wait_seconds("a")
    assert wait is not None
    assert wait == pytest.approx(60 / per_minute, abs=0.01)
    assert rate.wait_seconds("a") == pytest.approx(wait, abs=0.001)  # those that are refused do not count
    assert rate.wait_seconds("b") is None
    clock[0] += wait * 0.99
    assert rate.wait_seconds("a")
    clock[0] += wait * 0.01
    assert rate.wait_seconds("a") is None
    assert rate.wait_seconds("a")
    clock[0] += 60.1
    assert [rate.wait_seconds("a") for _ in range(per_minute)] == [None] * per_minute


def test_rate_forgets_the_most_silent(clock: list[float]) -> None:
    """Beyond the number of clients that are remembered, the one that was silent longest is forgotten."""
    rate = RateLimiter(1, max_clients=3)
    for name in "abc":
        assert rate.wait_seconds(name) is None
        clock[0] += 1
    assert rate.wait_seconds("a")  # spoke last now
    assert rate.wait_seconds("d") is None
    assert rate.wait_seconds("a")
    assert rate.wait_seconds("c")
    assert rate.wait_seconds("b") is None


def test_rate_has_bounded_memory() -> None:
    """Memory does not grow with more addresses than are remembered."""
    rate, most = RateLimiter(10, max_clients=2000), 2000
    sizes = []
    tracemalloc.start()
    for turn in range(4):
        for number in range(most):
            rate.wait_seconds(f"10.{turn}.{number >> 8}.{number & 255}")
        sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert sizes[3] < sizes[0] * 1.5
    assert sizes[3] < most * 700
