"""What requests that are meant to hurt cost the service: CPU, compared with plain uploads, memory, and time
in which its event loop stands still.

Knows: how they are sent and measured.
Rules: the plain uploads carry as many bytes in as many requests on as many connections. The number of
connections is bounded. Memory and the loop are measured in a second process, with some connections at once:
how far the resident set grew at most, for each connection, the first time; and the longest step of the loop.
Must not know: what the requests are made of.
"""

import argparse
import os
import re
import socket
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench import scenarios
from bench.hostile_requests import ATTACKS, Attack, plain_upload
from bench.processes import Program
from bench.watched_service import DOUBLE

BOUND = 10.0
LONGEST_STEP_MS = 20.0
AT_ONCE = 8
TIMES = 3
# CPU is counted in hundredths of a second: sent until there are enough of them, or so many connections.
ENOUGH_CPU_SECONDS = 0.5
MOST_CONNECTIONS = 1500
MOST_SECONDS = 20.0
ANSWER_SECONDS = 20.0
_STATUS = re.compile(rb"(?:^|})HTTP/1\.[01] (\d{3}) ", re.MULTILINE)


def send_writes(port: int, writes: list[bytes], each: Attack) -> tuple[int, str]:
    """Make these writes on one connection; how many bytes were taken, and the status of the last response."""
    taken = 0
    with socket.create_connection(("127.0.0.1", port), timeout=each.silence or ANSWER_SECONDS) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError):  # the service hung up, or takes no more: what counts is what it cost
            for data in writes:
                rest = memoryview(data)
                while rest:
                    count = line.send(rest)
                    rest, taken = rest[count:], taken + count
                if each.pause:
                    time.sleep(each.pause)
        time.sleep(each.silence)
        return taken, "" if each.silence else _last_status(line, each.requests)


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


class Watched:
    """The second process: what some connections at once do to its memory and its loop."""

    def __init__(self, program: Program, port: int, steps: Path) -> None:
        self._program = program
        self._port = port
        self._steps = steps

    def look(self, writes: list[bytes], each: Attack) -> tuple[float, float]:
        """MB that the process grew for each connection, and the longest step in ms."""
        grown, steps = [], []
        for _ in range(TIMES):
            before = self._program.resident_bytes()
            with self._steps.open("r+b") as file:  # never cut shorter: the service has it in its memory
                file.write(DOUBLE.pack(0.0))
            senders = [
                threading.Thread(target=send_writes, args=(self._port, writes, each)) for _ in range(AT_ONCE)
            ]
            for sender in senders:
                sender.start()
            for sender in senders:
                sender.join()
            time.sleep(0.1)
            grown.append((self._program.peak_bytes() - before) / scenarios.MB / AT_ONCE)
            steps.append(DOUBLE.unpack(self._steps.read_bytes())[0] * 1000)
        return grown[0], max(steps)


@dataclass
class Row:
    """What one kind of request costs. `ratio`: its CPU as a multiple of plain uploads."""

    taken: int
    status: str
    micros: float
    ratio: float
    megabytes: float
    step_ms: float

    @property
    def is_over(self) -> bool:
        """Whether it costs more than it may."""
        return self.ratio >= BOUND or self.step_ms >= LONGEST_STEP_MS


def measure(each: Attack, program: Program, port: int, url: str, watched: Watched) -> Row:
    """Send it to both processes."""
    writes = each.writes(url)
    seconds, taken, status = cost(program, lambda: send_writes(port, writes, each))
    ratio = seconds / plain(program, port, url, taken, each.requests)
    return Row(taken, status, seconds * 1e6, ratio, *watched.look(writes, each))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="./scripts/dev/bench-hostile", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="WORD", help="those whose names contain one of these")
    options = parser.parse_args()
    chosen = [each for each in ATTACKS if not options.only or any(w in each.name for w in options.only)]
    with tempfile.TemporaryDirectory() as folder:
        steps = Path(folder, "longest-step")
        steps.write_bytes(DOUBLE.pack(0.0))
        os.environ["BENCH_LONGEST_STEP"] = str(steps)
        run(chosen, steps)


def run(chosen: list[Attack], steps: Path) -> None:
    """Print the table."""
    ratio = step = 0.0
    print("| requests | bytes | answer | CPU µs | times a plain upload | MB | longest step ms | |")
    print("|---|---|---|---|---|---|---|---|")
    names = ["us", "us_watched"]
    with scenarios.sink() as (_, url, _certificate), scenarios.contenders(names, url, None) as running:
        program, port = running["us"]
        watched = Watched(*running["us_watched"], steps)
        plain(program, port, url, 200_000, 1)
        for each in chosen:
            found = measure(each, program, port, url, watched)
            ratio, step = max(ratio, found.ratio), max(step, found.step_ms)
            cells = (
                each.name, found.taken, found.status, f"{found.micros:.0f}", f"{found.ratio:.2g}",
                f"{found.megabytes:.2f}", f"{found.step_ms:.1f}", "**over**" if found.is_over else "",
            )  # fmt: skip
            print("|", " | ".join(map(str, cells)), "|", flush=True)
    print(f"\nWorst: {ratio:.2g} times, wanted: under {BOUND:g}; {step:.1f} ms, under {LONGEST_STEP_MS:g}")


if __name__ == "__main__":
    main()
