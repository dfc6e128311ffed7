"""What requests that are meant to hurt cost the service in CPU, compared with plain uploads.

Knows: how they are sent and measured.
Rules: the plain uploads carry as many bytes in as many requests on as many connections. The number of
connections is bounded.
Must not know: what the requests are made of.
"""

import argparse
import re
import socket
import time
from collections.abc import Callable
from contextlib import suppress

from bench import scenarios
from bench.hostile_requests import ATTACKS, Attack, plain_upload
from bench.processes import Program

BOUND = 20.0
# CPU is counted in hundredths of a second: sent until there are enough of them, or so many connections.
ENOUGH_CPU_SECONDS = 0.5
MOST_CONNECTIONS = 1500
MOST_SECONDS = 20.0
ANSWER_SECONDS = 20.0
_STATUS = re.compile(rb"(?:^|})HTTP/1\.[01] (\d{3}) ", re.MULTILINE)


def send_writes(port: int, writes: list[bytes], requests: int, pause: float) -> tuple[int, str]:
    """Make these writes on one connection; how many bytes were taken, and the status of the last response."""
    taken = 0
    with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError):  # the service hung up: what counts is what it cost
            for data in writes:
                line.sendall(data)
                taken += len(data)
                if pause:
                    time.sleep(pause)
        return taken, _last_status(line, requests)


def _last_status(line: socket.socket, wanted: int) -> str:
    """The status of the last response that is wanted, or of the last one that came; "-" if none did."""
    heard = b""
    with suppress(OSError):
        while len(_STATUS.findall(heard)) < wanted or not heard.endswith(b"}"):
            received = line.recv(65536)
            if not received:
                break
            heard += received
    return next((found.decode() for found in reversed(_STATUS.findall(heard))), "-")


def cost(program: Program, send: Callable[[], tuple[int, str]]) -> tuple[float, int, str]:
    """CPU seconds and bytes for each connection, and the last response's status."""
    send()
    used, began, count, total, status = program.cpu_seconds(), time.monotonic(), 0, 0, "-"
    while count < MOST_CONNECTIONS and time.monotonic() - began < MOST_SECONDS:
        taken, status = send()
        total, count = total + taken, count + 1
        if program.cpu_seconds() - used >= ENOUGH_CPU_SECONDS:
            break
    time.sleep(0.2)  # for what it does after the last response
    return (program.cpu_seconds() - used) / count, total // count, status


def plain(program: Program, port: int, url: str, taken: int, requests: int) -> float:
    """CPU seconds of plain uploads with as many bytes in as many requests, on one connection."""
    (upload,) = plain_upload(taken // requests)(url)

    def send() -> tuple[int, str]:
        with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for _ in range(requests):
                line.sendall(upload)
                status = _last_status(line, 1)
            return len(upload) * requests, status

    seconds, _, status = cost(program, send)
    assert status == "200", status
    return seconds


def row(each: Attack, program: Program, port: int, url: str) -> tuple[int, str, float, float]:
    """Bytes and status of a connection, its CPU in µs, and that as a multiple of plain uploads."""
    writes = each.writes(url)
    seconds, taken, status = cost(program, lambda: send_writes(port, writes, each.requests, each.pause))
    return taken, status, seconds * 1e6, seconds / plain(program, port, url, taken, each.requests)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="./scripts/dev/bench-hostile", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="WORD", help="those whose names contain one of these")
    options = parser.parse_args()
    chosen = [each for each in ATTACKS if not options.only or any(w in each.name for w in options.only)]
    worst = 0.0
    print("| requests | bytes | answer | CPU µs | times a plain upload | |\n|---|---|---|---|---|---|")
    with scenarios.sink() as (_, url, _certificate), scenarios.contenders(["us"], url, None) as running:
        program, port = running["us"]
        plain(program, port, url, 200_000, 1)
        for each in chosen:
            taken, status, micros, ratio = row(each, program, port, url)
            worst = max(worst, ratio)
            met = "" if ratio < BOUND else "**over**"
            print(f"| {each.name} | {taken} | {status} | {micros:.0f} | {ratio:.2g} | {met} |", flush=True)
    print(f"\nWorst: {worst:.2g} times, wanted: under {BOUND:g}")


if __name__ == "__main__":
    main()
