"""How often a client may begin an upload.

Knows: the library that counts, `throttled`. This module is imported only where a rate is set, because the
library makes a cold start slower.
Rules: memory is bounded. Of too many clients, those that were silent longest are forgotten and start anew. A
client with many addresses gets many allowances in any case; the limit on concurrent uploads still holds.
Must not know: who the clients are, what they ask.
"""

from throttled import MemoryStore, per_min
from throttled.rate_limiter import RateLimiterRegistry

# At about 300 bytes each, 5 MiB.
MAX_CLIENTS = 16_384


class RateLimiter:
    """Allows `per_minute` requests in a row, then as many a minute, evenly spread (GCRA, a leaky bucket)."""

    def __init__(self, per_minute: int, max_clients: int = MAX_CLIENTS) -> None:
        store = MemoryStore(options={"MAX_SIZE": max_clients})
        self._limiter = RateLimiterRegistry.get("gcra")(per_min(per_minute), store)

    def wait_seconds(self, key: str) -> float | None:
        """None when a request under `key` may go on, which is then counted; else the seconds until it may."""
        found = self._limiter.limit(key)
        return found.state.retry_after if found.limited else None
