"""Small JSON files that only this user can read, replaced whole."""

import json
import os
from pathlib import Path


def write_private(path: Path, content: object) -> None:
    """Write JSON; a reader sees the old file or the new one, never half of one."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file)
    fresh.replace(path)
