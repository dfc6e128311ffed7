"""./scripts/presign: prints a presigned PUT URL for the store that ./scripts/local runs."""

import argparse
import sys
import time

from local import running_store
from local.bucket import StoreError

WEEK_SECONDS = 7 * 24 * 3600


def main() -> int:
    chosen = _arguments()
    key = chosen.key or time.strftime("example-%Y%m%d-%H%M%S.png")
    try:
        bucket = running_store.find()
    except StoreError as error:
        print(error, file=sys.stderr)
        return 1
    if not chosen.key:
        print(f"Key: {key}", file=sys.stderr)
    print(bucket.presign(key, content_type=chosen.content_type, expires=chosen.expires))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./scripts/presign",
        description="Print a presigned PUT URL for the store that ./scripts/local runs.",
    )
    parser.add_argument(
        "key", nargs="?", metavar="KEY", help="the object's name (default: one with the time)"
    )
    parser.add_argument("--content-type", metavar="T", help="sign this type: the upload must then have it")
    parser.add_argument("--expires", metavar="S", type=_seconds, default=3600, help="seconds (default: 3600)")
    return parser.parse_args()


def _seconds(text: str) -> int:
    """S3 accepts one second to a week."""
    if not text.isdecimal() or not 1 <= int(text) <= WEEK_SECONDS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {WEEK_SECONDS}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
