"""How often a caller may ask.

Knows: the library that counts. It is imported only where a rate is set, because it costs cold start.
Rules: memory is bounded: of too many callers those are forgotten that were silent longest, and begin anew.
Who has so many addresses has as many times the rate anyway; what runs at once stays bounded.
Must not know: who the callers are, what they ask.
"""

from throttled import MemoryStore, per_min
from throttled.rate_limiter import RateLimiterRegistry

# At about 300 bytes each, 5 MiB.
MOST_CALLERS = 16_384


class RateLimiter:
    """So many in a row, then as many per minute, evenly (GCRA, a leaky bucket)."""

    def __init__(self, per_minute: int, most_callers: int = MOST_CALLERS) -> None:
        store = MemoryStore(options={"MAX_SIZE": most_callers})
        self._limiter = RateLimiterRegistry.get("gcra")(per_min(per_minute), store)

    def wait_seconds(self, caller: str) -> float | None:
        """None for a caller that may go on, which is counted; else the time until it may."""
        found = self._limiter.limit(caller)
        return found.state.retry_after if found.limited else None
