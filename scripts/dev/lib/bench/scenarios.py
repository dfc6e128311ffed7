"""What is measured: each function runs the implementations in turn and returns the medians of their figures.

Knows: sizes (in bytes; GB is 10^9), rounds, and what each figure means.
Must not know: targets, tables.
"""

import re
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import trustme

from bench import processes, sender
from bench.processes import Program

GB = 10**9
MB = 10**6
Figures = dict[str, float]
Results = dict[str, Figures]


@contextmanager
def sink(*options: str, tls: bool = False) -> Iterator[tuple[Program, str, str | None]]:
    """Start a storage; its process, a URL that looks signed, and the certificate to trust (with `tls`)."""
    with ExitStack() as stack:
        certificate = None
        if tls:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            authority, certificate = trustme.CA(), str(folder / "authority.pem")
            authority.cert_pem.write_to_path(certificate)
            chain = folder / "chain.pem"
            authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(str(chain))
            options = ("--tls", str(chain), *options)
        command = [sys.executable, "-m", "bench.sink", *options]
        program = stack.enter_context(Program(command, talks=True))
        yield program, sender.presigned(int(program.first_line()), "https" if tls else "http"), certificate


@contextmanager
def contenders(
    names: Iterable[str],
    url: str,
    certificate: str | None,
    builds: Mapping[str, Mapping[str, str]] | None = None,
) -> Iterator[dict[str, tuple[Program, int]]]:
    """Start these implementations; each one's process and port. `builds`: see `processes.start`."""
    with ExitStack() as stack:
        found = {}
        for name in names:
            build = (builds or {}).get(name)
            program, port = processes.start(name, url.rsplit("/", 2)[0] + "/", certificate, build)
            stack.callback(program.stop)
            found[name] = (program, port)
        yield found


def send(port: int, url: str, size: int, order: str, *options: str) -> list[tuple[float, float]]:
    """Send in a process of its own; for each upload, when its first byte left, and its seconds."""
    command = [sys.executable, "-m", "bench.sender", str(port), url, str(size), order, *options]
    with Program(command, talks=True) as program:
        if program.process.wait():
            raise SystemExit("an upload was refused: see above")
        while len(program.lines) < 1:
            time.sleep(0.01)
        return [(float(line.split()[0]), float(line.split()[1])) for line in program.lines]


def medians(samples: dict[str, list[Figures]]) -> Results:
    """The median of each figure."""
    return {
        name: {key: statistics.median(each[key] for each in figures) for key in figures[0]}
        for name, figures in samples.items()
    }


def large(names: list[str], size: int, rounds: int, order: str, *, tls: bool = False) -> Results:
    """One large file at a time: CPU seconds per GB, MB/s, seconds to storage's first byte, peak MB."""
    samples: dict[str, list[Figures]] = {name: [] for name in names}
    with sink(tls=tls) as (storage, url, certificate), contenders(names, url, certificate) as running:
        for _program, port in running.values():
            send(port, url, MB, order)
        for _ in range(rounds):
            for name, (program, port) in running.items():
                before, seen = program.cpu_seconds(), len(storage.lines)
                ((first, seconds),) = send(port, url, size, order)
                while len(storage.lines) == seen:
                    time.sleep(0.01)
                samples[name].append(
                    {
                        "cpu_s_per_gb": (program.cpu_seconds() - before) / size * GB,
                        "mb_per_s": size / MB / seconds,
                        "first_byte_ms": (float(storage.lines[-1]) - first) * 1000,
                        "peak_mb": program.peak_bytes() / MB,
                    }
                )
    return medians(samples)


def posts(size: int, times: int, rounds: int) -> Results:
    """The same files by a PUT and by a presigned POST, in turn: CPU ms for each, MB/s."""
    orders = {"PUT": "url", "POST": "post"}
    samples: dict[str, list[Figures]] = {name: [] for name in orders}
    with sink() as (_, url, _certificate), contenders(["us"], url, None) as running:
        program, port = running["us"]
        for order in orders.values():
            send(port, url, size, order)
        for _ in range(rounds):
            for name, order in orders.items():
                before = program.cpu_seconds()
                seconds = sum(each[1] for each in send(port, url, size, order, "--times", str(times)))
                used = program.cpu_seconds() - before
                samples[name].append({"cpu_ms": used / times * 1000, "mb_per_s": size * times / MB / seconds})
    return medians(samples)


LUA = """
local file = io.open("{body}", "rb")
wrk.method, wrk.body = "POST", file:read("*a")
file:close()
wrk.headers["Content-Type"] = "multipart/form-data; boundary={boundary}"
wrk.headers["X-File-Length"] = "{size}"
"""


