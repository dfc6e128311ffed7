"""A request to the page's signer, as the page sends it."""

import http.client
import json
from collections.abc import Mapping
from typing import Any

PAGE_PORT = 18_765
PAGE = f"http://localhost:{PAGE_PORT}"
NOTHING: Mapping[str, str | None] = {}


def ask(
    port: int,
    body: bytes,
    changed: Mapping[str, str | None] = NOTHING,
    *,
    method: str = "POST",
    path: str = "/presign",
) -> tuple[int, http.client.HTTPMessage, Any]:
    """Ask as the page does, but for what is `changed`; status, headers and JSON of the answer."""
    headers = {"Origin": PAGE, "Host": f"127.0.0.1:{port}", "Content-Type": "application/json"} | dict(
        changed
    )
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest(method, path, skip_host=True)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        if value is not None:
            connection.putheader(name, value)
    connection.endheaders(body)
    reply = connection.getresponse()
    said = reply.read()
    connection.close()
    is_json = reply.headers["Content-Type"] == "application/json" and said
    return reply.status, reply.headers, json.loads(said) if is_json else None
