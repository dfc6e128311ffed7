"""What the catalogue of failures consists of.

Knows: the members of an entry.
Rules: a code never changes its meaning; no sentence names more of a presigned URL than its host.
Must not know: HTTP objects, logging, URLs.
"""

from dataclasses import dataclass
from typing import Literal

Fault = Literal["client", "storage", "service"]


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """One kind of failure. `retryable`: the same request, sent again later, may succeed.

    `remedy`: what the service's operator can do, where it is not the caller's turn.
    """

    code: str
    status: int
    fault: Fault
    retryable: bool
    title: str
    cause: str
    cure: str
    remedy: str = ""


def client_failure(
    code: str, status: int, title: str, cause: str, cure: str, *, retryable: bool = False
) -> CatalogueEntry:
    """A failure that the caller, or whoever signed the URL, can mend."""
    return CatalogueEntry(code, status, "client", retryable, title, cause, cure)


def storage_failure(
    code: str, status: int, title: str, cause: str, cure: str, remedy: str, *, retryable: bool = True
) -> CatalogueEntry:
    """A failure of storage, or of the way to it."""
    return CatalogueEntry(code, status, "storage", retryable, title, cause, cure, remedy)


def service_failure(code: str, status: int, title: str, cause: str, cure: str, remedy: str) -> CatalogueEntry:
    """A failure of this service; the same request may always succeed later."""
    return CatalogueEntry(code, status, "service", True, title, cause, cure, remedy)
