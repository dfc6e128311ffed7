"""The doctor for "it does not work": looks at settings, machine and, with a URL, the whole way to storage.

Knows: the order of the steps, and how their findings are printed.
Rules: the first step that fails on the way ends it; nothing that is said holds more of a URL than its host.
Must not know: what a step looks at.
"""

import asyncio
import getpass
import os
import shutil
import sys
import textwrap
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import TextIO

from upload_service.doctor import (
    machine_check,
    network_check,
    ports_check,
    settings_check,
    tls_check,
    trial_upload,
    url_check,
)
from upload_service.doctor.finding import Finding, Verdict, fail, ok
from upload_service.presigned.destination import MAX_URL_BYTES
from upload_service.settings.settings import Settings
from upload_service.telemetry import logs
from upload_service.upload.form_fields import FormFields

URL_VARIABLE = "CHECK_URL"
COLOURS: Mapping[Verdict, str] = {"ok": "32", "warn": "33", "fail": "31"}
INDENT = 20
WIDEST = 110


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a URL or none, the form's other fields, and whether to upload."""

    url: str = field(repr=False)
    fields: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    upload: bool = True


def url_from(text: str, environment: Mapping[str, str]) -> str:
    """The URL that an argument means: itself, `-` for standard input, nothing for the environment's."""
    if text != "-":
        return text or environment.get(URL_VARIABLE, "").strip()
    if sys.stdin.isatty():
        return getpass.getpass("Presigned URL (is not shown): ").strip()
    return sys.stdin.readline(2 * MAX_URL_BYTES).strip()


def run(settings: Settings, environment: Mapping[str, str], question: Question) -> int:
    """Look at everything and print it; the exit status."""
    logs.set_up("CRITICAL", sys.stderr)
    try:
        return asyncio.run(_run(settings, environment, question, sys.stdout))
    except KeyboardInterrupt:
        return 130


async def _run(settings: Settings, environment: Mapping[str, str], question: Question, out: TextIO) -> int:
    counts = {"ok": 0, "warn": 0, "fail": 0}
    try:
        async for finding in _findings(settings, environment, question):
            counts[finding.verdict] += 1
            _print(finding, out)
    except Exception as error:
        # Its text, or a traceback, could hold the URL.
        counts["fail"] += 1
        _print(fail("doctor", f"something unexpected: {logs.describe(error)}", "report this line"), out)
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()), file=out)
    return 1 if counts["fail"] else 0


async def _findings(
    settings: Settings, environment: Mapping[str, str], question: Question
) -> AsyncIterator[Finding]:
    here = [*machine_check.look(settings), *await ports_check.look(settings)]
    for finding in [*settings_check.look(settings, environment), *here]:
        yield finding
    if not question.url:
        return
    async for step in _way(settings, question):
        for finding in step:
            yield finding
        if any(finding.verdict == "fail" for finding in step):
            return


async def _way(settings: Settings, question: Question) -> AsyncIterator[list[Finding]]:
    """Step by step to storage; each needs the one before it to have gone well."""
    fields, given = FormFields(settings), [("uploadUrl", question.url), *question.fields]
    yield list(url_check.look(settings, fields, given, time.time()))
    destination = fields.destination
    assert destination
    host, port = destination.host, destination.url.port
    assert port
    found, addresses = await network_check.look_up(host, port)
    yield [found]
    judged, passed = network_check.may_be_dialled(addresses, port, listed=destination.listed)
    yield judged
    tried, address = await network_check.connect(passed, port)
    yield tried
    assert address
    if destination.url.scheme == "https":
        yield [await tls_check.look(host, address, port)]
    else:
        yield [ok("TLS", "none: the URL begins with http://, so file and signature travel unencrypted")]
    if question.upload:
        yield [trial_upload.announcement(fields)]
        yield await trial_upload.look(settings, destination, given)


def _print(finding: Finding, out: TextIO) -> None:
    """One line, or more where it is long; what to do stands under it."""
    verdict = f"{finding.verdict:<6}"
    if out.isatty() and "NO_COLOR" not in os.environ:
        verdict = f"\x1b[{COLOURS[finding.verdict]}m{verdict}\x1b[0m"
    print(f"{verdict}{finding.step:<{INDENT - 6}}{_wrapped(finding.text)}", file=out)
    if finding.cure:
        print(f"{' ' * INDENT}-> {_wrapped(finding.cure, 3)}", file=out)
    out.flush()


def _wrapped(text: str, further: int = 0) -> str:
    """The text in lines that begin under its first one; a certificate may hold any character."""
    indent = INDENT + further
    width = max(min(shutil.get_terminal_size((WIDEST, 0)).columns, WIDEST) - indent, 30)
    plain = "".join(each if each.isprintable() else "?" for each in text)
    lines = textwrap.wrap(plain, width, break_long_words=False, break_on_hyphens=False)
    return f"\n{' ' * indent}".join(lines)
