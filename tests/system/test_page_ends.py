"""The page at /: how it looks after itself when there is no answer, a token is wanted, or many files wait."""

import asyncio
import os
import re
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from local.store import Bucket
from playwright.async_api import Browser, Route, expect

from tests.support.browser.upload_page import open_page, picked
from tests.support.examples.running_examples import until
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Reply, StorageDouble

pytestmark = [pytest.mark.chromium, pytest.mark.asyncio(loop_scope="module")]

TOKEN = "0123456789abcdef0123456789abcdef"
UNKNOWN = "Whether the file was stored is not known."
NOTHING = "Nothing was stored."
# Names that a shell, curl or a form could take for something else.
NAMES = ('it\'s "a"; $(b), c.txt', "-", "--help", "back\\slash;type=x", "한글 이름.txt")


async def test_three_at_once_and_no_more(
    browser: Browser, service: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """Of seven files three are sent at a time, and all of them in the end."""
    names = [f"{number}.bin" for number in range(7)]
    gate = threading.Event()
    for name in names:
        double.script(f"page/{name}", Reply(gate=gate))
    async with open_page(browser, f"{service.url}/") as page:
        await page.upload(
            [picked(name, name.encode()) for name in names], [double_url(f"page/{name}") for name in names]
        )
        await page.page.wait_for_function("() => seen.busiest >= 3")
        for name in names[3:]:
            await page.shows(name, "Waits for its turn")
        gate.set()
        for name in names:
            await page.shows(name, "Stored")
        seen = await page.seen()
    assert seen["busiest"] == 3
    assert [bytes(double.puts[f"/page/{name}"][0].body) for name in names] == [
        name.encode() for name in names
    ]


async def test_token_is_asked_for_when_it_is_needed(browser: Browser, bucket: Bucket) -> None:
    """A 401 brings the field for a token; a wrong one is told; with the right one what waits is stored."""
    with Running(UPLOAD_API_TOKENS=TOKEN, UPLOAD_DESTINATIONS=bucket.url) as service:
        async with open_page(browser, f"{service.url}/") as page:
            field = page.page.get_by_label("Token of this service")
            await expect(field).to_be_hidden()
            keys = ["page/token-1", "page/token-2"]
            files = [picked("1.txt", b"1"), picked("2.txt", b"2")]
            await page.upload(files, [TRANSCRIPT.hide(bucket.presign(key)) for key in keys])
            await page.shows("1.txt", "Waits for the token")
            await expect(field).to_be_focused()
            await field.fill("x" * 32)
            await field.press("Enter")
            await expect(page.page.get_by_text("The service does not know this token.")).to_be_visible()
            await field.fill(TOKEN)
            await field.press("Enter")
            await page.shows("1.txt", "Stored")
            await page.shows("2.txt", "Stored")
            assert await field.input_value() == ""
            assert '-H "Authorization: Bearer $UPLOAD_TOKEN"' in (
                await page.row("1.txt").locator("code").text_content() or ""
            )
            assert TOKEN not in await page.page.content()
    assert [bucket.get(key) for key in keys] == [b"1", b"2"]


async def test_service_that_is_gone(browser: Browser, bucket: Bucket) -> None:
    """When nobody answers the page says so in plain words, and that nothing was stored."""
    with Running(UPLOAD_DESTINATIONS=bucket.url) as service:
        async with open_page(browser, f"{service.url}/") as page:
            service.stop()
            await page.upload([picked("late.txt", b"late")], [bucket.presign("page/late")])
            await page.shows("late.txt", f"The service cannot be reached. {NOTHING}")
            await page.shows("late.txt", "Not stored")
            page.said = [text for text in page.said if "ERR_CONNECTION_REFUSED" not in text]


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (
            413,
            "<h1>Too large</h1>",
            f"The proxy in front refuses files of this size, with status 413. {NOTHING}",
        ),
        (404, "<h1>?</h1>", f"A proxy in front answered, not the service, with status 404. {UNKNOWN}"),
        (502, "", f"The proxy in front gets no answer from the service, status 502. {UNKNOWN}"),
        (200, '{"event": "attempt", "attempt": 1}\n', f"The connection to the service broke. {UNKNOWN}"),
    ],
)
async def test_answers_of_others(
    browser: Browser, service: Running, presign: Callable[..., str], status: int, body: str, sentence: str
) -> None:
    """An answer that is not the service's, or not a whole one, is told as what it is."""

    async def gateway(route: Route) -> None:
        await route.fulfill(status=status, body=body, content_type="application/x-ndjson")

    async with open_page(browser, f"{service.url}/") as page:
        await page.page.route("**/upload-with-presigned*", gateway)
        await page.upload([picked("a.txt", b"a")], [presign("page/others")])
        await page.shows("a.txt", sentence)


