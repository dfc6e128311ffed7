"""What is known of one upload, as its answer and its log event tell it."""

from dataclasses import dataclass, field
from typing import Protocol

from upload_service.body.checksums import Checksum
from upload_service.storage.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Attempt:
    """One PUT. `code`: "ok", one of the catalogue, or "given_up" when the upload ended around it.

    `sent_bytes` of the file were handed to its connection.
    """

    code: str
    storage_status: int | None
    duration_ms: int
    sent_bytes: int

    def members(self) -> dict[str, object]:
        """As the answers and the log list it."""
        return {
            "code": self.code,
            "status": self.storage_status,
            "ms": self.duration_ms,
            "bytes": self.sent_bytes,
        }


class Reading(Protocol):
    """How far an attempt has come with its body."""

    length: int
    read_bytes: int


class Observer(Protocol):
    """Who wants to hear of the attempts while they run."""

    def attempt_begins(self, number: int, reading: Reading) -> None: ...
    def waits(self, seconds: float, code: str) -> None: ...


@dataclass(slots=True)
class Record:
    """Filled in as the upload goes on, success or not; times in seconds, sizes in bytes.

    `checksum`: of the whole file, once it has come.
    `replayable`: whether a copy of the file was kept for further attempts; None when none was wanted.
    """

    host: str | None = None
    filename: str = ""
    content_type: str = ""
    file_size: int = 0
    attempts: list[Attempt] = field(default_factory=list)
    outcome: Outcome | None = None
    replayable: bool | None = None
    checksum: Checksum | None = None
    client_seconds: float | None = None
    storage_seconds: float = 0.0

    def members(self) -> dict[str, object]:
        """What the answers tell of the attempts."""
        members: dict[str, object] = {
            "attempts": len(self.attempts),
            "attempt_log": [attempt.members() for attempt in self.attempts],
        }
        if self.replayable is not None:
            members["replayable"] = self.replayable
        return members
