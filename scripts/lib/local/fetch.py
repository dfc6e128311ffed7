"""./scripts/fetch: writes a stored object's bytes to standard output.

Rules: on a terminal it writes only text.
"""

import argparse
import http.client
import os
import sys

from local import running_store
from local.bucket import StoreError


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="./scripts/fetch",
        description="Write an object of the store that ./scripts/local runs to standard output.",
    )
    parser.add_argument("key", metavar="KEY", help="the object's name")
    key = parser.parse_args().key
    complaint = _fetch(key)
    if complaint:
        print(complaint, file=sys.stderr)
    return 1 if complaint else 0


def _fetch(key: str) -> str | None:
    """Copy the object; what went wrong, in one sentence, or None."""
    try:
        found = _show(key) if sys.stdout.isatty() else running_store.find().copy_to(key, sys.stdout.buffer)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has closed its end. Without this, Python would print another error when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return None
    except (StoreError, OSError, http.client.HTTPException) as error:
        return str(error)
    return None if found else f"There is no object {key!r} in the local store."


def _show(key: str) -> bool:
    """Print the object if it is text: other bytes can spoil a terminal."""
    content = running_store.find().get(key)
    if content is None:
        return False
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = "\0"
    if not all(letter.isprintable() or letter.isspace() for letter in text):
        raise StoreError(f"{key!r} is not text: send it to a file with ./scripts/fetch KEY > FILE.")
    print(text, end="")
    return True


if __name__ == "__main__":
    sys.exit(main())
