"""Checks the network to storage: the addresses of its name, which of them may be dialled, which answer.

Knows: how the service resolves names, and how long it waits for a connection.
Rules: a socket is made only for an address that the address policy allows. Every socket is closed here.
Must not know: TLS, HTTP, the URL beyond its host and port.
"""

import asyncio
import os
import socket
import time
from collections.abc import Sequence
from typing import NamedTuple

from upload_service.doctor.finding import Finding, fail, format_ms, ok, warn
from upload_service.errors.upload_error import CATALOGUE
from upload_service.storage.address_policy import judge_address
from upload_service.storage.connection_pools import CONNECT_SECONDS
from upload_service.storage.name_lookups import NameLookups

_CONNECT_CURE = (
    "check host and port where the URL is signed, that the store runs, and that a firewall or security group "
    "lets this machine reach it"
)


class ConnectResult(NamedTuple):
    """The result of one attempt to connect. `fault` says why it failed; None if it succeeded."""

    address: str
    seconds: float
    fault: str | None


async def resolve(host: str, port: int) -> tuple[Finding, list[str]]:
    """The IP addresses of a host, resolved in the same way as for an upload; none if that fails."""
    if judge_address(host, port, listed=True) != "unreadable":
        return ok("DNS", f"{host} is an address: there is nothing to look up"), [host]
    started, names = time.monotonic(), NameLookups()
    try:
        answers = await names.resolve(host, port, family=socket.AF_UNSPEC)
    except OSError as error:
        entry = CATALOGUE["storage_name_unresolved"]
        why = f"{host} has no address: {error.strerror or 'it is not known'} (after {_since(started)})"
        return fail("DNS", why, f"{entry.cure} In a container: does it have a name server?"), []
    finally:
        await names.close()
    addresses = list(dict.fromkeys(answer["host"] for answer in answers))
    return ok("DNS", f"{host} is {', '.join(addresses)} (after {_since(started)})"), addresses


def check_addresses(addresses: Sequence[str], port: int, *, listed: bool) -> tuple[list[Finding], list[str]]:
    """What the address policy says about each address, and the addresses that it allows.

    `listed`: see `judge_address`. A refused address is a warning if another one is allowed.
    """
    refused = {ip: why for ip in addresses if (why := judge_address(ip, port, listed=listed))}
    allowed = [ip for ip in addresses if ip not in refused]
    warn_or_fail = warn if allowed else fail
    findings = [
        warn_or_fail("address", f"{ip} is not dialled: {why.replace('_', ' ')}", _refusal_cure(ip, port))
        for ip, why in refused.items()
    ]
    if allowed:
        findings.append(ok("address", f"{', '.join(allowed)} may be dialled"))
    return findings, allowed


def _refusal_cure(address: str, port: int) -> str:
    if judge_address(address, port, listed=True):
        return "no store may be there, listed or not: check the name where it is resolved"
    return CATALOGUE["address_refused"].cure


async def connect(addresses: Sequence[str], port: int) -> tuple[list[Finding], str | None]:
    """Connect to all addresses at once. Returns the first of them, in their order, that answers, or None."""
    results = await asyncio.gather(*(_connect(address, port) for address in addresses))
    connected = [result for result in results if result.fault is None]
    warn_or_fail = warn if connected else fail
    findings = [
        warn_or_fail("connect", f"{ip} port {port}: {fault} (after {format_ms(seconds)})", _CONNECT_CURE)
        for ip, seconds, fault in results
        if fault
    ]
    findings += [
        ok("connect", f"{ip} port {port} answers after {format_ms(seconds)}") for ip, seconds, _ in connected
    ]
    return findings, connected[0].address if connected else None


async def _connect(address: str, port: int) -> ConnectResult:
    loop, started = asyncio.get_running_loop(), time.monotonic()
    fault = None
    try:
        # On a system without IPv6, making the socket fails already.
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as new:
            new.setblocking(False)
            async with asyncio.timeout(CONNECT_SECONDS):
                await loop.sock_connect(new, (address, port))
    except TimeoutError:
        fault = f"no answer in {CONNECT_SECONDS} seconds"
    except OSError as error:
        fault = os.strerror(error.errno) if error.errno else "no connection"
    return ConnectResult(address, time.monotonic() - started, fault)


def _since(started: float) -> str:
    return format_ms(time.monotonic() - started)
