"""One chaos run: lives of the service, callers and stores that misbehave, and the checks.

Knows: the order of the steps. The first lives are short and end by a signal amid uploads; in the last one the
service is looked at when it is idle, after its first uploads and at the end.
Rules: the same seed makes the same callers and stores; only the timing differs.
Must not know: what is right; see `checks`.
"""

import asyncio
import json
import random
import signal
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from devtools.service_process import ServiceProcess, run_service
from local.bucket import Bucket
from local.child_process import Asked, never
from local.ports import HOST, free_port
from local.store import Store

from soak.chaos import callers, checks, enclosure
from soak.chaos.checks import Upload
from soak.chaos.files import REAL, content_of
from soak.chaos.line import Told
from soak.chaos.name_server import NameServer
from soak.chaos.plans import Places, plan
from soak.chaos.relay import Relay
from soak.chaos.report import Report
from soak.checks import check_log
from soak.misbehaving_storage import MisbehavingStorage
from soak.misbehaviours import QUIET_CHAOS, TALKATIVE_CHAOS
from soak.upload_plan import UploadPlan

CALLERS = 32
MISBEHAVES_ONE_IN = 2
# The signals that end the first lives, each of which lasts for this part of the whole time.
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
SHORT_LIFE = 1 / 20
# Of the last life, how long its first uploads take.
WARM_UP = 1 / 5
# More than the bounds of the stop together: 2 s for uploads, 1 s for their answers, 1 s for the disk.
STOP_SECONDS = 10.0
LOOK_SECONDS = 0.05
SETTINGS = {
    "UPLOAD_STALL_SECONDS": "2",
    "TIMEOUT_SECONDS": "12",
    "UPLOAD_SHUTDOWN_SECONDS": "2",
    "UPLOAD_DRAIN_DELAY_SECONDS": "0.2",
    "UPLOAD_MAX_CONCURRENT": "28",
    "UPLOAD_SPOOL_MEMORY_BYTES": "4MiB",
    # More than the small disk has, so that it gets full.
    "UPLOAD_SPOOL_DISK_BYTES": "48MiB",
    "UPLOAD_VERIFY": "md5",
    "UPLOAD_METRICS": "prometheus",
}


async def run_chaos(seconds: float, seed: str, asked: Asked = never) -> Report:
    """Run it; `asked` ends it early."""
    report = Report(seed, enclosure.is_inside())
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chaos-") as name, ExitStack() as stack:
        folder, disk = Path(name), None
        if report.enclosed:
            disk = enclosure.furnish(folder)
            stack.callback(enclosure.remove, disk)
            names = NameServer(seed)
            await names.start()
            stack.callback(names.close)
        real = stack.enter_context(Store(folder / "objects", s3_port=0)).bucket
        async with (
            MisbehavingStorage(f"{seed} quiet", QUIET_CHAOS, MISBEHAVES_ONE_IN, content_of) as quiet,
            MisbehavingStorage(f"{seed} loud", TALKATIVE_CHAOS, MISBEHAVES_ONE_IN, content_of) as talkative,
            Relay(seed, urlsplit(real.endpoint).port or 0) as relay,
        ):
            run = _Run(report, folder, Places(quiet, talkative, real, relay, disk), asked)
            for number, ending in enumerate(SIGNALS):
                await run.short_life(number, seconds * SHORT_LIFE, ending)
            await run.long_life(seconds * (1 - SHORT_LIFE * len(SIGNALS)))
            report.puts = quiet.puts | talkative.puts
        report.seconds = time.monotonic() - began
        _check(report, real)
    return report


