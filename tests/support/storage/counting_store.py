"""A real store with somebody in front who counts what comes, and can hold or refuse it.

Knows: requests as they come; which part of a multipart upload a PUT carries.
Rules: what it passes on is the request as it came, so that signatures hold. It listens on 127.0.0.1.
"""

import http.client
import http.server
import threading
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import parse_qs, urlsplit

from tests.support.storage.storage_double import xml

# What is not passed on: the connection's own.
OWN = {"connection", "keep-alive", "transfer-encoding", "expect"}


class Asked(NamedTuple):
    """One request."""

    method: str
    path: str
    part: int | None
    upload_id: str | None

    @property
    def completes(self) -> bool:
        """Whether it makes an object of parts."""
        return self.method == "POST" and self.upload_id is not None


# A request that is not passed on: refused with this S3 code, or with "" not answered at all.
Refusal = str | None


class CountingStore(http.server.ThreadingHTTPServer):
    """`asked` has all requests. `refuse` says which are refused, and may wait before it says so."""

    daemon_threads = True

    def __init__(self, endpoint: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind = urlsplit(endpoint).netloc
        self.asked: list[Asked] = []
        self.refuse: Callable[[Asked], Refusal] = lambda _: None
        # Whose answer is lost after the store has given it.
        self.lose: Callable[[Asked], bool] = lambda _: False

    @property
    def endpoint(self) -> str:
        """Its address, without a last slash."""
        return f"http://127.0.0.1:{self.server_port}"

    def parts(self) -> Counter[int]:
        """How often each part came."""
        return Counter(each.part for each in self.asked if each.method == "PUT" and each.part)

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.server_close()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: CountingStore

    def log_message(self, *_: object) -> None:
        """Nothing: the request line has a signature."""

    def _pass_on(self) -> None:
        target = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(target.query).items()}
        number = int(query.get("partNumber", 0)) or None
        asked = Asked(self.command, target.path, number, query.get("uploadId"))
        self.server.asked.append(asked)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        refusal = self.server.refuse(asked)
        if refusal == "":
            self.close_connection = True
        elif refusal is not None:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, {}, xml(refusal))
        else:
            self._relay(asked, body)

    def _relay(self, asked: Asked, body: bytes) -> None:
        behind = http.client.HTTPConnection(self.server.behind, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in OWN}
        behind.request(self.command, self.path, body, headers)
        reply = behind.getresponse()
        content = reply.read()
        behind.close()
        if self.server.lose(asked):
            self.close_connection = True
        else:
            kept = {name: value for name, value in reply.getheaders() if name.lower() not in OWN}
            self._answer(reply.status, kept, content)

    def _answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() != "content-length" or self.command == "HEAD":
                self.send_header(name, value)
        if self.command != "HEAD":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = _pass_on
