"""Small requests without a form: one connection, one request, one answer."""

import http.client
from collections.abc import Mapping

from tests.support.transcript import TRANSCRIPT
from tests.support.wire import Answer


def ask(port: int, method: str, path: str, headers: Mapping[str, str] | None = None) -> Answer:
    """Ask the service. No header may come twice, because browsers refuse doubled CORS headers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request(method, path, headers=dict(headers or {}))
        reply = connection.getresponse()
        names = [name.lower() for name, _ in reply.getheaders()]
        assert len(names) == len(set(names)), names
        body = reply.read()
        TRANSCRIPT.hear("answer", f"{reply.headers}{body.decode('utf-8', 'replace')}")
        return Answer(reply.status, {name.lower(): value for name, value in reply.getheaders()}, body)
    finally:
        connection.close()
