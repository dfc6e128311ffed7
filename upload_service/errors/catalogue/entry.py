"""The shape of an entry in the catalogue of failures, and a constructor for each fault.

Knows: the members of an entry, and whose fault a failure can be.
Rules: a code never changes its meaning; no sentence contains more of a presigned URL than its host.
Must not know: HTTP objects, logging, URLs.
"""

from typing import Literal, NamedTuple

Fault = Literal["client", "storage", "service"]


class CatalogueEntry(NamedTuple):
    """One kind of failure.

    `status` is that of our response. `retryable`: the same request may succeed later. `title`, `cause` (what
    happened) and `cure` (what to do) are for the client. `remedy` is what the operator of the service can do,
    where the client can do nothing.
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
    """A failure that the client, or whoever signed the URL, can correct."""
    return CatalogueEntry(code, status, "client", retryable, title, cause, cure)


def storage_failure(
    code: str, status: int, title: str, cause: str, cure: str, remedy: str, *, retryable: bool = True
) -> CatalogueEntry:
    """A failure of storage, or of the connection to it."""
    return CatalogueEntry(code, status, "storage", retryable, title, cause, cure, remedy)


def service_failure(code: str, status: int, title: str, cause: str, cure: str, remedy: str) -> CatalogueEntry:
    """A failure of this service. The same request may always succeed later."""
    return CatalogueEntry(code, status, "service", True, title, cause, cure, remedy)
