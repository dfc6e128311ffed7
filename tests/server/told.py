"""An upload whose progress is read line by line."""

import http.client
import json
import select
import ssl
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any, Protocol, Self

from tests.support.client.raw_http import BOUNDARY
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from upload_service.server.progress import CONTENT_TYPE

# Of a client that says that no proxy stands between.
DIRECT = f"{CONTENT_TYPE};direct=true"


class Listening(Protocol):
    """A service, or what stands in front of one."""

    @property
    def port(self) -> int: ...


class Told:
    """One upload whose body is sent bit by bit, and whose answer is read line by line."""

    def __init__(
        self,
        service: Listening,
        path: str,
        length: int | None,
        accept: str = CONTENT_TYPE,
        headers: Mapping[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._connection = (
            http.client.HTTPSConnection("localhost", service.port, timeout=60, context=tls)
            if tls
            else http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
        )
        self._connection.putrequest("POST", path)
        self._connection.putheader("Content-Type", f"multipart/form-data; boundary={BOUNDARY}")
        self._connection.putheader("Accept", accept)
        framing = ("Transfer-Encoding", "chunked") if length is None else ("Content-Length", str(length))
        self._connection.putheader(*framing)
        for name, value in (headers or {}).items():
            self._connection.putheader(name, value)
        self._connection.endheaders()
        self._socket = self._connection.sock
        self._response: http.client.HTTPResponse | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection, whether the upload has ended or not."""
        if self._response:
            self._response.close()
        self._connection.close()
        self._socket.close()

    def send(self, piece: bytes) -> None:
        """Send more of the body."""
        self._socket.sendall(piece)

    @property
    def response(self) -> http.client.HTTPResponse:
        """The head of the answer; waits for it."""
        if self._response is None:
            self._response = self._connection.getresponse()
        return self._response

    def lines(self) -> Iterator[dict[str, Any]]:
        """The events as they arrive."""
        while line := self.response.readline():
            TRANSCRIPT.hear("answer", line.decode())
            assert line.endswith(b"\n")
            yield json.loads(line)

    def is_silent(self, seconds: float) -> bool:
        """Whether nothing of an answer comes for so long."""
        return not select.select([self._socket], [], [], seconds)[0]

    def until(self, event: str) -> dict[str, Any]:
        """The next event of this kind."""
        return next(line for line in self.lines() if line.get("event") == event)


def told(service: Running, path: str, body: bytes, accept: str = CONTENT_TYPE) -> list[dict[str, Any]]:
    """Send a body at once, and return all events."""
    with Told(service, path, len(body), accept) as upload:
        upload.send(body)
        return list(upload.lines())


def of(events: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The events of one kind."""
    return [event for event in events if event.get("event") == name]
