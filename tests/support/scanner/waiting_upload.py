"""An upload that waits for its verdict: all of its file is with a scripted clamd, which says nothing yet."""

import threading
from collections.abc import Callable
from typing import Any

from tests.support.client.raw_http import Answer, Connection, field, file, form
from tests.support.scanner.scripted_clamd import Say, ScriptedClamd, Stream
from tests.support.service.running_service import Running
from tests.support.storage.places import Place
from tests.support.storage.storage_double import StorageDouble


def start(scripted: ScriptedClamd, double: StorageDouble, **more: str) -> Running:
    """A service with this scanner."""
    return Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_SCANNER=scripted.url, **more)


class Waiting:
    """An upload whose file has come whole to a clamd that says nothing before `gate` is set."""

    def __init__(
        self,
        scripted: ScriptedClamd,
        service: Running,
        place: Place,
        content: bytes,
        path: str,
        raw: bytes,
        *headers: str,
        url_first: bool = True,
    ) -> None:
        self.gate = threading.Event()
        streams = scripted.say(Say(raw, gate=self.gate))
        self.connection = Connection(service.port)
        parts = [field("uploadUrl", place.url), file(content)]
        body = form(*(parts if url_first else reversed(parts)))
        self.connection.head(path, len(body), *headers)
        self.connection.send(body)
        self.stream = _first(streams)
        assert self.stream.came.wait(60)
        assert bytes(self.stream.content) == content

    def answer(self) -> Answer:
        """Let clamd speak; what the service then says."""
        self.gate.set()
        return self.leave()

    def leave(self) -> Answer:
        """What the service says by itself."""
        with self.connection:
            return self.connection.answer()


def _first(streams: list[Stream]) -> Stream:
    until(lambda: len(streams) == 1)
    return streams[0]


def until(is_so: Callable[[], Any]) -> None:
    """Wait for it."""
    for _ in range(6000):
        if is_so():
            return
        threading.Event().wait(0.01)
    raise AssertionError
