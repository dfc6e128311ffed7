"""Small files that only this user can read, replaced whole."""

import json
import os
from pathlib import Path


def write_private(path: Path, content: object) -> None:
    """Write JSON."""
    write_private_text(path, json.dumps(content))


def write_private_text(path: Path, text: str) -> None:
    """Write text; a reader sees the old file or the new one, never half of one."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)
