"""The service and a store in a network of their own, where known stores' names lead to any address.

Knows: how to make every address one of the loopback device, so that whatever is dialled is heard.
Rules: runs in namespaces of its own, from which nothing reaches another machine.
`python -m tests.storage.enclosed_service FOLDER` prints JSON: for each list of destinations and each name,
what an upload came to and which addresses heard of it; and the logs.
"""

import json
import re
import socket
import ssl
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import trustme
from devtools import signed_queries

from tests.support.client.raw_http import PLAIN, RETRY, field, file, form, post
from tests.support.service.running_service import Running

DOMAIN = "s3.eu-west-1.amazonaws.com"
ADDRESSES = {
    "loopback": "127.0.0.1",
    "private": "10.0.0.1",
    "shared": "100.64.0.1",
    "metadata": "169.254.169.254",
    "public": "52.218.0.1",
}
# A name that only leads somewhere as it is written, with a dot at its end; it leads to the public address.
ABSOLUTE = f"Absolute.{DOMAIN}."
LISTS = ("default", f"https://*.{DOMAIN}/")
CONTENT = b"12345"
_STORED = b'HTTP/1.1 200 OK\r\nETag: "e"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'


def url(name: str) -> str:
    """A complete, well-formed URL of a known store."""
    host = name if "." in name else f"{name}.{DOMAIN}"
    return f"https://{host}/folder/photo-of-{name}.png?{signed_queries.v4()}"


class Store:
    """Stores everything that is sent to port 443 of any address.

    `heard` is where connections came to; `named`: the name in the TLS handshake and the header Host.
    """

    def __init__(self, folder: Path) -> None:
        authority = trustme.CA()
        self.ca_file = str(folder / "authority.pem")
        authority.cert_pem.write_to_path(self.ca_file)
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(f"*.{DOMAIN}").configure_cert(self._context)
        self._context.sni_callback = lambda _socket, name, _context: self.named.append(name)
        self._listener = socket.create_server(("", 443))
        self.heard: list[str] = []
        self.named: list[str] = []
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            self.heard.append(connection.getsockname()[0])
            with connection, self._context.wrap_socket(connection, server_side=True) as peer:
                came = b""
                while not came.endswith(b"\r\n\r\n" + CONTENT):
                    came += peer.recv(65536)
                self.named += re.findall(
                    "^host: (.*)\r$", came.decode("latin-1"), re.IGNORECASE | re.MULTILINE
                )
                peer.sendall(_STORED)


def _set_up(folder: Path) -> None:
    hosts = folder / "hosts"
    lines = [f"{address} {name}.{DOMAIN}\n" for name, address in ADDRESSES.items()]
    hosts.write_text("".join([*lines, f"{ADDRESSES['public']} {ABSOLUTE}\n"]))
    commands = ["ip link set lo up", f"mount --bind {hosts} /etc/hosts"]
    commands += [f"ip addr add {address} dev lo" for name, address in ADDRESSES.items() if name != "loopback"]
    for command in commands:
        subprocess.run(command.split(), check=True, timeout=60)


def _upload(service: Running, store: Store, name: str, path: str) -> dict[str, Any]:
    body = form(field("max_retries", "2"), field("uploadUrl", url(name)), file(CONTENT))
    store.heard.clear()
    store.named.clear()
    answered = post(service.port, path, body)
    event = service.upload_event(answered.request_id)
    told = {
        "status": answered.status,
        "code": answered.json.get("code", "ok"),
        "detail": answered.json.get("detail"),
    }
    return told | {"heard": list(store.heard), "named": list(store.named), "event": event}


def main(folder: Path) -> None:
    """Run everything once, and print what came of it."""
    _set_up(folder)
    store = Store(folder)
    seen: dict[str, Any] = {}
    log: list[str] = []
    for listed in LISTS:
        with Running(UPLOAD_DESTINATIONS=listed, SSL_CERT_FILE=store.ca_file) as service:
            seen[listed] = {
                f"{name} {path}": _upload(service, store, name, path)
                for name in (*ADDRESSES, ABSOLUTE)
                for path in (PLAIN, RETRY)
            }
        log += service.raw_log
    print(json.dumps({"seen": seen, "log": log}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