class _Run:
    """The service's lives, and its callers. It listens on the same port in each life."""

    def __init__(self, report: Report, folder: Path, places: Places, asked: Asked) -> None:
        self._report = report
        self._folder = folder
        self._places = places
        self._asked = asked
        self._number = 0
        self._stopping = False
        self._port = free_port()
        self._settings = SETTINGS | places.settings() | {"PORT": str(self._port)}

    async def short_life(self, number: int, seconds: float, ending: signal.Signals) -> None:
        """Uploads, amid which the service is told to end."""
        with run_service(self._new_folder(f"life{number}"), **self._settings) as service:
            calling = asyncio.create_task(self._call(seconds + STOP_SECONDS))
            await self._wait(seconds)
            self._stopping = True
            began = time.monotonic()
            service.child.send(ending)
            deadline = began + STOP_SECONDS
            while service.child.exit_code is None and time.monotonic() < deadline:  # noqa: ASYNC110 - a process
                await asyncio.sleep(LOOK_SECONDS)
            self._note_end(service, ending, time.monotonic() - began)
            calling.cancel()
            await asyncio.gather(calling, return_exceptions=True)
            self._stopping = False
            self._note_log(service)

    async def long_life(self, seconds: float) -> None:
        """Uploads; a look at the idle service; more uploads; another look."""
        with run_service(self._new_folder("life"), **self._settings) as service:
            for share in (WARM_UP, 1 - WARM_UP):
                await self._call(seconds * share)
                self._report.resources.append(await service.wait_until_idle())
            self._report.violations += checks.check_gauges(await asyncio.to_thread(_metrics, self._port))
            self._report.violations += [f"temporary file: {name}" for name in service.temporary_files()]
            self._note_log(service)

    def _new_folder(self, name: str) -> Path:
        (folder := self._folder / name).mkdir()
        return folder

    async def _call(self, seconds: float) -> None:
        """All callers, for so long."""
        until = time.monotonic() + seconds
        await asyncio.gather(*(self._caller(until) for _ in range(CALLERS)))

    async def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._asked():  # noqa: ASYNC110 - `asked` is no event
            await asyncio.sleep(LOOK_SECONDS)

    async def _caller(self, until: float) -> None:
        while time.monotonic() < until and not self._asked():
            self._number += 1
            name = f"chaos-{self._report.seed}-{self._number}"
            dice = random.Random(name)  # noqa: S311 - the same each time
            plans = [plan(dice, f"{name}-{each}", self._places) for each in range(1 + (dice.random() < 0.05))]
            if len(plans) == 1:
                told = [await callers.call(self._port, plans[0], dice)]
            else:
                told = await callers.call_twice(self._port, plans)
            for planned, each in zip(plans, told, strict=True):
                self._note_upload(planned, each)
            if isinstance(told[0].answer, str):
                await asyncio.sleep(LOOK_SECONDS)  # the service may not be there

    def _note_upload(self, planned: UploadPlan, told: Told) -> None:
        if told.answer != callers.NO_SERVICE:
            name, length = planned.name, len(planned.content)
            has_old = name in self._places.with_old
            self._report.uploads.append(
                Upload(name, length, planned.sha256, told, stopped=self._stopping, has_old=has_old)
            )

    def _note_end(self, service: ServiceProcess, ending: signal.Signals, seconds: float) -> None:
        how = f"{ending.name}: {service.child.ending()} after {seconds:.1f} s"
        self._report.stops.append(how)
        if service.child.exit_code != (-signal.SIGKILL if ending == signal.SIGKILL else 0):
            self._report.violations.append(how)

    def _note_log(self, service: ServiceProcess) -> None:
        lines = service.log_lines()
        if lines and lines[-1].startswith("{") and not lines[-1].endswith("}"):
            lines.pop()  # cut by SIGKILL
        self._report.violations += check_log(lines, checks.BAD_EVENTS)
        for line in lines:
            event = json.loads(line) if line.startswith("{") else {}
            if event.get("event") == "upload":
                name = str(event.get("request_id"))
                # A damaged head may have made one upload's id another's: then neither event is believed.
                is_known = name in self._report.events
                self._report.events[name] = {} if is_known else {"stored": event.get("stored")}


def _metrics(port: int) -> str:
    with urllib.request.urlopen(f"http://{HOST}:{port}/metrics", timeout=30) as answer:
        return str(answer.read().decode())


def _check(report: Report, real: Bucket) -> None:
    for upload in report.uploads:
        event = report.events.get(upload.name)
        if upload.name.endswith(REAL):
            found = real.get(upload.name)
            report.real[found == content_of(upload.name)] += 1
            report.violations += checks.check_real(upload, found, event)
        else:
            puts = report.puts.get(upload.name, [])
            report.violations += checks.check_upload(upload, puts, event)
    if len(report.resources) == 2:
        report.violations += checks.check_resources(*report.resources)
