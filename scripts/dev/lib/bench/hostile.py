"""What requests meant to hurt cost: CPU of the service for each request byte, beside a plain upload.

Knows: how a shape is sent and counted.
Rules: a shape is compared with plain uploads that carry as many bytes in as many requests on as many
connections; a bounded number of each is sent.
Must not know: what the shapes are made of.
"""

import argparse
import re
import socket
import time
from collections.abc import Callable
from contextlib import suppress

from bench import hostile_requests, scenarios
from bench.hostile_requests import Shape
from bench.processes import Program

BOUND = 20.0
# CPU is counted in hundredths of a second: sent until there are enough of them, or so many connections.
ENOUGH_CPU_SECONDS = 0.5
MOST_CONNECTIONS = 1500
MOST_SECONDS = 20.0
ANSWER_SECONDS = 20.0
_STATUS = re.compile(rb"(?:^|})HTTP/1\.[01] (\d{3}) ", re.MULTILINE)


def play(port: int, pieces: list[bytes], requests: int, pause: float) -> tuple[int, str]:
    """Send the pieces on one connection; how many bytes were taken, and the status of the last answer."""
    taken = 0
    with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError):  # cut off: what counts is what it cost
            for piece in pieces:
                line.sendall(piece)
                taken += len(piece)
                if pause:
                    time.sleep(pause)
        return taken, _answers(line, requests)


def _answers(line: socket.socket, wanted: int) -> str:
    """The status of the last answer that is wanted, or of the last before the end; "-" without one."""
    heard = b""
    with suppress(OSError):
        while len(_STATUS.findall(heard)) < wanted or not heard.endswith(b"}"):
            piece = line.recv(65536)
            if not piece:
                break
            heard += piece
    return next((found.decode() for found in reversed(_STATUS.findall(heard))), "-")


def cost(program: Program, send: Callable[[], tuple[int, str]]) -> tuple[float, int, str]:
    """CPU seconds and bytes for each connection, and the last answer's status."""
    send()
    used, began, count, total, status = program.cpu_seconds(), time.monotonic(), 0, 0, "-"
    while count < MOST_CONNECTIONS and time.monotonic() - began < MOST_SECONDS:
        taken, status = send()
        total, count = total + taken, count + 1
        if program.cpu_seconds() - used >= ENOUGH_CPU_SECONDS:
            break
    time.sleep(0.2)  # what it does behind the last answer
    return (program.cpu_seconds() - used) / count, total // count, status


def plain(program: Program, port: int, url: str, taken: int, requests: int) -> float:
    """CPU seconds of plain uploads with as many bytes in as many requests, on one connection."""
    (upload,) = hostile_requests.plain(taken // requests)(url)

    def send() -> tuple[int, str]:
        with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for _ in range(requests):
                line.sendall(upload)
                status = _answers(line, 1)
            return len(upload) * requests, status

    seconds, _, status = cost(program, send)
    assert status == "200", status
    return seconds


def row(shape: Shape, program: Program, port: int, url: str) -> tuple[int, str, float, float]:
    """Bytes on a connection, status, µs of CPU on a connection, and the multiple of plain uploads."""
    pieces = shape.pieces(url)
    seconds, taken, status = cost(program, lambda: play(port, pieces, shape.requests, shape.pause))
    return taken, status, seconds * 1e6, seconds / plain(program, port, url, taken, shape.requests)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="./scripts/dev/bench-hostile", description=__doc__)
    parser.add_argument("--only", nargs="+", metavar="SHAPE", help="those whose names contain one of these")
    options = parser.parse_args()
    chosen = [
        each
        for each in hostile_requests.SHAPES
        if not options.only or any(w in each.name for w in options.only)
    ]
    worst = 0.0
    print("| shape | bytes | answer | CPU µs | times a plain upload | |\n|---|---|---|---|---|---|")
    with scenarios.sink() as (_, url, _certificate), scenarios.contenders(["us"], url, None) as running:
        program, port = running["us"]
        plain(program, port, url, 200_000, 1)
        for shape in chosen:
            taken, status, micros, ratio = row(shape, program, port, url)
            worst = max(worst, ratio)
            met = "" if ratio < BOUND else "**over**"
            print(f"| {shape.name} | {taken} | {status} | {micros:.0f} | {ratio:.2g} | {met} |", flush=True)
    print(f"\nWorst: {worst:.2g} times, wanted: under {BOUND:g}")


if __name__ == "__main__":
    main()
