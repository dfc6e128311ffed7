"""The keys that are known, and when the provider is asked again.

Rules: one request to the provider at a time; whoever needs its answer waits for that one. Known keys go on
while the provider cannot be asked; they are replaced as a whole by what it says next, so that a key that it
takes away stops. Ids that nobody knows make it be asked once a minute at most. After a failure the next
request waits, each time longer.
Must not know: tokens beyond the id of their key, how keys are fetched.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from upload_service.errors.upload_error import UploadError
from upload_service.identity.key_set import KeySet, SigningKey
from upload_service.identity.provider import FETCH_SECONDS, Fetched, FetchFailed

UNKNOWN_ID_SECONDS = 60.0
FIRST_PAUSE_SECONDS, MOST_PAUSE_SECONDS = 2.0, 60.0


class KeptKeys:
    """The provider's keys for the life of the app. `fetch` gets them; `provider` is its name in the log.

    `refreshed` and `failed` count what came of the requests to the provider.
    """

    def __init__(
        self,
        fetch: Callable[[], Awaitable[Fetched]],
        provider: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetch = fetch
        self._provider = provider
        self._clock = clock
        self._keys: KeySet | None = None
        self._due = self._asked_for_unknown = float("-inf")
        self._failures = 0
        self._running: asyncio.Task[None] | None = None
        self._timer: asyncio.Task[None] | None = None
        self.refreshed = self.failed = 0

    def __len__(self) -> int:
        return len(self._keys) if self._keys else 0

    def start(self) -> None:
        """Fetch the keys now, and again whenever they are due. Returns at once."""
        self._timer = asyncio.create_task(self._refresh_when_due())

    async def close(self) -> None:
        """End what runs."""
        for task in (self._timer, self._running):
            if task:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def find(self, key_id: str | None) -> tuple[SigningKey, ...]:
        """The keys with this id, () if the provider has none. Raises UploadError if it cannot be asked."""
        if self._timer is None and self._clock() >= self._due:  # in Lambda no timer runs between requests
            await self._refresh()
        if found := self._known(key_id):
            return found
        if self._running:
            await self._refresh()
        elif self._keys is None or self._failures:
            if self._clock() >= self._due:
                await self._refresh()
        elif self._clock() >= self._asked_for_unknown + UNKNOWN_ID_SECONDS:
            self._asked_for_unknown = self._clock()
            await self._refresh()
        if found := self._known(key_id):
            return found
        if self._keys is None or self._failures or self._running:
            raise UploadError("identity_unavailable", retry_after_seconds=max(1.0, self._due - self._clock()))
        return ()

    def _known(self, key_id: str | None) -> tuple[SigningKey, ...]:
        return self._keys.find(key_id) if self._keys else ()

    async def _refresh(self) -> None:
        """Ask the provider, or wait for the answer to whoever has asked already."""
        if self._running is None:
            self._running = asyncio.create_task(self._ask())
        # Who leaves must not end it for the others.
        await asyncio.wait([self._running], timeout=FETCH_SECONDS + 1)

    async def _ask(self) -> None:
        try:
            fetched = await self._fetch()
        except FetchFailed as error:
            self._fail(error.fault, error.status)
        except Exception as error:
            self._fail(type(error).__name__, None)
        else:
            self._replace(fetched)
        finally:
            self._running = None

    def _fail(self, fault: str, status: int | None) -> None:
        pause = min(FIRST_PAUSE_SECONDS * 2.0**self._failures, MOST_PAUSE_SECONDS)
        self._failures = min(self._failures + 1, 10)
        self._due = self._clock() + pause
        self.failed += 1
        structlog.get_logger().warning(
            "identity_keys_failed", provider=self._provider, fault=fault, status=status, keys=len(self)
        )

    def _replace(self, fetched: Fetched) -> None:
        is_news = (
            self._failures > 0 or self._keys is None or self._keys.by_id.keys() != fetched.keys.by_id.keys()
        )
        self._keys, self._failures = fetched.keys, 0
        self._due = self._clock() + fetched.kept_seconds
        self.refreshed += 1
        if is_news:
            structlog.get_logger().info(
                "identity_keys", provider=self._provider, keys=len(self), left_out=dict(fetched.keys.left_out)
            )

    async def _refresh_when_due(self) -> None:
        while True:
            if self._clock() >= self._due:
                await self._refresh()
            # A failure meanwhile makes the next request due earlier.
            await asyncio.sleep(min(max(0.1, self._due - self._clock()), MOST_PAUSE_SECONDS))
