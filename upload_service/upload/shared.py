"""What the handlers share for the life of the app."""

from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from upload_service.body.budget import SpoolBudget
from upload_service.server.access_control import Callers
from upload_service.settings.settings import Settings
from upload_service.storage.put import Storage
from upload_service.storage.sockets import Sockets
from upload_service.telemetry.upload_event import Meter
from upload_service.upload.upload import Upload


@dataclass(slots=True)
class Service:
    """The parts of the app, and the uploads that run."""

    settings: Settings
    storage: Storage
    spool_budget: SpoolBudget
    callers: Callers
    sockets: Sockets
    running: set[Upload] = field(default_factory=set)
    draining: bool = False
    # Only where metrics are on; and what they are for the value of `Accept`, with its Content-Type.
    meter: Meter | None = None
    exposition: Callable[[str], tuple[bytes, str]] | None = None


SERVICE: web.AppKey[Service] = web.AppKey("service", Service)
