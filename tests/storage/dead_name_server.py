"""The service in a network of its own, whose name server takes every question and answers none.

`python -m tests.storage.dead_name_server FOLDER` prints JSON: how many of the uploads to such names hang,
what an upload beside them came to, and how long the service took to stop.
"""

import json
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from devtools import signed_queries

from tests.support.client.raw_http import PLAIN, RETRY, Connection, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import StorageDouble

# More than the event loop has threads of its own.
NAMES = 40
SETTINGS = {
    "UPLOAD_SHUTDOWN_SECONDS": "1",
    "UPLOAD_DRAIN_DELAY_SECONDS": "0",
    "UPLOAD_SPOOL_MEMORY_BYTES": "1MiB",
}
ON_DISK = bytes(range(256)) * 16384


def set_up(folder: Path) -> socket.socket:
    """Lead all questions to a name server that is silent; returns its socket."""
    silent = folder / "resolv.conf"
    silent.write_text("nameserver 127.0.0.53\noptions timeout:30 attempts:5\n")
    for command in ("ip link set lo up", f"mount --bind {silent} /etc/resolv.conf"):
        subprocess.run(command.split(), check=True, timeout=60)
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.53", 53))
    return server


def main(folder: Path) -> None:
    """Run it once, and print what was seen."""
    server, asked = set_up(folder), set()

    def listen() -> None:
        while True:
            asked.add(server.recv(4096)[12:].partition(b"\0")[0])

    threading.Thread(target=listen, daemon=True).start()
    store = StorageDouble()
    with Running(UPLOAD_DESTINATIONS=f"http://*.store.example/,{store.url}", **SETTINGS) as service:
        waiting = []
        for number in range(NAMES):
            url = f"http://name{number}.store.example/key?{signed_queries.v4()}"
            body = form(field("uploadUrl", url), file(b"12345"))
            connection = Connection(service.port)
            connection.begin(PLAIN, len(body))
            connection.send(body)
            waiting.append(connection)
        deadline = time.monotonic() + 30
        while len(asked) < min(NAMES, 32) and time.monotonic() < deadline:
            time.sleep(0.05)
        url = f"{store.url}key?{signed_queries.v4()}"
        meanwhile = post(service.port, RETRY, form(file(ON_DISK), field("uploadUrl", url))).status
        began = time.monotonic()
        status = service.stop()
        stopped = time.monotonic() - began
        for connection in waiting:
            connection.socket.close()
    print(json.dumps({
        "names": min(NAMES, 32), "hanging": len(asked), "meanwhile": meanwhile, "exit": status,
        "stop_seconds": stopped, "log": service.raw_log,
    }))  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]))
