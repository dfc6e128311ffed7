"""./scripts/dev/soak: thousands of uploads through the service to a storage that misbehaves, and a verdict.

Knows: the order of things, and how the outcome is told.
Rules: the same seed sends the same uploads and meets the same misbehaviour; only their timing differs.
Must not know: what is right, which is `verdict`'s.
"""

import argparse
import asyncio
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from devtools.service_process import Ended, Holdings, Served, serve
from local.child_process import Asked, never
from local.stop_signals import Stops

from soak import checks
from soak.checks import Heard
from soak.clients import Caller, block, make_plan
from soak.misbehaving_storage import Put, Unruly

WARM_UP = 1000
LOOK_SECONDS = 0.2
SETTINGS = {
    "UPLOAD_STALL_SECONDS": "5",
    "TIMEOUT_SECONDS": "20",
    "UPLOAD_SPOOL_MEMORY_BYTES": "8MiB",
    "UPLOAD_SPOOL_DISK_BYTES": "256MiB",
}
MOST_SHOWN = 50


@dataclass
class Report:
    """All that was seen, and what is wrong with it."""

    seed: str
    heard: list[Heard] = field(default_factory=list)
    puts: dict[str, list[Put]] = field(default_factory=dict)
    seconds: float = 0.0
    held: list[Holdings] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def text(self) -> str:
        """For a person."""
        puts = [put for each in self.puts.values() for put in each]
        stored = sum(put.stored for put in puts)
        sent = sum(each.length for each in self.heard) / 1e6
        lines = [
            f"seed {self.seed}: {len(self.heard)} uploads, {sent:.0f} MB in {self.seconds:.0f} s",
            *_table("answers", Counter(self._ending(each) for each in self.heard)),
            *_table("PUTs", Counter(put.whim.name for put in puts)),
            f"bodies that came whole: {sum(bool(put.sum) for put in puts)}, stored: {stored}",
            *(f"idle: {held.rss_bytes / 1e6:.1f} MB, {held.descriptors} descriptors" for held in self.held),
            f"violations: {len(self.violations)}",
            *self.violations[:MOST_SHOWN],
        ]
        return "\n".join(lines)

    def _ending(self, heard: Heard) -> str:
        unseen = checks.is_unseen(heard, self.puts.get(heard.name, []))
        return f"{heard.code} (on a kept connection that storage had closed)" if unseen else heard.code


def _table(title: str, counts: Counter[str]) -> Iterator[str]:
    yield f"{title}:"
    for name, count in sorted(counts.items(), key=lambda row: (-row[1], row[0])):
        yield f"  {count:7}  {name}"


async def soak(
    uploads: int, seed: str, clients: int, warm_up: int = WARM_UP, asked: Asked = never, hurry: Asked = never
) -> Report:
    """Do it all; `asked` ends it with what is under way, `hurry` at once."""
    report, source = Report(seed), block(seed)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        async with Unruly(seed) as storage:
            with serve(Path(folder), UPLOAD_DESTINATIONS=storage.url, **SETTINGS) as service:
                for wave in (range(warm_up), range(warm_up, uploads)):
                    numbers = iter(wave)
                    work = [_client(numbers, service, storage, source, report, asked) for _ in range(clients)]
                    await _all_or_hurry(work, hurry)
                    if not asked():
                        report.held.append(await service.settle())
                report.seconds = time.monotonic() - began
                files = service.temporary_files()
            if service.child.exit_code:
                report.violations.append(f"the service ended with {service.child.ending()}")
            log = service.log_lines()
        report.puts = storage.puts
    _judge(report, files, log)
    return report


async def _client(
    numbers: Iterator[int], service: Served, storage: Unruly, source: bytes, report: Report, asked: Asked
) -> None:
    """One client: the next upload that nobody has begun, until there is none."""
    line = Caller(service.port)
    try:
        for number in numbers:
            if asked():
                return
            name = f"soak-{report.seed}-{number}"
            plan = make_plan(report.seed, number, source, name, storage.upload_url(name))
            report.heard.append(Heard.of(plan, await line.upload(plan)))
    finally:
        await line.close()


async def _all_or_hurry(work: Sequence[object], hurry: Asked) -> None:
    tasks = {asyncio.ensure_future(each) for each in work}  # type: ignore[call-overload]
    waiting = set(tasks)
    while waiting and not hurry():
        _, waiting = await asyncio.wait(waiting, timeout=LOOK_SECONDS)
    for task in waiting:
        task.cancel()
    for end in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(end, Exception):
            raise end


def _judge(report: Report, files: Sequence[str], log: Sequence[str]) -> None:
    for heard in report.heard:
        report.violations += checks.judge(heard, report.puts.get(heard.name, []))
    if len(report.held) == 2:
        report.violations += checks.judge_holdings(*report.held)
    report.violations += [f"temporary file: {name}" for name in files]
    report.violations += checks.judge_log(log)


def main() -> int:
    """The exit status: 1 with violations."""
    chosen = _arguments()
    stops = Stops()
    warm_up = min(WARM_UP, chosen.uploads // 2)
    work = soak(chosen.uploads, chosen.seed, chosen.clients, warm_up, stops.asked, stops.asked_again)
    try:
        report = asyncio.run(work)
    except Ended as error:
        print(error, file=sys.stderr)
        return 1
    print(report.text())
    return 1 if report.violations else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./scripts/dev/soak",
        description="Send thousands of uploads through the service to a storage that misbehaves, and judge.",
    )
    parser.add_argument("--uploads", type=_count, default=20_000, metavar="N", help="default: 20000")
    parser.add_argument("--seed", type=_word, metavar="S", help="of an earlier run, to repeat it")
    parser.add_argument("--clients", type=_count, default=48, metavar="C", help="at once (default: 48)")
    chosen = parser.parse_args()
    chosen.seed = chosen.seed or str(random.SystemRandom().randrange(10**6))
    return chosen


def _word(text: str) -> str:
    """It becomes a part of keys and request ids."""
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,40}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a word of up to 40 letters and digits")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
