"""./scripts/dev/bench-pairs: the service, itself again, other builds and other implementations, in turns.

Knows: who takes part in which kind of upload.
Rules: a ratio compares two figures of one round, in which all take turns; who is first is another one each
time. The control is this checkout in a second process: what its ratios are off from 1, the machine adds.
Must not know: how a process is started or measured.
"""

import argparse
import platform
import statistics
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench import scenarios, sender
from bench.builds import THIS, checked_out
from bench.processes import Program
from bench.scenarios import GB, LUA, MB
from bench.system_calls import calls_of

US, CONTROL = "us", "us, again (control)"
Figures = dict[str, float]
Rounds = dict[str, list[Figures]]
Environments = Mapping[str, Mapping[str, str]]


class Kind(NamedTuple):
    """`size` in bytes. `others`: the implementations beside the service. `seconds`: of a round of images."""

    size: int
    order: str
    others: tuple[str, ...] = ()
    tls: bool = False
    seconds: int = 0


def kinds(large: int, seconds: int) -> dict[str, Kind]:
    """All kinds of upload, by name."""
    images = ("aiohttp_bare", "node")
    return {
        "1 KB": Kind(1000, "url", images, seconds=seconds),
        "1 KB, file first": Kind(1000, "file", seconds=seconds),
        "200 KB": Kind(200_000, "url", images, seconds=seconds),
        "200 KB, file first": Kind(200_000, "file", ("node",), seconds=seconds),
        "large, URL first": Kind(large, "url", ("node", "plain_sockets")),
        "large, TLS to storage": Kind(large, "url", ("node",), tls=True),
        "large, file first": Kind(large, "file", ("node",)),
    }


def measure_kind(kind: Kind, builds: Environments, rounds: int) -> tuple[Rounds, dict[str, str]]:
    """The figures of all rounds, and each contender's system calls for a MB of a large file."""
    names = [US, CONTROL, *(name for name in builds if name not in (US, CONTROL)), *kind.others]
    found: Rounds = {name: [] for name in names}
    with (
        tempfile.TemporaryDirectory() as folder,
        scenarios.sink(tls=kind.tls) as (_, url, certificate),
        scenarios.contenders(names, url, certificate, builds) as running,
    ):
        script = wrk_script(Path(folder), kind, url)

        def measure(name: str) -> Figures:
            return images(running[name], script, kind) if kind.seconds else large(running[name], url, kind)

        for name in names:
            measure(name)
        for number in range(rounds):
            first = number % len(names)
            for name in names[first:] + names[:first]:
                found[name].append(measure(name))
        if kind.seconds:
            return found, {}
        calls = {name: calls_of(running[name][0], partial(measure, name)) for name in names}
    return found, {name: said.for_each(kind.size / MB) for name, said in calls.items() if said}


def wrk_script(folder: Path, kind: Kind, url: str) -> Path:
    """What wrk runs."""
    script, body = folder / "post.lua", folder / "body"
    if kind.seconds:
        before, after = sender.around(url, kind.order)
        body.write_bytes(before + sender.BLOCK[: kind.size] + after)
        script.write_text(LUA.format(body=body, boundary=sender.BOUNDARY, size=kind.size))
    return script


def images(contender: tuple[Program, int], script: Path, kind: Kind) -> Figures:
    """From 16 clients for some seconds."""
    program, port = contender
    used = program.cpu_seconds()
    figures, count = scenarios.wrk(script, port, kind.seconds)
    return {"CPU ms": (program.cpu_seconds() - used) / count * 1000, "per second": figures["per_s"]}


def large(contender: tuple[Program, int], url: str, kind: Kind) -> Figures:
    """One file."""
    program, port = contender
    used = program.cpu_seconds()
    ((_, seconds),) = scenarios.send(port, url, kind.size, kind.order)
    return {
        "CPU s per GB": (program.cpu_seconds() - used) / kind.size * GB,
        "MB per second": kind.size / MB / seconds,
        "peak MB": program.peak_bytes() / MB,
    }


def table(found: Rounds) -> str:
    """The service's medians, and its figures divided by those of each other: median and quartiles."""
    keys = list(found[US][0])
    rows = [f"| the service's figure, as a multiple of | {' | '.join(keys)} |", f"|---|{'---|' * len(keys)}"]
    for name, figures in found.items():
        if name == US:
            cells = [f"**{statistics.median(each[key] for each in figures):.3g}**" for key in keys]
        else:
            cells = [_ratio([own[key] / each[key] for own, each in zip(found[US], figures, strict=True)])
                     for key in keys]  # fmt: skip
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _ratio(ratios: list[float]) -> str:
    if len(ratios) < 2:
        return f"{ratios[0]:.2f}"
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return f"{middle:.2f} [{low:.2f}..{high:.2f}]"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="./scripts/dev/bench-pairs", description=__doc__)
    parser.add_argument("--against", nargs="*", default=[], metavar="COMMIT", help="builds to compare with")
    parser.add_argument("--only", nargs="+", metavar="KIND", help="those whose names begin so")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=2, help="of a round of small uploads")
    parser.add_argument("--mb", type=int, default=512, help="of a large file")
    options = parser.parse_args()
    print(f"{platform.machine()}, CPython {platform.python_version()}, {options.rounds} rounds", flush=True)
    with ExitStack() as stack:
        builds = {name: THIS.environment() for name in (US, CONTROL)}
        for commit in options.against:
            build = stack.enter_context(checked_out(commit))
            builds[build.name] = build.environment()
        for name, kind in kinds(options.mb * MB, options.seconds).items():
            if options.only and not name.startswith(tuple(options.only)):
                continue
            found, calls = measure_kind(kind, builds, options.rounds)
            print(f"\n## {name}\n\n{table(found)}", flush=True)
            for contender, said in calls.items():
                print(f"\n{contender}, system calls for a MB: {said}", flush=True)


if __name__ == "__main__":
    main()
