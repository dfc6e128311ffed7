"""Every widget with every file: starts nothing, and reads back what is stored.

Knows: which files are given to which page, and under which keys they are to be stored.
"""

import random
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

from compat.s3 import S3
from local.bucket import Bucket
from playwright.async_api import Browser

from widgets import outcome, trial
from widgets.bundle import CHUNKED, KINDS
from widgets.outcome import LARGE, SMALL, Outcome
from widgets.site import Sign, Site
from widgets.widget import Widget

SIZES = {SMALL: 200_000, LARGE: 6_000_000}
EXPIRED_SECONDS_AGO = 60


class Places:
    """Files to choose, and presigned URLs of a bucket for them."""

    def __init__(self, folder: Path, bucket: Bucket, noted: Callable[[str], str] = str) -> None:
        """Every URL goes through `noted`."""
        self._bucket, self._noted = bucket, noted
        self._signer = S3("", "", f"{bucket.endpoint}/", bucket.access_key, bucket.secret_key, bucket.name)
        # Browsers know the type of the small one only.
        self.files = {SMALL: folder / SMALL / "report.pdf", LARGE: folder / LARGE / "report"}
        for size, path in self.files.items():
            path.parent.mkdir()
            path.write_bytes(random.Random(size).randbytes(SIZES[size]))  # noqa: S311 - the same each time

    def key(self, widget: Widget) -> str:
        """A key that nothing is stored under."""
        return f"widgets/{widget.name}-{uuid.uuid4().hex}"

    def signer(self, key: str, *, typed: bool = True, lifetime: int = 3600, age: int = 0) -> Sign:
        """Signs for this key, and for the type that is asked for where it is `typed`."""

        def sign(kind: str) -> str:
            signed = {"content-type": kind} if kind and typed else {}
            return self._noted(self._signer.url(key, headers=signed, lifetime=lifetime, age=age))

        return sign

    def late_signer(self, key: str) -> Sign:
        """Signs URLs that have expired."""
        return self.signer(key, typed=False, lifetime=1, age=EXPIRED_SECONDS_AGO)

    def has(self, key: str, size: str) -> bool:
        """Whether exactly the file of that size is stored there."""
        return self._bucket.get(key) == self.files[size].read_bytes()


async def compare(
    browser: Browser, site: Site, places: Places, widget: Widget, detail: str, kinds: Sequence[str] = KINDS
) -> Outcome:
    """All trials of one widget; `detail` is the service's sentence for an expired URL."""
    found = Outcome(widget)
    for kind in kinds:
        fates = found.stored.setdefault(kind, {})
        for size, file in places.files.items():
            key = places.key(widget)
            # As documented, the URL is there before the file is chosen.
            site.sign = places.signer(key, typed=kind == "ours")
            done = await trial.run(browser, site, kind, widget, file)
            fates[size] = outcome.fate(done, is_equal=places.has(key, size))
            found.fields = done.fields if kind == "ours" else found.fields
        refused = found.expired.setdefault(kind, {})
        for size, file in places.files.items():
            site.sign = places.late_signer(places.key(widget))
            done = await trial.run(browser, site, kind, widget, file)
            refused[size] = outcome.seen(done, detail)
    if widget.option:
        found.chunked = await _in_chunks(browser, site, places, widget)
    return found


async def _in_chunks(browser: Browser, site: Site, places: Places, widget: Widget) -> str:
    key = places.key(widget)
    site.sign = places.signer(key)
    done = await trial.run(browser, site, CHUNKED, widget, places.files[LARGE])
    return outcome.STORED if places.has(key, LARGE) else outcome.answers(done)
