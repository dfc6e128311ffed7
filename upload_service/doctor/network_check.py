"""The way to storage, step by step: the name's addresses, which of them may be dialled, which answer.

Knows: how the service resolves names and how long it waits for a connection.
Rules: a socket is made only for an address that the guard lets pass; every socket is closed here.
Must not know: TLS, HTTP, the URL beyond its host and port.
"""

import asyncio
import os
import socket
import time
from collections.abc import Sequence
from typing import NamedTuple

import aiohttp

from upload_service.doctor.finding import Finding, fail, ms, ok, warn
from upload_service.errors.upload_error import CATALOGUE
from upload_service.storage.address_policy import judge_address
from upload_service.storage.session import CONNECT_SECONDS


class Tried(NamedTuple):
    """What came of one connection: how long it took, and why there was none."""

    address: str
    seconds: float
    fault: str | None


async def look_up(host: str, port: int) -> tuple[Finding, list[str]]:
    """The addresses of a name, found as the service finds them."""
    if judge_address(host, port, listed=True) != "unreadable":
        return ok("DNS", f"{host} is an address: there is nothing to look up"), [host]
    started, resolver = time.monotonic(), aiohttp.DefaultResolver()
    try:
        found = await resolver.resolve(host, port, family=socket.AF_UNSPEC)
    except OSError as error:
        entry = CATALOGUE["storage_name_unresolved"]
        why = f"{host} has no address: {error.strerror or 'it is not known'} (after {_since(started)})"
        return fail("DNS", why, f"{entry.cure} In a container: does it have a name server?"), []
    finally:
        await resolver.close()
    addresses = list(dict.fromkeys(each["host"] for each in found))
    return ok("DNS", f"{host} is {', '.join(addresses)} (after {_since(started)})"), addresses


def may_be_dialled(addresses: Sequence[str], port: int, *, listed: bool) -> tuple[list[Finding], list[str]]:
    """What the guard says of each address, and those that it lets pass."""
    refused = {each: why for each in addresses if (why := judge_address(each, port, listed=listed))}
    passed = [each for each in addresses if each not in refused]
    judged = warn if passed else fail
    findings = [
        judged("address", f"{each} is not dialled: {why.replace('_', ' ')}", _hope(each, port))
        for each, why in refused.items()
    ]
    if passed:
        findings.append(ok("address", f"{', '.join(passed)} may be dialled"))
    return findings, passed


def _hope(address: str, port: int) -> str:
    if judge_address(address, port, listed=True):
        return "no store may be there, listed or not: check the name where it is resolved"
    return CATALOGUE["address_refused"].cure


async def connect(addresses: Sequence[str], port: int) -> tuple[list[Finding], str | None]:
    """Try all of them at once; the first in their order that answers."""
    tried = await asyncio.gather(*(_try(address, port) for address in addresses))
    answered = [each for each in tried if each.fault is None]
    judged = warn if answered else fail
    findings = [
        judged("connect", f"{each.address} port {port}: {each.fault} (after {ms(each.seconds)})", _CURE)
        for each in tried
        if each.fault
    ]
    findings += [
        ok("connect", f"{each.address} port {port} answers after {ms(each.seconds)}") for each in answered
    ]
    return findings, answered[0].address if answered else None


_CURE = (
    "check host and port where the URL is signed, that the store runs, and that a firewall or security group "
    "lets this machine reach it"
)


async def _try(address: str, port: int) -> Tried:
    loop, started = asyncio.get_running_loop(), time.monotonic()
    fault = None
    try:
        # Where the system has no IPv6 there is not even a socket for such an address.
        with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as made:
            made.setblocking(False)
            async with asyncio.timeout(CONNECT_SECONDS):
                await loop.sock_connect(made, (address, port))
    except TimeoutError:
        fault = f"no answer in {CONNECT_SECONDS} seconds"
    except OSError as error:
        fault = os.strerror(error.errno) if error.errno else "no connection"
    return Tried(address, time.monotonic() - started, fault)


def _since(started: float) -> str:
    return ms(time.monotonic() - started)
