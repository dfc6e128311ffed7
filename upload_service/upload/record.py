"""The record of one upload: the response, the log event, the progress lines and the metrics are told from it.

Must not know: how it is told.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from upload_service.body.checksums import Checksum
from upload_service.presigned.destination import Destination
from upload_service.storage.dial import Dial
from upload_service.storage.outcome import Outcome
from upload_service.upload.content_range import ContentRange

_MEDIA_TYPE = re.compile(r"\s*([A-Za-z0-9.+-]{1,60}/[A-Za-z0-9.+-]{1,80})\s*(?:;.*)?", re.DOTALL)


class Attempt(NamedTuple):
    """One PUT. `code`: "ok", one of the catalogue, or "given_up" when the upload ended around it.

    `sent_bytes` of the file were handed to its connection. `began` and `ended` are on the clock
    `time.monotonic`. `dial`: how its connection was made.
    """

    code: str
    storage_status: int | None
    duration_ms: int
    sent_bytes: int
    began: float = 0.0
    ended: float = 0.0
    dial: Dial | None = None

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
    """Hears of the attempts while they run."""

    def attempt_begins(self, number: int, reading: Reading) -> None: ...
    def waits(self, seconds: float, code: str) -> None: ...
    def scans(self) -> None: ...


@dataclass(slots=True, eq=False)
class ScanRecord:
    """How the malware scan of one file went. Times are of the clock `time.monotonic`.

    `waits_since`: when the verdict was asked for, after the file's last byte. `result`: "ok", "found",
    "too_large", "unavailable", or "given_up" when the upload ended around it. `detail`: the signature's name,
    or why the scanner gave no verdict; None after "ok".
    """

    began: float
    waits_since: float | None = None
    ended: float | None = None
    result: str = "given_up"
    detail: str | None = None

    def end(self, result: str, detail: str | None, now: float) -> None:
        """The scanner has decided, or is given up."""
        self.result, self.detail, self.ended = result, detail, now

    @property
    def is_awaited(self) -> bool:
        """Whether the whole file has come, and the verdict has not."""
        return self.waits_since is not None and self.ended is None

    @property
    def waited_seconds(self) -> float | None:
        """From the file's last byte to the verdict; None if the one or the other never came."""
        return None if self.waits_since is None or self.ended is None else self.ended - self.waits_since


@dataclass(slots=True, eq=False)
class UploadRecord:
    """Filled in while the upload runs, whether it succeeds or not. Times in seconds, sizes in bytes.

    `file_size`: bytes of the file that have come so far. `checksum`: of the whole file, once it has come.
    `replayable`: whether a copy of the file was kept for further attempts; None when none was wanted.
    `began`: when the client leg did, on the clock `time.monotonic`. `method`, `port`: of its PUT, or POST.
    `client_seconds`: until the whole form had come. `storage_seconds`: in PUTs, all attempts together.
    `may_be_stored`: after one of the attempts nobody knew whether storage has the object. `is_session`: the
    URL is that of a resumable session. `piece`: which bytes of its object the file has, if it is not whole.
    `scan`: None where no scanner is set, or it was not asked.
    `subject`: what may be told of whom the upload's grant names.
    """

    host: str | None = None
    port: int | None = None
    method: str = "PUT"
    filename: str = ""
    content_type: str = ""
    file_size: int = 0
    attempts: list[Attempt] = field(default_factory=list)
    outcome: Outcome | None = None
    replayable: bool | None = None
    checksum: Checksum | None = None
    began: float | None = None
    client_seconds: float | None = None
    storage_seconds: float = 0.0
    may_be_stored: bool = False
    is_session: bool = False
    piece: ContentRange | None = None
    scan: ScanRecord | None = None
    subject: str | None = None

    def note_destination(self, destination: Destination) -> None:
        """The URL has come, and a PUT may go there."""
        self.host, self.port = destination.host, destination.url.port
        if destination.post is not None:
            self.method = "POST"
        self.is_session = destination.kind == "session"

    @property
    def stored(self) -> bool | None:
        """Whether the file is in storage; None when nobody knows.

        True: storage has said so, and nothing speaks against it. False: storage never had the whole file, or
        has refused it, or its session wants more.
        """
        if self.outcome is not None and self.outcome.error is None:
            return self.outcome.held_bytes is None
        return None if self.may_be_stored else False

    @property
    def kept_bytes(self) -> int:
        """Bytes of this file that storage keeps, as far as it says so; of a piece, what its session holds."""
        held = self.outcome.held_bytes if self.outcome else None
        first = self.piece.first if self.piece else None
        if held is None or first is None:
            return self.file_size if self.stored else 0
        return min(max(held - first, 0), self.file_size)

    @property
    def session_members(self) -> dict[str, object]:
        """What is told of a resumable session alone: whether it has the whole object, and else how much."""
        if not self.is_session:
            return {}
        held = self.outcome.held_bytes if self.outcome else None
        members: dict[str, object] = {"complete": self.stored}
        return members if held is None else {**members, "received_bytes": held}

    @property
    def media_type(self) -> str | None:
        """The file's type without its parameters, which may hold anything; None if it is no plain one."""
        match = _MEDIA_TYPE.fullmatch(self.content_type)
        return match[1] if match else None

    @property
    def storage_status(self) -> int | None:
        """The HTTP status of storage's last response, if there was one."""
        return self.outcome.answer.status if self.outcome and self.outcome.answer else None

    @property
    def etag(self) -> str | None:
        """The stored object's ETag, as storage wrote it."""
        return self.outcome.etag if self.outcome else None

    def members(self) -> dict[str, object]:
        """What responses and the log tell of the object and of the attempts."""
        members: dict[str, object] = {
            "stored": self.stored,
            "attempts": len(self.attempts),
            "attempt_log": [attempt.members() for attempt in self.attempts],
        }
        if self.replayable is not None:
            members["replayable"] = self.replayable
        return members
