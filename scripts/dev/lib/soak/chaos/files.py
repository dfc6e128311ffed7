"""The files of the chaos run: each one's bytes follow from its key.

Must not know: who sends or stores them.
"""

import random
from functools import lru_cache

from soak.upload_plan import EDGES, MAX_BYTES

# Of the keys in a real store, so that its disk does not fill.
REAL, MAX_REAL_BYTES = "real", 300_000
OLD_BYTES = 5000


@lru_cache(maxsize=128)
def content_of(key: str) -> bytes:
    """The file that belongs at this key."""
    dice = random.Random(key)  # noqa: S311 - the same each time
    size = dice.choice(EDGES) if dice.random() < 0.1 else int((MAX_BYTES + 1) * dice.random() ** 4)
    return dice.randbytes(min(size, MAX_REAL_BYTES) if REAL in key else size)


def old_content_of(key: str) -> bytes:
    """What is at this key before the upload."""
    return random.Random(f"old {key}").randbytes(OLD_BYTES)  # noqa: S311 - the same each time
