"""./scripts/dev/bench-ways: one file as one PUT, as one presigned POST, and in parts at once, in turns.

Knows: how each way sends the file.
Rules: each way has a process of the service for itself, because its peak of memory never falls; a ratio
compares two figures of one round. The control is the first way in a second process.
Must not know: how a process is started or measured.
"""

import argparse
import platform
import sys
from typing import NamedTuple

from bench import scenarios
from bench.builds import THIS
from bench.pairs import CONTROL, US, Figures, Rounds, table
from bench.processes import Program
from bench.scenarios import GB, MB


class Way(NamedTuple):
    """The file goes in so many equal parts at once; `order` is the sender's."""

    parts: int
    order: str


WAYS = {
    US: Way(1, "url"),
    CONTROL: Way(1, "url"),
    "one presigned POST": Way(1, "post"),
    "two parts at once": Way(2, "url"),
    "four parts at once": Way(4, "url"),
}


def measure(contender: tuple[Program, int], url: str, way: Way, size: int) -> Figures:
    """The whole file, once."""
    program, port = contender
    used = program.cpu_seconds()
    command = [sys.executable, "-m", "bench.sender", str(port), url, str(size // way.parts), way.order]
    senders = [Program(command, talks=True) for _ in range(way.parts)]
    if any(each.process.wait() for each in senders):
        raise SystemExit("an upload was refused: see above")
    return {
        "CPU s per GB": (program.cpu_seconds() - used) / size * GB,
        "peak MB": program.peak_bytes() / MB,
    }


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="./scripts/dev/bench-ways", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--mb", type=int, default=256, help="of the file")
    options = parser.parse_args()
    print(f"{platform.machine()}, CPython {platform.python_version()}, {options.rounds} rounds", flush=True)
    found: Rounds = {name: [] for name in WAYS}
    builds = {name: THIS.environment() for name in WAYS}
    names = list(WAYS)
    with (
        scenarios.sink() as (_, url, certificate),
        scenarios.contenders(names, url, certificate, builds) as running,
    ):
        for name in names:
            measure(running[name], url, WAYS[name], MB)
        for number in range(options.rounds):
            first = number % len(names)
            for name in names[first:] + names[:first]:
                found[name].append(measure(running[name], url, WAYS[name], options.mb * MB))
    print(f"\n## {options.mb} MB as one PUT\n\n{table(found)}", flush=True)


if __name__ == "__main__":
    main()
