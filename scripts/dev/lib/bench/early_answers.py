"""What browsers make of an answer that comes while they still send: an upload to a URL that has expired.

Knows: how browsers are started, the link between them and the service, and how both are measured.
Rules: browsers and service have a network of their own, so that what passes it is theirs alone: all of it is
counted, and it can be as slow as a real link. Connections are real ones, and nothing stands in between.
Must not know: what a caller's page does.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from devtools.service_process import ServiceProcess, run_service

from bench.early_callers import CALLERS, Caller, other_pages
from tests.support import network_namespace
from tests.support.browser.chromium_tab import chromium_tab
from tests.support.browser.firefox import firefox
from tests.support.browser.tab import Tab
from tests.support.browser.webkit import webkit

INSIDE = "BENCH_NETWORK"
# The way out leads nowhere; without one, browsers say that the computer is offline.
NETWORK = (
    "ip link set lo up",
    "ip link add nowhere type veth peer name hole",
    "ip link set hole up",
    "ip addr add 10.9.9.1/24 dev nowhere",
    "ip link set nowhere up",
    "ip route add default via 10.9.9.2",
)
MB = 10**6
LOOK_SECONDS = 0.1
LONGEST_SECONDS = 3600
# What is still on its way when a page has shown the reason.
SETTLE_SECONDS = 1.0


ENGINES: dict[str, Callable[[], AbstractAsyncContextManager[Tab]]] = {
    "Chromium": chromium_tab,
    "Firefox": firefox,
    "WebKitGTK": webkit,
}


@dataclass(frozen=True)
class Seen:
    """One upload: requests that came to the upload endpoints, bytes that passed, and what the page showed."""

    posts: int
    sent_bytes: int
    seconds: float
    shown: str


async def watch(tab: Tab, caller: Caller, service: ServiceProcess, elsewhere: str, file: Path) -> Seen:
    """Let the caller upload the file, and watch."""
    url = f"http://127.0.0.1:{service.port}"
    await tab.go(caller.page(url, elsewhere))
    await tab.run(caller.prepare, url)
    await tab.choose("#pick", file)
    logged, passed, began = len(service.log_lines()), passed_bytes(), time.monotonic()
    await tab.run(
        f"(...given) => void ({caller.upload})(...given).then((shown) => {{ window.shown = shown; }})", url
    )
    while (shown := await tab.run("() => window.shown ?? null")) is None:
        if time.monotonic() - began > LONGEST_SECONDS:
            shown = "nothing"
            break
        await asyncio.sleep(LOOK_SECONDS)
    seconds = time.monotonic() - began
    await asyncio.sleep(SETTLE_SECONDS)
    events = [json.loads(line)["event"] for line in service.log_lines()[logged:] if line.startswith("{")]
    return Seen(events.count("upload"), passed_bytes() - passed, seconds, str(shown))


def passed_bytes() -> int:
    """What has passed the network, with the heads of its packets."""
    (line,) = (
        each for each in Path("/proc/net/dev").read_text().splitlines() if each.strip().startswith("lo:")
    )
    return int(line.split()[1])


async def measure(file: Path, only: list[str]) -> None:
    """Measure and print all, each in a browser and with a service of its own."""
    with other_pages() as elsewhere:
        for engine, start in ENGINES.items():
            for caller in CALLERS:
                if only and not all(word.lower() in f"{engine} {caller.name}".lower() for word in only):
                    continue
                with tempfile.TemporaryDirectory() as folder, run_service(Path(folder)) as service:
                    async with start() as tab:
                        seen = await watch(tab, caller, service, elsewhere, file)
                row = (engine, caller.name, seen.posts, f"{seen.sent_bytes / MB:.0f}", f"{seen.seconds:.1f}")
                print(f"| {' | '.join(map(str, row))} | {seen.shown} |", flush=True)


def make_network(rate: int | None) -> None:
    """Open this network, as slow as `rate` says, in Mbit/s."""
    steps = list(NETWORK)
    if rate:
        steps.append(f"tc qdisc add dev lo root tbf rate {rate}mbit burst 128k latency 100ms")
    for step in steps:
        subprocess.check_call(step.split())  # noqa: S603  our own command


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="./scripts/dev/bench-early-answers", description=__doc__)
    parser.add_argument("--size", type=int, default=400, metavar="MB", help="of the file, 400 unless said")
    parser.add_argument(
        "--rate", type=int, metavar="MBIT", help="of the link, per second; else as fast as it goes"
    )
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="WORD", help="those rows with all of these words"
    )
    options = parser.parse_args()
    if INSIDE not in os.environ:
        command = [
            *network_namespace.NAMESPACE,
            sys.executable,
            "-P",
            "-m",
            "bench.early_answers",
            *sys.argv[1:],
        ]
        os.execvpe(command[0], command, os.environ | {INSIDE: "yes"})  # noqa: S606  our own command
    make_network(options.rate)
    print("| browser | caller | POSTs | MB | seconds | shown |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "large.bin")
        with file.open("wb") as sparse:
            sparse.truncate(options.size * MB)
        asyncio.run(measure(file, options.only))


if __name__ == "__main__":
    main()
