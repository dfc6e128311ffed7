"""`uploadInParts` in Chromium: the page is reloaded in the middle, its network is lost, its file changes."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.support.browser.chosen_file import change
from tests.support.examples.running_examples import until
from tests.system.upload_in_parts import calls
from tests.system.upload_in_parts.calls import PART_BYTES, InChromium, Large, large_in
from tests.system.upload_in_parts.conftest import Setting

pytestmark = [pytest.mark.node, pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]
REMEMBERED = "JSON.parse(Object.values(localStorage)[0] ?? '{\"parts\": []}').parts.length"


@pytest.fixture
def large(tmp_path: Path) -> Large:
    """A file of four parts."""
    return large_in(tmp_path)


@pytest_asyncio.fixture(loop_scope="module")
async def page(browser: Browser, compiled_parts: Path, setting: Setting) -> AsyncIterator[InChromium]:
    """A page of another origin than the service."""
    async with calls.in_chromium(compiled_parts, browser, setting.back_end) as opened:
        yield opened


def scenario(setting: Setting, **options: Any) -> dict[str, Any]:
    """What a call is given."""
    usual = {
        "backEnd": "/api/parts",
        "serviceUrl": setting.service.url,
        "partBytes": PART_BYTES,
        "firstPauseMs": 20,
    }
    return usual | options


async def begun_until_two_are_there(page: InChromium, setting: Setting, large: Large, **options: Any) -> None:
    """Begin, and wait until two parts are remembered and two have been sent."""
    await page.begin(large.path, scenario(setting, **options))
    await page.page.wait_for_function(f"{REMEMBERED} === 2")
    await until(lambda: setting.held == {3, 4})


async def test_whole_file(page: InChromium, setting: Setting, large: Large) -> None:
    """The object is the file; progress never falls; nothing is kept."""
    await page.begin(large.path, scenario(setting))
    outcome = await page.outcome()
    assert outcome["done"]["size"] == large.size, outcome
    assert setting.stored() == [large.content]
    sent = [event["sent"] for event in outcome["told"]]
    assert sent == sorted(sent)
    assert await page.page.evaluate("localStorage.length") == 0


async def test_progress_never_falls(page: InChromium, setting: Setting, large: Large) -> None:
    """Progress shows bytes while a part is sent; one that is sent again takes nothing back of it."""
    refusals = iter(["SlowDown"])
    setting.store.refuse = lambda asked: next(refusals, None) if asked.part == 2 else None
    # Slow enough that the beginning of the other try is told of.
    slow = {
        "offline": False,
        "latency": 0,
        "downloadThroughput": -1,
        "uploadThroughput": 12 * PART_BYTES // 5,
    }
    await (await page.context.new_cdp_session(page.page)).send("Network.emulateNetworkConditions", slow)
    await page.begin(large.path, scenario(setting, atOnce=1))
    sent = [event["sent"] for event in (await page.outcome())["told"]]
    assert setting.store.parts()[2] == 2
    assert sent == sorted(sent)
    assert [count for count in sent if count % PART_BYTES and count != large.size]


async def test_reload_in_the_middle(page: InChromium, setting: Setting, large: Large) -> None:
    """After a reload the person picks the file again, and only the parts that were not there are sent."""
    gate = setting.hold(3, 4)
    await begun_until_two_are_there(page, setting, large)
    await page.page.reload()
    gate.set()
    setting.store.refuse = lambda _: None
    setting.store.asked.clear()
    await page.begin(large.path, scenario(setting))
    outcome = await page.outcome()
    assert outcome["done"]["size"] == large.size, outcome
    assert setting.store.parts() == Counter({3: 1, 4: 1})
    assert setting.stored() == [large.content]
    assert outcome["told"][1]["remembered"] == 2 * PART_BYTES


async def test_what_is_remembered(page: InChromium, setting: Setting, large: Large) -> None:
    """localStorage has the token, sizes, ETags and checksums: no URL, no signature, not the file's name."""
    gate = setting.hold(3, 4)
    await begun_until_two_are_there(page, setting, large)
    kept = await page.page.evaluate("JSON.stringify({...localStorage})")
    await page.stop()
    gate.set()
    assert (await page.outcome())["error"]["name"] == "AbortError"
    assert "etag" in kept
    assert not [word for word in ("http", "Signature", "large.bin") if word in kept]


