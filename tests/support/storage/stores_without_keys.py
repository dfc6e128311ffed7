"""Real stores that ask for no signature: SeaweedFS without keys, and nginx as a WebDAV server.

Knows: how each is started in a folder of its own.
Rules: they listen on 127.0.0.1 only.
"""

import http.client
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from local import ports, seaweedfs
from local.child_process import PAUSE_SECONDS, ChildProcess

from tests.support.proxies.running_proxy import PROGRAMS

START_SECONDS = 60
START_TRIES = 3
_NGINX = """daemon off;
pid {folder}/pid;
error_log stderr notice;
worker_processes 1;
events {{}}
http {{
access_log off;
{temporary}
server {{
listen 127.0.0.1:{port};
client_max_body_size 0;
location /uploads/ {{
root {folder};
client_body_temp_path {folder}/incoming;
dav_methods PUT DELETE;
create_full_put_path on;
}}
}}
}}
"""


class Plan(NamedTuple):
    """How a store is started: its command, its address, and where it is asked whether it takes a PUT."""

    command: list[str]
    address: str
    asked: str


@contextmanager
def keyless_s3(folder: Path) -> Iterator[str]:
    """SeaweedFS's S3 interface without any key: the address of a bucket in it, with a slash at its end."""
    program = shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")
    assert program
    tried: list[seaweedfs.Ports] = []

    def plan() -> Plan:
        tried.append(chosen := seaweedfs.choose_ports(0))
        seaweedfs.forget_ports(folder)
        bucket = f"http://{ports.HOST}:{chosen.s3}/uploads/"
        return Plan([program, *seaweedfs.arguments(folder, chosen, ("*",))], bucket, bucket)

    with _running(plan, folder) as address:
        yield address
    for each in tried:
        seaweedfs.remove_sockets(each)


@contextmanager
def web_dav(folder: Path) -> Iterator[str]:
    """nginx's module dav: the address of a folder in it, with a slash at its end."""
    program = shutil.which("nginx", path=PROGRAMS)
    assert program
    (folder / "uploads").mkdir(mode=0o777)
    os.chmod(folder / "uploads", 0o777)  # noqa: S103 - nginx's worker may be somebody else
    temporary = "\n".join(
        f"{each}_temp_path {folder}/{each};" for each in ("proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root root;\n" if os.geteuid() == 0 else ""
    configuration = folder / "nginx.conf"

    def plan() -> Plan:
        port = ports.free_port()
        configuration.write_text(user + _NGINX.format(folder=folder, port=port, temporary=temporary), "utf-8")
        address = f"http://{ports.HOST}:{port}/uploads/"
        command = [program, "-p", str(folder), "-e", "stderr", "-c", str(configuration)]
        return Plan(command, address, f"{address}first")

    with _running(plan, folder) as address:
        yield address


@contextmanager
def _running(plan: Callable[[], Plan], folder: Path) -> Iterator[str]:
    """The program, once it has taken a PUT: its address. It is planned anew where somebody took its port."""
    child, address = _started(plan, folder, START_TRIES)
    try:
        yield address
    finally:
        child.stop(patience_seconds=60)


def _started(plan: Callable[[], Plan], folder: Path, tries: int) -> tuple[ChildProcess, str]:
    command, address, asked = plan()
    log = folder / "log"
    log.unlink(missing_ok=True)
    child = ChildProcess(command, env={"PATH": os.defpath, "HOME": str(folder)}, cwd=folder, log=log)
    deadline = time.monotonic() + START_SECONDS
    while not _takes_a_put(asked):
        if child.exit_code is not None or time.monotonic() > deadline:
            child.stop(patience_seconds=60)
            said = log.read_text("utf-8", "replace")
            assert tries > 1, said
            assert any(words in said.lower() for words in seaweedfs.PORT_TAKEN), said
            return _started(plan, folder, tries - 1)
        time.sleep(PAUSE_SECONDS)
    return child, address


def _takes_a_put(address: str) -> bool:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request("PUT", parts.path)
        return connection.getresponse().status in (200, 201, 204)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
