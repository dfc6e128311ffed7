"""./scripts/dev/bench: runs the scenarios, prints their tables, and compares the service with its targets.

Must not know: how anything is measured.
"""

import argparse
import json
import os
import platform
from collections.abc import Callable
from pathlib import Path

from bench import scenarios
from bench.scenarios import MB, Results

STREAMING = ["us", "node", "aiohttp_multipart", "plain_sockets", "fastapi"]
IMAGES = [*STREAMING, "fastapi_client_each"]
WITH_TLS = ["us", "node", "aiohttp_multipart", "fastapi"]


def runs(rounds: int, *, quick: bool) -> dict[str, Callable[[], Results]]:
    """Every scenario by name."""
    size = 256 * MB if quick else 1000 * MB
    return {
        "large, URL first": lambda: scenarios.large(STREAMING, size, rounds, "url"),
        "large, URL first, TLS to storage": lambda: scenarios.large(WITH_TLS, size, rounds, "url", tls=True),
        "large, file first": lambda: scenarios.large(WITH_TLS, size, rounds, "file"),
        "200 KB images, 16 clients": lambda: scenarios.small(IMAGES, 200_000, rounds, 2 if quick else 5),
        "64 at once, slow storage": lambda: scenarios.many(64, (32 if quick else 256) * MB, 8 * MB),
        "100 Mbit/s in and out": lambda: scenarios.link((16 if quick else 64) * MB, 12_500_000, rounds),
        "sizes in MB": lambda: scenarios.sizes(
            [each * MB for each in ((16, 64, 256) if quick else (16, 64, 256, 1000, 4000))], rounds
        ),
        "1 KB, 16 clients": lambda: scenarios.small(["us", "node"], 1000, rounds, 2 if quick else 5),
        "allowed types, 200 KB images": lambda: scenarios.small(
            ["us", "us_allowed_types"], 200_000, rounds, 2 if quick else 5
        ),
        "large, PUT and POST": lambda: scenarios.posts(size, 1, rounds),
        "200 KB, PUT and POST": lambda: scenarios.posts(200_000, 200 if quick else 2000, rounds),
        "1 KB, one after another": lambda: scenarios.fixed(["us", "node"], 500 if quick else 2000, rounds),
    }


def table(results: Results) -> str:
    """The figures as Markdown, and in brackets each as a multiple of the service's."""
    keys = list(next(iter(results.values())))
    own = results.get("us", {})
    rows = [f"| | {' | '.join(keys)} |", f"|---|{'---|' * len(keys)}"]
    for name, figures in results.items():
        cells = [
            f"{figures[key]:.3g}" + (f" ({figures[key] / own[key]:.2f}x)" if own and name != "us" else "")
            for key in keys
        ]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows)


def targets(found: dict[str, Results]) -> list[tuple[str, float, str, float]]:
    """For each target whose scenario ran: its name, the measured value, the comparison and the bound."""

    def ratio(scenario: str, figure: str, peer: str, base: str | None = None) -> float | None:
        try:
            return found[scenario]["us"][figure] / found[base or scenario][peer][figure]
        except KeyError:
            return None

    url_first, cpu = "large, URL first", "cpu_s_per_gb"
    images = "200 KB images, 16 clients"
    spread = [each[cpu] for each in found.get("sizes in MB", {}).values()]
    rows = [
        ("CPU per GB, URL first / Node busboy", ratio(url_first, cpu, "node"), "≤", 0.50),
        ("CPU per GB, URL first / FastAPI + httpx", ratio(url_first, cpu, "fastapi"), "≤", 0.30),
        ("CPU per GB, URL first / plain sockets", ratio(url_first, cpu, "plain_sockets"), "≤", 2.2),
        ("CPU per GB, TLS / Node busboy", ratio("large, URL first, TLS to storage", cpu, "node"), "≤", 0.55),
        ("CPU per GB, file first / Node busboy URL first", ratio("large, file first", cpu, "node", url_first),
         "≤", 0.9),
        ("images per second / Node busboy", ratio(images, "per_s", "node"), "≥", 1.0),
        ("images per second / FastAPI + httpx", ratio(images, "per_s", "fastapi"), "≥", 60),
        ("images per second / FastAPI + httpx, a client each",
         ratio(images, "per_s", "fastapi_client_each"), "≥", 60),
        ("peak MB, 64 at once", found.get("64 at once, slow storage", {}).get("us", {}).get("peak_mb"),
         "≤", 150),
        ("time on a limited link / direct PUT", ratio("100 Mbit/s in and out", "seconds", "direct"),
         "≤", 1.05),
        ("CPU per GB over sizes, most / least", max(spread) / min(spread) if spread else None, "≤", 1.15),
        ("CPU ms of a 1 KB upload, 16 clients", found.get("1 KB, 16 clients", {}).get("us", {}).get("cpu_ms"),
         "≤", 0.3),
        ("CPU ms of a 1 KB upload, one after another",
         found.get("1 KB, one after another", {}).get("us", {}).get("cpu_ms"), "≤", 0.3),
    ]  # fmt: skip
    return [(name, value, sign, bound) for name, value, sign, bound in rows if value is not None]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="./scripts/dev/bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="smaller files")
    parser.add_argument("--only", nargs="+", metavar="SCENARIO", help="those whose names begin so")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, CPython {platform.python_version()}, medians of "
          f"{options.rounds}\n")  # fmt: skip
    found: dict[str, Results] = {}
    for name, run in runs(options.rounds, quick=options.quick).items():
        if options.only and not name.startswith(tuple(options.only)):
            continue
        results = run()
        if results:
            found[name] = results
            print(f"## {name}\n\n{table(results)}\n", flush=True)
    print("## Targets\n\n| | measured | wanted | |\n|---|---|---|---|")
    for name, value, sign, bound in targets(found):
        met = value <= bound if sign == "≤" else value >= bound
        print(f"| {name} | {value:.3g} | {sign} {bound} | {'yes' if met else '**no**'} |")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
