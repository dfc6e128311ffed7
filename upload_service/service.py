"""What the handlers share for the life of the app."""

from dataclasses import dataclass, field

from aiohttp import web

from upload_service.callers import Callers
from upload_service.config import Settings
from upload_service.relay import Upload
from upload_service.room import Room
from upload_service.storage import Storage


@dataclass(slots=True)
class Service:
    """The parts of the app, and the uploads that run."""

    settings: Settings
    storage: Storage
    room: Room
    callers: Callers
    running: set[Upload] = field(default_factory=set)
    draining: bool = False


SERVICE: web.AppKey[Service] = web.AppKey("service", Service)
