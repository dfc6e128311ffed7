"""`--check`: runs all checks of settings and machine and, with a URL, of the whole way to storage.

Knows: the order of the checks, and how their findings are printed.
Rules: the first failure on the way to storage ends the check. Of a URL nothing but the host is printed.
Must not know: what a single check does.
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
    identity_check,
    machine_check,
    network_check,
    ports_check,
    scanner_check,
    settings_check,
    tls_check,
    traces_check,
    trial_upload,
    url_check,
)
from upload_service.doctor.finding import Finding, Verdict, fail, ok
from upload_service.presigned.destination import MAX_URL_BYTES
from upload_service.settings.settings import Settings
from upload_service.telemetry import logs
from upload_service.upload.form_fields import FormFields

URL_VARIABLE, GRANT_VARIABLE = "CHECK_URL", "CHECK_GRANT"
COLOURS: Mapping[Verdict, str] = {"ok": "32", "warn": "33", "fail": "31"}
INDENT = 20
MAX_WIDTH = 110


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What to check: a presigned URL or "", the other fields of the form, and whether to upload a file."""

    url: str = field(repr=False)
    fields: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    upload: bool = True


def read_url(
    argument: str,
    environment: Mapping[str, str],
    variable: str = URL_VARIABLE,
    most: int = 2 * MAX_URL_BYTES,
) -> str:
    """The presigned URL: the argument itself, for `-` standard input, for "" the environment variable.

    Returns "" if there is none. On a terminal, what is typed is not shown. `most`: characters that are read.
    """
    if argument != "-":
        return argument or environment.get(variable, "").strip()
    if sys.stdin.isatty():
        return getpass.getpass("Presigned URL (is not shown): ").strip()
    return sys.stdin.readline(most).strip()


def run(settings: Settings, environment: Mapping[str, str], request: CheckRequest) -> int:
    """Run all checks and print their findings. Returns 0, or 1 if a check failed, or 130 after Ctrl-C."""
    logs.set_up("CRITICAL", sys.stderr)
    try:
        return asyncio.run(_print_findings(settings, environment, request, sys.stdout))
    except KeyboardInterrupt:
        return 130


async def _print_findings(
    settings: Settings, environment: Mapping[str, str], request: CheckRequest, out: TextIO
) -> int:
    """Print each finding as soon as it is there, and at the end their number; returns the exit status."""
    counts = {"ok": 0, "warn": 0, "fail": 0}
    try:
        async for finding in _run_checks(settings, environment, request):
            counts[finding.verdict] += 1
            _print(finding, out)
    except Exception as error:
        # The error's own text, or a traceback, could contain the URL.
        counts["fail"] += 1
        _print(fail("doctor", f"something unexpected: {logs.describe(error)}", "report this line"), out)
    print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()), file=out)
    return 1 if counts["fail"] else 0


async def _run_checks(
    settings: Settings, environment: Mapping[str, str], request: CheckRequest
) -> AsyncIterator[Finding]:
    machine = [*machine_check.check_machine(settings), *await ports_check.check_ports(settings)]
    for finding in [*settings_check.check_settings(settings, environment), *machine]:
        yield finding
    for ask in (traces_check.check_traces, identity_check.check_identity, scanner_check.check_scanner):
        for finding in await ask(settings):
            yield finding
    if not request.url:
        return
    async for step in _check_storage(settings, request):
        for finding in step:
            yield finding
        if any(finding.verdict == "fail" for finding in step):
            return


async def _check_storage(settings: Settings, request: CheckRequest) -> AsyncIterator[list[Finding]]:
    """The findings of each step on the way to storage. The caller must stop after a step that failed."""
    fields, given_fields = FormFields(settings), [("uploadUrl", request.url), *request.fields]
    yield list(url_check.check_url(settings, fields, given_fields, time.time()))
    destination = fields.destination
    assert destination
    host, port = destination.host, destination.url.port
    assert port
    finding, addresses = await network_check.resolve(host, port)
    yield [finding]
    findings, allowed = network_check.check_addresses(addresses, port, listed=destination.listed)
    yield findings
    findings, address = await network_check.connect(allowed, port)
    yield findings
    assert address
    if destination.url.scheme == "https":
        yield [await tls_check.check_tls(host, address, port)]
    else:
        yield [ok("TLS", "none: the URL begins with http://, so file and signature travel unencrypted")]
    if request.upload:
        yield [trial_upload.announce_upload(fields)]
        yield await trial_upload.try_upload(settings, destination, given_fields)


def _print(finding: Finding, out: TextIO) -> None:
    """Print a finding, and below it its cure, each in one line or more."""
    verdict = f"{finding.verdict:<6}"
    if out.isatty() and "NO_COLOR" not in os.environ:
        verdict = f"\x1b[{COLOURS[finding.verdict]}m{verdict}\x1b[0m"
    print(f"{verdict}{finding.step:<{INDENT - 6}}{_wrapped(finding.text)}", file=out)
    if finding.cure:
        print(f"{' ' * INDENT}-> {_wrapped(finding.cure, 3)}", file=out)
    out.flush()


def _wrapped(text: str, extra_indent: int = 0) -> str:
    """The text in lines of the terminal's width; all but the first are indented.

    An unprintable character becomes `?`: the text may hold names from a certificate, with any characters.
    """
    indent = INDENT + extra_indent
    width = max(min(shutil.get_terminal_size((MAX_WIDTH, 0)).columns, MAX_WIDTH) - indent, 30)
    printable = "".join(character if character.isprintable() else "?" for character in text)
    lines = textwrap.wrap(printable, width, break_long_words=False, break_on_hyphens=False)
    return f"\n{' ' * indent}".join(lines)
