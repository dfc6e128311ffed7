"""What is known of one upload, as its answer and its log event tell it."""

from dataclasses import dataclass

from upload_service.outcome import Outcome


@dataclass(slots=True)
class Record:
    """Filled in as the upload goes on, success or not; times in seconds, sizes in bytes."""

    host: str | None = None
    filename: str = ""
    content_type: str = ""
    file_size: int = 0
    attempts: int = 0
    outcome: Outcome | None = None
    client_seconds: float | None = None
    storage_seconds: float = 0.0