async def test_file_that_is_gone(
    browser: Browser, service: Running, bucket: Bucket, presign: Callable[..., str], tmp_path: Path
) -> None:
    """When a file was removed after it was picked, the page says that it is the file that cannot be read."""
    file = tmp_path / "draft.txt"
    file.write_text("first")
    async with open_page(browser, f"{service.url}/") as page:
        await page.page.set_input_files("#pick", file)
        file.unlink()
        await page.upload([], [presign("page/draft")])
        await page.shows(
            "draft.txt",
            f"The file has changed since it was chosen, or is a folder. Choose it again. {NOTHING}",
        )
        page.said = [text for text in page.said if "net::ERR" not in text]
    assert bucket.get("page/draft") is None


async def test_storage_that_does_not_say(
    browser: Browser, service: Running, double: StorageDouble, double_url: Callable[[str], str]
) -> None:
    """When nobody knows what became of the file the page does not say that it is not stored."""
    double.script("page/reset", Reply(raw=b"", then="reset"))
    async with open_page(browser, f"{service.url}/") as page:
        await page.upload([picked("a.txt", b"a")], [double_url("page/reset")])
        await page.shows("a.txt", "Not known whether it is stored")
        await page.shows("a.txt", "storage_disconnected")


@pytest.mark.parametrize(("everything", "told"), [(False, NOTHING), (True, UNKNOWN)])
async def test_connection_that_breaks(
    browser: Browser, double: StorageDouble, double_url: Callable[[str], str], *, everything: bool, told: str
) -> None:
    """When the service is killed, nothing was stored; only once all has been sent to it is that not known."""
    puts = double.script("page/breaks", Reply(raw=b"", then="hang"))
    with Running(UPLOAD_DESTINATIONS=double.url) as service:
        async with open_page(browser, f"{service.url}/") as page:
            if not everything:
                wire = await page.page.context.new_cdp_session(page.page)
                slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 30_000}
                await wire.send("Network.emulateNetworkConditions", slow)
            await page.upload([picked("a.bin", bytes(3_000_000))], [double_url("page/breaks")])
            await page.shows("a.bin", "Storing…" if everything else "left")
            await until(lambda: bool(puts) and (not everything or len(puts[0].body) == 3_000_000))
            service.stop(signal.SIGKILL)
            await page.shows("a.bin", f"The connection to the service broke. {told}")
            page.said = [text for text in page.said if "net::ERR" not in text]
    assert everything is (len(puts[0].body) == 3_000_000)


async def test_behind_a_prefix(
    browser: Browser, service: Running, bucket: Bucket, presign: Callable[..., str]
) -> None:
    """Behind a proxy that serves it under a path the page finds all its parts, and uploads."""

    async def proxy(route: Route) -> None:
        await route.continue_(url=route.request.url.replace("/files/", "/"))

    async with open_page(browser, f"{service.url}/") as page:
        await page.page.route("**/files/**", proxy)
        await page.page.goto(f"{service.url}/files/")
        page.asked.clear()
        await page.upload([picked("a.txt", b"prefixed")], [presign("page/prefixed")])
        await page.shows("a.txt", "Stored")
        assert page.asked == [f"{service.url}/files/upload-with-presigned-retry"]
    assert bucket.get("page/prefixed") == b"prefixed"


def bash(line: str, folder: Path, url: str) -> str:
    """What a shell says to the line, in this folder and with this URL to send to."""
    done = subprocess.run(
        ["bash", "-euc", line], cwd=folder, env=dict(os.environ) | {"PRESIGNED_URL": url},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    TRANSCRIPT.hear("curl", done.stdout + done.stderr)
    return done.stdout


@pytest.mark.curl
async def test_curl_line_does_the_same(
    browser: Browser, service: Running, bucket: Bucket, presign: Callable[..., str], tmp_path: Path
) -> None:
    """The line that the page shows, pasted into a shell beside the file, stores it, whatever its name is."""
    urls = [presign(f"page/curl-{number}") for number in range(len(NAMES))]
    async with open_page(browser, f"{service.url}/") as page:
        await page.upload([picked(name, b"browser", "text/plain") for name in NAMES], urls)
        rows = page.page.get_by_role("listitem").filter(has_text="Stored")
        await expect(rows).to_have_count(len(NAMES))
        await page.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        await page.row(NAMES[0]).get_by_text("curl", exact=True).click()
        await page.row(NAMES[0]).get_by_role("button", name="Copy").click()
        await expect(page.page.get_by_role("log")).to_contain_text("Copied")
        copied = await page.page.evaluate("navigator.clipboard.readText()")
        lines = [await code.text_content() or "" for code in await page.page.locator("code").all()]
    assert copied == lines[0]
    for number, (name, line) in enumerate(zip(NAMES, lines, strict=True)):
        (tmp_path / name).write_bytes(f"shell {number}".encode())
        assert not re.search("X-Amz|Signature", line)
        said = await asyncio.to_thread(bash, line, tmp_path, urls[number])
        assert '"success": true' in said, (name, said)
        assert bucket.get(f"page/curl-{number}") == f"shell {number}".encode()