def small(names: list[str], size: int, rounds: int, seconds: int) -> Results:
    """Images from 16 clients by wrk: requests per second, p50 and p99 in ms, CPU ms for each."""
    if not shutil.which("wrk"):
        print("left out: small images, because wrk is missing (Debian: apt install wrk)", file=sys.stderr)
        return {}
    samples: dict[str, list[Figures]] = {name: [] for name in names}
    with (
        tempfile.TemporaryDirectory() as folder,
        sink() as (_, url, _certificate),
        contenders(names, url, None) as running,
    ):
        script, body = Path(folder, "post.lua"), Path(folder, "body")
        before, after = sender.around(url, "url")
        body.write_bytes(before + sender.BLOCK[:size] + after)
        script.write_text(LUA.format(body=body, boundary=sender.BOUNDARY, size=size))
        for _program, port in running.values():
            wrk(script, port, 2)
        for _ in range(rounds):
            for name, (program, port) in running.items():
                used = program.cpu_seconds()
                figures, count = wrk(script, port, seconds)
                samples[name].append(figures | {"cpu_ms": (program.cpu_seconds() - used) / count * 1000})
    return medians(samples)


def wrk(script: Path, port: int, seconds: int) -> tuple[Figures, int]:
    """Let 16 clients upload for so many seconds; the figures, and the number of uploads."""
    url = f"http://127.0.0.1:{port}/upload-with-presigned"
    command = ["wrk", "-t1", "-c16", f"-d{seconds}", "--latency", "-s", str(script), url]
    with Program(command, talks=True) as program:
        program.process.wait()
        time.sleep(0.1)
        said = "".join(program.lines)
    count = re.search(r"(\d+) requests in", said)
    if "Non-2xx" in said or "Socket errors" in said or not count:
        raise SystemExit(f"wrk met failures:\n{said}")
    rate = re.search(r"Requests/sec: +([\d.]+)", said)
    assert rate
    figures = {"per_s": float(rate[1]), "p50_ms": _ms(said, "50%"), "p99_ms": _ms(said, "99%")}
    return figures, int(count[1])


def _ms(said: str, mark: str) -> float:
    found = re.search(rf"{mark} +([\d.]+)(us|ms|s)", said)
    assert found
    return float(found[1]) * {"us": 0.001, "ms": 1, "s": 1000}[found[2]]


def many(count: int, size: int, rate: int) -> Results:
    """`count` uploads at once to a slow storage (`rate` bytes per second for each): peak MB."""
    with sink("--rate", str(rate)) as (_, url, _certificate), contenders(["us"], url, None) as running:
        program, port = running["us"]
        command = [sys.executable, "-m", "bench.sender", str(port), url, str(size), "url"]
        senders = [Program(command, talks=True) for _ in range(count)]
        failed = sum(each.process.wait() != 0 for each in senders)
        if failed:
            raise SystemExit(f"{failed} of {count} uploads failed")
        return {"us": {"peak_mb": program.peak_bytes() / MB}}


def link(size: int, rate: int, rounds: int) -> Results:
    """Sender and storage both at `rate`: seconds through the service, and with a direct PUT."""
    samples: dict[str, list[Figures]] = {"us": [], "direct": []}
    with (
        sink("--rate", str(rate)) as (storage, url, _certificate),
        contenders(["us"], url, None) as running,
    ):
        ports = {"us": (running["us"][1], "url"), "direct": (int(storage.first_line()), "direct")}
        for _ in range(rounds):
            for name, (port, order) in ports.items():
                ((_first, seconds),) = send(port, url, size, order, "--rate", str(rate))
                samples[name].append({"seconds": seconds})
    return medians(samples)


def sizes(wanted: list[int], rounds: int) -> Results:
    """CPU seconds per GB at each size, in one process."""
    samples: dict[str, list[Figures]] = {str(size // MB): [] for size in wanted}
    with sink() as (_, url, _certificate), contenders(["us"], url, None) as running:
        program, port = running["us"]
        send(port, url, MB, "url")
        for _ in range(rounds):
            for size in wanted:
                times = max(1, 1000 * MB // size)
                before = program.cpu_seconds()
                send(port, url, size, "url", "--times", str(times))
                used = (program.cpu_seconds() - before) / times
                samples[str(size // MB)].append({"cpu_s_per_gb": used / size * GB})
    return medians(samples)


def fixed(names: list[str], count: int, rounds: int) -> Results:
    """CPU ms of an upload of 1 KB, one after another over one connection."""
    samples: dict[str, list[Figures]] = {name: [] for name in names}
    with sink() as (_, url, _certificate), contenders(names, url, None) as running:
        for _program, port in running.values():
            send(port, url, 1000, "url", "--times", "200")
        for _ in range(rounds):
            for name, (program, port) in running.items():
                before = program.cpu_seconds()
                send(port, url, 1000, "url", "--times", str(count))
                samples[name].append({"cpu_ms": (program.cpu_seconds() - before) / count * 1000})
    return medians(samples)
