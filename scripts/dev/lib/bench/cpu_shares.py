"""What one process does with half a CPU, with one and with two: images per second, GB per hour.

Knows: how the kernel gives a process a share of the CPU (cgroups, 1 or 2), as it does for a container.
Must not know: what a task costs.
"""

import argparse
import os
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import scenarios, sender
from bench.processes import CORES, Program
from bench.scenarios import GB, LUA, MB

PERIOD_US = 100_000
GROUPS = Path("/sys/fs/cgroup")
NAME = "upload-service-bench"


@contextmanager
def share(program: Program, cpus: float) -> Iterator[None]:
    """While the block lasts, the program has so many CPUs, in slices of 0.1 seconds, as in a container."""
    quota = int(cpus * PERIOD_US)
    first = (GROUPS / "cpu").is_dir()
    group = GROUPS / "cpu" / NAME if first else GROUPS / NAME
    group.mkdir(exist_ok=True)
    if first:
        (group / "cpu.cfs_period_us").write_text(str(PERIOD_US))
        (group / "cpu.cfs_quota_us").write_text(str(quota))
    else:
        (group / "cpu.max").write_text(f"{quota} {PERIOD_US}")
    os.sched_setaffinity(program.process.pid, CORES if cpus > 1 else CORES[:1])
    (group / "cgroup.procs").write_text(str(program.process.pid))
    try:
        yield
    finally:
        (group.parent / "cgroup.procs").write_text(str(program.process.pid))
        group.rmdir()


def images(program: Program, script: Path, port: int, seconds: int) -> dict[str, float]:
    """200 KB each, from 16 callers."""
    used = program.cpu_seconds()
    figures, count = scenarios.wrk(script, port, seconds)
    used = program.cpu_seconds() - used
    return figures | {"cpu_ms": used / count * 1000, "cpus_used": used / seconds}


def large(program: Program, url: str, port: int) -> dict[str, float]:
    """1 GB."""
    used = program.cpu_seconds()
    ((_, seconds),) = scenarios.send(port, url, GB, "url")
    used = program.cpu_seconds() - used
    return {"gb_per_hour": 3600 / seconds, "cpu_s_per_gb": used, "large_cpus_used": used / seconds}


def measure(seconds: int, rounds: int, *, tls: bool) -> None:
    """All shares in turn; a line for each."""
    with (
        tempfile.TemporaryDirectory() as folder,
        scenarios.sink(tls=tls) as (_, url, certificate),
        scenarios.contenders(["us"], url, certificate) as running,
    ):
        program, port = running["us"]
        script, body = Path(folder, "post.lua"), Path(folder, "body")
        before, after = sender.around(url, "url")
        body.write_bytes(before + sender.BLOCK[:200_000] + after)
        script.write_text(LUA.format(body=body, boundary=sender.BOUNDARY, size=200_000))
        scenarios.wrk(script, port, 2)
        scenarios.send(port, url, MB, "url")
        for cpus in (0.5, 1.0, 2.0):
            with share(program, cpus):
                found = [
                    images(program, script, port, seconds) | large(program, url, port) for _ in range(rounds)
                ]
            figures = {key: statistics.median(each[key] for each in found) for key in found[0]}
            print("TLS" if tls else "plain", cpus, {key: float(f"{figures[key]:.3g}") for key in figures})


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="./scripts/dev/bench-cpu-shares", description=__doc__)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    for tls in (True, False):
        measure(options.seconds, options.rounds, tls=tls)
    print("load", os.getloadavg())


if __name__ == "__main__":
    main()