async def test_lost_network(page: InChromium, setting: Setting, large: Large) -> None:
    """Without a network no part is tried; when there is one again the upload goes on by itself."""
    gate = setting.hold(2, 3, then=None)
    await page.begin(large.path, scenario(setting, maxRetries=0, atOnce=2))
    await until(lambda: setting.held == {2, 3})
    await page.context.set_offline(True)
    gate.set()
    await page.page.wait_for_function(f"{REMEMBERED} === 3")
    await page.page.wait_for_function("import('/call_parts.js').then(({phase}) => phase() === 'waiting')")
    assert 4 not in setting.store.parts()
    await page.context.set_offline(False)
    outcome = await page.outcome()
    assert outcome["done"]["size"] == large.size, outcome
    assert setting.store.parts() == Counter({1: 1, 2: 1, 3: 1, 4: 1})
    assert setting.stored() == [large.content]


async def test_browser_that_is_wrong_about_the_network(
    page: InChromium, setting: Setting, large: Large
) -> None:
    """Where the browser says that there is no network, and there is one, nothing waits."""
    await page.page.evaluate("Object.defineProperty(navigator, 'onLine', {get: () => false})")
    await page.begin(large.path, scenario(setting, maxRetries=0))
    outcome = await page.outcome()
    assert outcome["done"]["size"] == large.size, outcome
    assert "waiting" not in [event["phase"] for event in outcome["told"]]


async def test_part_that_stands_still(page: InChromium, setting: Setting, large: Large) -> None:
    """A part of which nobody hears for a while is sent again, though no connection broke."""
    gate = setting.hold(2, then=None)
    # On a busy machine the other parts stand still as well, and are sent again and again.
    await page.begin(large.path, scenario(setting, stallSeconds=0.5, maxRetries=100))
    await until(lambda: setting.store.parts()[2] > 1)
    gate.set()
    outcome = await page.outcome()
    assert outcome["done"]["size"] == large.size, outcome
    assert setting.stored() == [large.content]


async def test_network_that_stays_away(page: InChromium, setting: Setting, large: Large) -> None:
    """There is an end to waiting, and the parts stay remembered."""
    gate = setting.hold(3, 4)
    await begun_until_two_are_there(page, setting, large, offlineSeconds=0.2)
    await page.context.set_offline(True)
    gate.set()
    outcome = await page.outcome()
    assert outcome["error"]["code"] == "network_failure"
    assert await page.page.evaluate(REMEMBERED) == 2


@pytest.mark.parametrize("content", [b"short", None], ids=["cut", "gone"])
async def test_changed_file(page: InChromium, setting: Setting, large: Large, content: bytes | None) -> None:
    """A file that changes while it is sent is told as that, and no object is made."""
    gate = setting.hold(3, 4)
    await begun_until_two_are_there(page, setting, large)
    change(large.path, content)
    gate.set()
    setting.store.refuse = lambda _: None
    outcome = await page.outcome()
    assert outcome["error"]["code"] == "file_changed", outcome
    assert "complete" not in outcome["asked"]
    assert setting.stored() == []


async def test_aborted_before_the_request(page: InChromium, setting: Setting) -> None:
    """What was aborted while the file was looked at is not sent: a signal is heard once."""
    name = await page.page.evaluate(
        "(serviceUrl) => import('/upload-client.js').then(({send}) => send(new Blob(['x']), 'http://none.example/',"
        " {serviceUrl, signal: AbortSignal.abort()}, 1)).then(() => 'sent', ({name}) => name)",
        setting.service.url,
    )
    assert name == "AbortError"
