"""Checks the malware scanner: does it answer, how old are its signatures, and can its `OK` be believed?

Knows: what clamd's replies to PING and VERSION mean, and what to do about each fault.
Rules: only harmless bytes are sent. Imports the scanner's code only if one is set.
Must not know: uploads.

Sources: man 8 clamd, COMMANDS; man 5 clamd.conf.
"""

import time
from calendar import timegm
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from upload_service.doctor.finding import Finding, fail, format_bytes, format_ms, format_period, ok, warn
from upload_service.settings.settings import Settings

if TYPE_CHECKING:
    from upload_service.scanner.clamd import Clamd
    from upload_service.scanner.probe import Answer
    from upload_service.scanner.verdict import ScannerFault

# clamd itself calls its signatures old then.
OLD_SECONDS: Final = 7 * 86400
_UPDATE_CURE = "run freshclam beside clamd, and see in its log why it does not update them"
_LIMITS_CURE = (
    "set AlertExceedsMax yes in clamd.conf, and start clamd again. Without it clamd calls clean what it has "
    "not looked at: files above MaxFileSize, archives above MaxScanSize, MaxRecursion, MaxFiles, MaxScanTime"
)
_REACH_CURES: Mapping[str, str] = {
    "unresolved": "check the host in UPLOAD_SCANNER. In a container: does it have a name server?",
    "unreachable": "check host and port, or path, in UPLOAD_SCANNER; that clamd runs, has TCPSocket and "
    "TCPAddr, or LocalSocket, in clamd.conf; and that a firewall or security group lets this machine reach "
    "it. When it starts, clamd needs a minute to load its signatures",
    "silent": "clamd may have as many sessions as MaxQueue allows, or load its signatures: wait, look at its "
    "processor time, raise MaxQueue and MaxThreads",
}
_OTHER_CURE = "see clamd's log, and whether clamd is what answers at the address in UPLOAD_SCANNER"


async def check_scanner(settings: Settings) -> list[Finding]:
    """All checks of the scanner that is set; the first failure ends them."""
    if settings.scanner is None:
        return [ok("scanner", "none: files are stored without a scan")]
    from upload_service.scanner.clamd import Clamd
    from upload_service.scanner.verdict import ScannerFault

    clamd = Clamd(settings.scanner.address, settings.stall_seconds)
    findings: list[Finding] = []
    try:
        findings.append(await _reach(clamd))
        findings.append(describe_version(await clamd.command("VERSION"), time.time()))
        findings.extend(await _probe(clamd, settings))
    except ScannerFault as fault:
        findings.append(_describe_fault(fault))
    finally:
        clamd.close()
    return findings


async def _reach(clamd: "Clamd") -> Finding:
    """That it answers; raises ScannerFault."""
    started = time.monotonic()
    answer = await clamd.command("PING")
    took = format_ms(time.monotonic() - started)
    if answer != "PONG":
        return fail("scanner", "what answers there is no clamd", _OTHER_CURE)
    return ok("scanner", f"clamd answers after {took}")


def describe_version(answer: str, now: float) -> Finding:
    """What clamd's reply to VERSION says of its signatures. `now`: seconds since 1970.

    With ClamAV's own signatures it is such as "ClamAV 1.4.6/27000/Mon Nov 30 09:00:00 2026".
    """
    name, _, rest = answer.partition("/")
    number, _, built = rest.partition("/")
    try:
        age = now - timegm(time.strptime(built, "%a %b %d %H:%M:%S %Y"))
    except ValueError:
        text = f"{name} has none of ClamAV's own signatures, or does not say how old they are"
        return warn("scanner", text, _UPDATE_CURE)
    text = f"{name}, signatures number {number}, {format_period(max(age, 0.0))} old"
    return ok("scanner", text) if age < OLD_SECONDS else warn("scanner", text, _UPDATE_CURE)


async def _probe(clamd: "Clamd", settings: Settings) -> list[Finding]:
    from upload_service.scanner.probe import probe

    largest, started = settings.scanner_max_bytes, time.monotonic()
    answer = await probe(clamd, largest, settings.scanner_timeout_seconds, always_largest=True)
    return describe_probe(answer, largest, time.monotonic() - started)


def describe_probe(answer: "Answer", largest: int, seconds: float) -> list[Finding]:
    """What a probe with a file of `largest` bytes has found out, which took so many seconds."""
    if not answer.finds_samples:
        text = "clamd does not find the EICAR test file: it has no signatures that are of use"
        return [fail("scanner", f"{text}. No file is stored", _UPDATE_CURE)]
    size, took = format_bytes(largest), format_ms(seconds)
    found = ok(
        "scanner", f"clamd finds the EICAR test file, also in a file of {size} (all of it took {took})"
    )
    if answer.tells_limits:
        return [found] if answer.looks_at_largest else [_small(size)]
    if answer.looks_at_largest:
        text = "clamd says OK, not that it has not looked, of archives that exceed its limits"
        return [found, warn("scanner", text, _LIMITS_CURE)]
    text = f"clamd says OK of a file of {size}, which it has not looked at. No file is stored"
    return [fail("scanner", text, f"{_LIMITS_CURE}. Or set UPLOAD_SCANNER_MAX_BYTES to less than its limits")]


def _small(size: str) -> Finding:
    return warn(
        "scanner",
        f"clamd does not look at a file of {size}, which UPLOAD_SCANNER_MAX_BYTES allows, and tells it: such "
        "files are refused only when they have been read",
        "raise StreamMaxLength, MaxFileSize and MaxScanSize in clamd.conf, or lower UPLOAD_SCANNER_MAX_BYTES",
    )


def _describe_fault(fault: "ScannerFault") -> Finding:
    cure = _REACH_CURES.get(fault.why, _OTHER_CURE)
    return fail("scanner", f"clamd gives no answer ({fault.why.replace('_', ' ')}). No file is stored", cure)
