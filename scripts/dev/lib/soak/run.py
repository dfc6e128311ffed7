"""One run of the soak: clients upload through the service to the misbehaving storage; the checks follow.

Knows: the order of the steps, and how the report is printed.
Rules: the same seed makes the same uploads and the same misbehaviour; only the timing differs.
Must not know: which outcome is right; see `checks`.
"""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from devtools.service_process import Resources, ServiceProcess, run_service
from local.child_process import Asked, never

from soak import checks
from soak.checks import UploadResult
from soak.client import Client
from soak.misbehaving_storage import MisbehavingStorage, Put
from soak.upload_plan import plan_upload, random_block

# Uploads before the first look at memory and descriptors.
WARM_UP = 1000
LOOK_SECONDS = 0.2
SETTINGS = {
    "UPLOAD_STALL_SECONDS": "5",
    "TIMEOUT_SECONDS": "20",
    "UPLOAD_SPOOL_MEMORY_BYTES": "8MiB",
    "UPLOAD_SPOOL_DISK_BYTES": "256MiB",
}
MAX_SHOWN = 50


@dataclass
class Report:
    """Everything that was seen, and the violations."""

    seed: str
    results: list[UploadResult] = field(default_factory=list)
    puts: dict[str, list[Put]] = field(default_factory=dict)
    seconds: float = 0.0
    resources: list[Resources] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def text(self) -> str:
        """The report as lines for a person."""
        puts = [put for each in self.puts.values() for put in each]
        stored = sum(put.stored for put in puts)
        sent = sum(each.length for each in self.results) / 1e6
        lines = [
            f"seed {self.seed}: {len(self.results)} uploads, {sent:.0f} MB in {self.seconds:.0f} s",
            *_table("responses", Counter(self._ending(each) for each in self.results)),
            *_table("PUTs", Counter(put.misbehaviour.name for put in puts)),
            f"bodies that arrived whole: {sum(bool(put.sha256) for put in puts)}, stored: {stored}",
            *(
                f"idle: {each.rss_bytes / 1e6:.1f} MB, {each.descriptors} descriptors"
                for each in self.resources
            ),
            f"violations: {len(self.violations)}",
            *self.violations[:MAX_SHOWN],
        ]
        return "\n".join(lines)

    def _ending(self, result: UploadResult) -> str:
        closed = checks.met_closed_connection(result, self.puts.get(result.name, []))
        return f"{result.code} (on a kept connection that storage had closed)" if closed else result.code


def _table(title: str, counts: Counter[str]) -> Iterator[str]:
    yield f"{title}:"
    for name, count in sorted(counts.items(), key=lambda row: (-row[1], row[0])):
        yield f"  {count:7}  {name}"


async def run_soak(
    uploads: int,
    seed: str,
    clients: int,
    warm_up: int = WARM_UP,
    stop_asked: Asked = never,
    stop_at_once: Asked = never,
) -> Report:
    """Run it; `stop_asked` lets running uploads finish, `stop_at_once` cancels them."""
    report, source = Report(seed), random_block(seed)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        async with MisbehavingStorage(seed) as storage:
            with run_service(Path(folder), UPLOAD_DESTINATIONS=storage.url, **SETTINGS) as service:
                for wave in (range(warm_up), range(warm_up, uploads)):
                    numbers = iter(wave)
                    work = [
                        _client(numbers, service, storage, source, report, stop_asked) for _ in range(clients)
                    ]
                    await _wait_for_all(work, stop_at_once)
                    if not stop_asked():
                        report.resources.append(await service.wait_until_idle())
                report.seconds = time.monotonic() - began
                files = service.temporary_files()
            if service.child.exit_code:
                report.violations.append(f"the service ended with {service.child.ending()}")
            log = service.log_lines()
        report.puts = storage.puts
    _check(report, files, log)
    return report


async def _client(
    numbers: Iterator[int],
    service: ServiceProcess,
    storage: MisbehavingStorage,
    source: bytes,
    report: Report,
    stop_asked: Asked,
) -> None:
    """One client: it takes the next number that no client has taken, until there is none."""
    client = Client(service.port)
    try:
        for number in numbers:
            if stop_asked():
                return
            name = f"soak-{report.seed}-{number}"
            plan = plan_upload(report.seed, number, source, name, storage.upload_url(name))
            report.results.append(UploadResult.of(plan, await client.upload(plan)))
    finally:
        await client.close()


async def _wait_for_all(work: Sequence[object], stop_at_once: Asked) -> None:
    tasks = {asyncio.ensure_future(each) for each in work}  # type: ignore[call-overload]
    waiting = set(tasks)
    while waiting and not stop_at_once():
        _, waiting = await asyncio.wait(waiting, timeout=LOOK_SECONDS)
    for task in waiting:
        task.cancel()
    for end in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(end, Exception):
            raise end


def _check(report: Report, files: Sequence[str], log: Sequence[str]) -> None:
    for result in report.results:
        report.violations += checks.check_upload(result, report.puts.get(result.name, []))
    if len(report.resources) == 2:
        report.violations += checks.check_resources(*report.resources)
    report.violations += [f"temporary file: {name}" for name in files]
    report.violations += checks.check_log(log)
