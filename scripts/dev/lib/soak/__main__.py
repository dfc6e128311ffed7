"""The command ./scripts/dev/soak: its arguments, the report, and exit status 1 with violations."""

import argparse
import asyncio
import random
import re
import sys

from devtools.service_process import ServiceEnded
from local.stop_signals import StopSignals

from soak.chaos import enclosure
from soak.chaos.run import run_chaos
from soak.run import WARM_UP, run_soak


def main() -> int:
    """Run the soak; the exit status."""
    chosen = _arguments()
    if chosen.chaos:
        return _chaos(chosen)
    stop = StopSignals()
    warm_up = min(WARM_UP, chosen.uploads // 2)
    work = run_soak(chosen.uploads, chosen.seed, chosen.clients, warm_up, stop.asked, stop.asked_again)
    try:
        report = asyncio.run(work)
    except ServiceEnded as error:
        print(error, file=sys.stderr)
        return 1
    print(report.text())
    return 1 if report.violations else 0


def _chaos(chosen: argparse.Namespace) -> int:
    if not enclosure.is_inside():
        enclosure.enter(["--chaos", "--seconds", str(chosen.seconds), "--seed", chosen.seed])
    print(f"seed {chosen.seed}", file=sys.stderr)
    try:
        report = asyncio.run(run_chaos(chosen.seconds, chosen.seed, StopSignals().asked))
    except ServiceEnded as error:
        print(error, file=sys.stderr)
        return 1
    print(report.text())
    return 1 if report.violations else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./scripts/dev/soak",
        description="Upload thousands of files through the service to a storage that misbehaves, and check.",
    )
    parser.add_argument("--uploads", type=_count, default=20_000, metavar="N", help="default: 20000")
    parser.add_argument("--seed", type=_word, metavar="S", help="of an earlier run, to repeat it")
    parser.add_argument("--clients", type=_count, default=48, metavar="C", help="at once (default: 48)")
    parser.add_argument(
        "--chaos", action="store_true", help="callers, names, disk and signals misbehave as well"
    )
    parser.add_argument("--seconds", type=_count, default=600, metavar="T", help="of --chaos (default: 600)")
    chosen = parser.parse_args()
    chosen.seed = chosen.seed or str(random.SystemRandom().randrange(10**6))
    return chosen


def _word(text: str) -> str:
    """The seed becomes a part of keys and request ids."""
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,40}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a word of up to 40 letters and digits")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
