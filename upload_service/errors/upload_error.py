"""The exception for every failure of an upload, and the catalogue in which it finds its entry.

Knows: the catalogue (its tables are in `catalogue/`), and what else is known about one failure.
Rules: the text of the exception is the code alone, so that no log and no traceback can contain a secret.
Must not know: HTTP objects, logging, URLs.
"""

from collections.abc import Mapping
from typing import NamedTuple

from upload_service.errors.catalogue import client, server, storage_refusals
from upload_service.errors.catalogue.entry import CatalogueEntry
from upload_service.translation.phrase import Phrase

_TABLES = (client.ENTRIES, storage_refusals.ENTRIES, server.ENTRIES)
CATALOGUE = {entry.code: entry for table in _TABLES for entry in table}


class StorageResponse(NamedTuple):
    """Storage's response: its HTTP status, and the error code in it; None if it has none."""

    status: int
    code: str | None = None


class UploadError(Exception):
    """A failure with an entry in the catalogue.

    `code` names the entry. `cause` replaces the entry's sentence when more is known; it must not contain a
    secret. `storage` is the last response of storage. `retry_after_seconds`: when the client may send again.
    `retryable` replaces the entry's when more is known of this failure.
    """

    def __init__(
        self,
        code: str,
        cause: Phrase | None = None,
        storage: StorageResponse | None = None,
        retry_after_seconds: float | None = None,
        challenge: str | None = None,
        retryable: bool | None = None,
    ) -> None:
        super().__init__(code)
        self.entry: CatalogueEntry = CATALOGUE[code]
        self.cause = cause or Phrase(self.entry.cause)
        self.storage = storage
        self.retryable = self.entry.retryable if retryable is None else retryable
        self.retry_after_seconds = retry_after_seconds
        # The value of WWW-Authenticate, for a request without a valid token.
        self.challenge = challenge
        # What the upload's record adds to the response, once there is an upload.
        self.members: Mapping[str, object] | None = None

    @property
    def detail(self) -> Phrase:
        """What happened and what the client can do, in two or three sentences."""
        return Phrase("{cause} {cure}", cause=self.cause, cure=Phrase(self.entry.cure))
