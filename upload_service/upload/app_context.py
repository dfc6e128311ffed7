"""What all uploads share, for the life of the app.

Must not know: a single request, HTTP.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from upload_service.body.budget import SpoolBudget
from upload_service.settings.settings import Settings
from upload_service.storage.put import Storage
from upload_service.storage.sockets import SocketCounter
from upload_service.upload.places import Places

if TYPE_CHECKING:  # loaded where a scanner is set
    from upload_service.scanner.trusted_clamd import TrustedClamd


@dataclass(slots=True, eq=False)
class AppContext:
    """Settings, the way to storage, the budget for kept bytes, and the places of uploads and checks.

    `sockets` counts the connections to storage. `scanner`: None where files are not scanned. `draining`: the
    service was told to stop.
    """

    settings: Settings
    storage: Storage
    spool_budget: SpoolBudget
    sockets: SocketCounter
    places: Places
    scanner: "TrustedClamd | None" = None
    draining: bool = False
