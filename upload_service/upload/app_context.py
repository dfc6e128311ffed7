"""What all uploads share, for the life of the app.

Must not know: a single request, HTTP.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from upload_service.body.budget import SpoolBudget
from upload_service.settings.settings import Settings
from upload_service.storage.put import Storage
from upload_service.storage.sockets import SocketCounter
from upload_service.upload.check import Check
from upload_service.upload.upload import Upload


@dataclass(slots=True)
class AppContext:
    """Settings, the way to storage, the budget for kept bytes, and the uploads and checks that run.

    `sockets` counts the connections to storage. `draining`: the service was told to stop.
    """

    settings: Settings
    storage: Storage
    spool_budget: SpoolBudget
    sockets: SocketCounter
    running: set[Upload | Check] = field(default_factory=set)
    draining: bool = False

    @contextmanager
    def place_of(self, one: Upload | Check) -> Iterator[None]:
        """Count it among those that run, until it has ended."""
        self.running.add(one)
        try:
            yield
        finally:
            self.running.discard(one)
