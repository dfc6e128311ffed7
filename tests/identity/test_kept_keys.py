"""When the provider is asked for its keys, with a clock that the test moves."""

import asyncio
import json
from collections.abc import Callable

import pytest

from tests.support.identity.handmade_tokens import public_jwk
from upload_service.errors.upload_error import UploadError
from upload_service.identity import kept_keys
from upload_service.identity.kept_keys import KeptKeys
from upload_service.identity.key_set import read_key_set
from upload_service.identity.provider import Fetched, FetchFailed


class Published:
    """What a provider publishes; `fails` makes it answer nothing useful. Counts how often it is asked."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.fails = False
        self.asked = 0
        self.open = asyncio.Event()
        self.open.set()
        self.now = 1000.0

    async def fetch(self) -> Fetched:
        self.asked += 1
        await self.open.wait()
        if self.fails:
            raise FetchFailed("unreachable")
        text = json.dumps({"keys": [public_jwk("ES256", kid=name) for name in self.names]}).encode()
        return Fetched(read_key_set(text), 3600)

    def clock(self) -> float:
        return self.now


def kept(published: Published) -> KeptKeys:
    """Keys as in Lambda, where they are fetched when they are needed."""
    return KeptKeys(published.fetch, "login.example.com", published.clock)


async def refusal(find: Callable[[str | None], object], key_id: str) -> UploadError:
    """The error that looking for a key raises."""
    with pytest.raises(UploadError) as raised:
        await find(key_id)  # type: ignore[misc]  # a coroutine
    return raised.value


async def test_unknown_ids_ask_once_a_minute() -> None:
    """However many ids nobody knows, the provider is asked once a minute, and then knows the new key."""
    published = Published("a")
    keys = kept(published)
    assert len(await keys.find("a")) == 1
    for number in range(50):
        assert await keys.find(f"x{number}") == ()
    assert published.asked == 2
    published.names.append("b")
    published.now += 59
    assert await keys.find("b") == ()
    published.now += 2
    assert len(await keys.find("b")) == 1
    assert published.asked == 3
    await keys.close()


async def test_one_request_at_a_time() -> None:
    """A hundred callers with a new key make one request, and all get its answer."""
    published = Published("a")
    published.open.clear()
    keys = kept(published)
    waiting = [asyncio.create_task(keys.find("a")) for _ in range(100)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting[0].cancel()  # who leaves does not end it for the others
    published.open.set()
    assert [len(found) for found in await asyncio.gather(*waiting[1:])] == [1] * 99
    assert published.asked == 1
    await keys.close()


async def test_known_keys_go_on() -> None:
    """While the provider fails, known keys go on, unknown ones are 503, and it is asked ever more seldom."""
    published = Published("a")
    keys = kept(published)
    await keys.find("a")
    published.fails = True
    published.now += 4000
    assert len(await keys.find("a")) == 1
    assert published.asked == 2
    waits = []
    for _ in range(8):
        error = await refusal(keys.find, "b")
        assert error.entry.code == "identity_unavailable"
        assert error.retry_after_seconds is not None
        waits.append(error.retry_after_seconds)
        published.now += error.retry_after_seconds
    assert waits == [2, 4, 8, 16, 32, 60, 60, 60]
    assert len(await keys.find("a")) == 1
    published.fails = False
    published.now += 60
    assert len(await keys.find("a")) == 1
    assert await keys.find("b") == ()
    assert (keys.refreshed, keys.failed > 7) == (3, True)
    await keys.close()


async def test_key_that_is_taken_away_stops() -> None:
    """When the keys are due, what the provider does not publish any more is not known any more."""
    published = Published("a", "b")
    keys = kept(published)
    assert len(await keys.find("a")) == 1
    published.names.remove("a")
    published.now += 3599
    assert len(await keys.find("a")) == 1
    published.now += 1
    assert await keys.find("a") == ()
    assert len(await keys.find("b")) == 1
    await keys.close()


async def test_started_keys_are_fetched_without_a_request() -> None:
    """A server fetches its keys at the start, and again when they are due, whether somebody calls or not."""
    published = Published("a")
    keys = kept(published)
    keys.start()
    async with asyncio.timeout(30):
        while not len(keys):  # noqa: ASYNC110  nothing tells when they are there
            await asyncio.sleep(0)
    assert published.asked == 1
    await keys.close()


async def test_any_fault_is_a_failure() -> None:
    """A fault that nobody expected is counted as a failure, and does not reach callers as another error."""

    async def broken() -> Fetched:
        raise RuntimeError("secret")

    keys = KeptKeys(broken, "login.example.com", lambda: 0.0)
    assert (await refusal(keys.find, "a")).entry.code == "identity_unavailable"
    assert keys.failed == 1
    await keys.close()


async def test_answer_that_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has waited in vain for the provider is told 503: nobody knows whether it has the key."""
    published = Published("a")
    keys = kept(published)
    await keys.find("a")
    published.open.clear()
    monkeypatch.setattr(kept_keys, "FETCH_SECONDS", -0.99)
    assert (await refusal(keys.find, "b")).entry.code == "identity_unavailable"
    await keys.close()
