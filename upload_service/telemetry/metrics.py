"""Where uploads are counted: what every kind of metrics can do, and the kind that counts nothing.

The other kinds are `prometheus.py` and `cloudwatch.py`, each imported only where the settings ask for it.
"""

from collections.abc import Mapping
from typing import Protocol

from upload_service.telemetry.upload_event import CheckEvent, UploadEvent

_NOTHING: Mapping[str, object] = {}


class ProviderKeys(Protocol):
    """The keys of an identity provider: how many are known, and what came of the requests for them."""

    refreshed: int
    failed: int

    def __len__(self) -> int: ...


class Metrics:
    """Counts nothing. Subclasses count."""

    def count(self, event: UploadEvent) -> Mapping[str, object]:
        """Count one upload. Returns the members that its log line carries for it."""
        del event
        return _NOTHING

    def count_check(self, event: CheckEvent) -> None:
        """Count one check."""

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """All that was counted, in a format that the Accept header `accept` names, and its Content-Type."""
        del accept
        return b"", "text/plain"
