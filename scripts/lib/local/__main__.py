"""./scripts/local: runs the service and an object store on this computer, until Ctrl-C."""

import argparse
import sys
from pathlib import Path

from local import ports
from local.stop_signals import StopSignals


def main() -> int:
    chosen = _arguments()
    stop = StopSignals()
    # Imported only now, because it takes a moment: a Ctrl-C meanwhile is counted already.
    from local import service_and_store

    complaint = service_and_store.run(chosen.port, chosen.data, stop)
    if complaint:
        print(complaint, file=sys.stderr)
    return 1 if complaint else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./scripts/local",
        description="Run the service and an object store on this computer, until Ctrl-C.",
    )
    parser.add_argument("--port", type=_port, default=8000, help="of the service (default: 8000)")
    root = Path(__file__).resolve().parents[3]
    parser.add_argument(
        "--data", type=Path, default=root / ".local", help="folder of the store (default: .local)"
    )
    return parser.parse_args()


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= ports.LAST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port number from 1 to {ports.LAST}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
