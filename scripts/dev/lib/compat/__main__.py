"""./scripts/dev/compat: starts stores and service, runs every case against each store, prints the table.

Knows: the order of the steps, and where the table is kept.
"""

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

from devtools.service_process import ServiceEnded, ServiceProcess, run_service

from compat.azurite import azurite
from compat.case import Case, run
from compat.matrix import CASES
from compat.minio import minio
from compat.seaweedfs import seaweed
from compat.table import Outcome, page, table
from compat.target import NotHere, StoreFault, Target
from compat.versitygw import versitygw
from upload_service import __version__

PAGE = Path(__file__).resolve().parents[4] / "docs" / "compatibility.md"

Starter = Callable[[Path], AbstractContextManager[Target]]
STORES: dict[str, Starter] = {
    "SeaweedFS": seaweed,
    "MinIO": minio,
    "versitygw": versitygw,
    "Azurite": azurite,
}


def compare(cases: Sequence[Case], stores: dict[str, Starter]) -> Outcome:
    """Start everything and fill the table; raises StoreFault when no store can be had."""
    outcome = Outcome()
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="compat-")))
        targets: list[Target] = []
        for name, start in stores.items():
            (root / name).mkdir()
            try:
                targets.append(stack.enter_context(start(root / name)))
            except NotHere as reason:
                outcome.left_out[name] = str(reason)
        if not targets:
            raise StoreFault("\n".join(f"{name}: {reason}" for name, reason in outcome.left_out.items()))
        (root / "service").mkdir()
        listed = ",".join(target.prefix for target in targets)
        service = stack.enter_context(run_service(root / "service", UPLOAD_DESTINATIONS=listed))
        for target in targets:
            target.set_up()
            outcome.versions[target.name] = target.version
            _fill(outcome, cases, target, service)
    return outcome


def _fill(outcome: Outcome, cases: Sequence[Case], target: Target, service: ServiceProcess) -> None:
    """One store's column."""
    for number, case in enumerate(cases):
        cell = run(case, target, f"case-{number:02}", service)
        outcome.cells.setdefault(case.name, {})[target.name] = cell


def main() -> int:
    """The exit status: 1 when a cell is not as expected."""
    chosen = _arguments()
    # So that the stores end with us.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        outcome = compare(CASES, STORES)
    except (StoreFault, ServiceEnded) as fault:
        print(fault, file=sys.stderr)
        return 1
    print("\n".join(table(CASES, outcome)))
    for name, reason in outcome.left_out.items():
        print(f"{name} is left out: {reason}", file=sys.stderr)
    strange = outcome.strange()
    for line in strange:
        print(line, file=sys.stderr)
    if chosen.write:
        return _write(outcome, strange)
    return 1 if strange else 0


def _write(outcome: Outcome, strange: Sequence[str]) -> int:
    """Into docs/, whole and sound or not at all."""
    if outcome.left_out or strange:
        print("Nothing is written: a store is missing, or a cell is not as expected.", file=sys.stderr)
        return 1
    PAGE.write_text(page(CASES, outcome, time.strftime("%Y-%m-%d"), __version__), encoding="utf-8")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./scripts/dev/compat",
        description="Upload to real stores through the service, read back, and print a table.",
    )
    parser.add_argument("--write", action="store_true", help="put the table into docs/compatibility.md")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
