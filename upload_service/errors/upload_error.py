"""The failures of an upload, as exceptions that carry their entry of the catalogue.

Knows: the catalogue (its tables are in `catalogue/`), and what is known beyond it about one failure.
Rules: the text of the exception is the code alone, so that no log or traceback can carry a secret.
Must not know: HTTP objects, logging, URLs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from upload_service.errors.catalogue import client, server, storage_refusals
from upload_service.errors.catalogue.entry import CatalogueEntry

_TABLES = (client.ENTRIES, storage_refusals.ENTRIES, server.ENTRIES)
CATALOGUE = {entry.code: entry for table in _TABLES for entry in table}


@dataclass(frozen=True, slots=True)
class StorageResponse:
    """What storage answered: its HTTP status and the code in its error body, where it had one."""

    status: int
    code: str | None = None


class UploadError(Exception):
    """A failure with an entry in the catalogue; `cause` replaces the entry's when more is known."""

    def __init__(
        self,
        code: str,
        cause: str | None = None,
        storage: StorageResponse | None = None,
        retry_after_seconds: float | None = None,
        challenge: str | None = None,
    ) -> None:
        super().__init__(code)
        self.entry: CatalogueEntry = CATALOGUE[code]
        self.cause = cause or self.entry.cause
        self.storage = storage
        self.retry_after_seconds = retry_after_seconds
        # How to prove who one is, where that is missing.
        self.challenge = challenge
        # What the upload's record adds to the response, once there is an upload.
        self.members: Mapping[str, object] | None = None

    @property
    def detail(self) -> str:
        """What happened and what to do, in two or three sentences for the caller."""
        return f"{self.cause} {self.entry.cure}"
