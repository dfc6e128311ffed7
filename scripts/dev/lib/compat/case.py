"""One row of the table, and its result with one store.

Knows: what a cell says: what the client was told, and where that does not agree with what the store holds.
Rules: for every cell the object is read back. After a success it must be exactly the file's bytes; a refusal
must have changed nothing.
"""

import hashlib
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from devtools.service_process import ServiceProcess, run_service

from compat.target import Stored, Target, ask, read, require
from compat.upload_client import OK, Upload, send

GONE = "gone"
NO_ANSWER = "no answer"
# Until the service notices that a client has left, and storage is done with what was sent.
SETTLE_SECONDS = 1.0
NOT_THERE = "n/a"


@dataclass(frozen=True)
class Trial:
    """An upload, and what must be true afterwards.

    `headers` and `tags` are the object's. `place`: another bucket or container. `kept`: what lies at the key
    before the upload, where it matters. `finish`: what must still be done to complete the object. `becomes`:
    the object's bytes, where they are not the file's.
    `listed_below`: the store must list the object under its very key; this part of it is left out when
    another one is told. `settings`: those of a service that runs for this upload only.
    """

    key: str
    upload: Upload
    headers: Mapping[str, str] = field(default_factory=dict)
    tags: str = ""
    place: str = ""
    kept: bytes | None = None
    finish: Callable[[], None] | None = None
    becomes: bytes | None = None
    listed_below: str = ""
    settings: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Difference:
    """What one store does differently, and why that is no fault of the service."""

    seen: str
    why: str


@dataclass(frozen=True)
class Case:
    """A row. `plan` gives None where the store knows no such thing; `expected` is what a cell must say,
    `differences` what it must say instead, by the names of stores."""

    name: str
    plan: Callable[[Target, str], Trial | None]
    expected: str = OK
    differences: Mapping[str, Difference] = field(default_factory=dict)

    def wanted(self, store: str) -> str:
        """What the cell of this store must say."""
        return self.differences[store].seen if store in self.differences else self.expected


@dataclass(frozen=True)
class Cell:
    """What one store made of one case."""

    seen: str
    wanted: str

    @property
    def is_as_wanted(self) -> bool:
        return self.seen in (self.wanted, NOT_THERE)


def run(case: Case, target: Target, key: str, service: ServiceProcess) -> Cell:
    """Upload through the service, or one that the trial needs for itself, and look."""
    trial = case.plan(target, key)
    if trial is None:
        return Cell(NOT_THERE, case.wanted(target.name))
    with _service_for(trial, target, service) as chosen:
        told = send(chosen, trial.upload)
    if told != OK and trial.kept is not None:
        time.sleep(SETTLE_SECONDS)
    if told == OK and trial.finish:
        trial.finish()
    stored = read(target, trial.key, trial.place)
    fault = _fault_of_success(trial, stored, target) if told == OK else _fault_of_refusal(trial, stored)
    return Cell(f"{told}, {fault}" if fault else told, case.wanted(target.name))


@contextmanager
def _service_for(trial: Trial, target: Target, shared: ServiceProcess) -> Iterator[ServiceProcess]:
    if trial.settings is None:
        yield shared
        return
    with (
        tempfile.TemporaryDirectory(prefix="compat-") as folder,
        run_service(Path(folder), UPLOAD_DESTINATIONS=target.prefix, **trial.settings) as own,
    ):
        yield own


def _fault_of_success(trial: Trial, stored: Stored | None, target: Target) -> str:
    if stored is None:
        return "but nothing is stored"
    if stored.sha256 != _sum(trial.upload.content if trial.becomes is None else trial.becomes):
        return "but other bytes are stored"
    if trial.listed_below and trial.key not in (listed := target.keys()):
        found = [key.partition(f"{trial.listed_below}/")[2] for key in listed if trial.listed_below in key]
        return f"but under the key `{'`, `'.join(found)}`"
    lost = [name for name, value in trial.headers.items() if stored.headers.get(name) != value]
    if trial.tags and _tags(target, trial.key) != trial.tags:
        lost.append("tags")
    return f"without {', '.join(lost)}" if lost else ""


def _fault_of_refusal(trial: Trial, stored: Stored | None) -> str:
    kept = None if trial.kept is None else _sum(trial.kept)
    there = stored.sha256 if stored else None
    if there == kept:
        return ""
    return f"but {stored.size} bytes are stored" if stored else "but the old object is lost"


def _tags(target: Target, key: str) -> str:
    """As `name=value&name=value`."""
    body = require(ask("GET", target.url_for_tags(key)), "Reading tags").body.decode()
    return "&".join("=".join(pair) for pair in re.findall(r"<Key>([^<]*)</Key>\s*<Value>([^<]*)<", body))


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
