"""Real stores that ask for no signature: SeaweedFS without keys, and nginx as a WebDAV server.

Knows: how each is started in a folder of its own.
Rules: they listen on 127.0.0.1 only.
"""

import http.client
import os
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from local import ports, seaweedfs
from local.child_process import PAUSE_SECONDS, ChildProcess

from tests.support.proxies.running_proxy import PROGRAMS

START_SECONDS = 60
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


@contextmanager
def keyless_s3(folder: Path) -> Iterator[str]:
    """SeaweedFS's S3 interface without any key: the address of a bucket in it, with a slash at its end."""
    chosen = seaweedfs.choose_ports(0)
    program = shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")
    assert program
    command = [program, *seaweedfs.arguments(folder, chosen, ("*",))]
    bucket = f"http://{ports.HOST}:{chosen.s3}/uploads/"
    with _running(command, folder, bucket):
        yield bucket
    seaweedfs.remove_sockets(chosen)


@contextmanager
def web_dav(folder: Path) -> Iterator[str]:
    """nginx's module dav: the address of a folder in it, with a slash at its end."""
    program = shutil.which("nginx", path=PROGRAMS)
    assert program
    (folder / "uploads").mkdir(mode=0o777)
    os.chmod(folder / "uploads", 0o777)  # noqa: S103 - nginx's worker may be somebody else
    port = ports.free_port()
    temporary = "\n".join(
        f"{each}_temp_path {folder}/{each};" for each in ("proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root root;\n" if os.geteuid() == 0 else ""
    configuration = folder / "nginx.conf"
    configuration.write_text(user + _NGINX.format(folder=folder, port=port, temporary=temporary), "utf-8")
    command = [program, "-p", str(folder), "-e", "stderr", "-c", str(configuration)]
    address = f"http://{ports.HOST}:{port}/uploads/"
    with _running(command, folder, f"{address}first"):
        yield address


@contextmanager
def _running(command: list[str], folder: Path, asked: str) -> Iterator[None]:
    """The program, once it has taken a PUT to the address `asked`."""
    log = folder / "log"
    child = ChildProcess(command, env={"PATH": os.defpath, "HOME": str(folder)}, cwd=folder, log=log)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _takes_a_put(asked):
            assert child.exit_code is None, log.read_text("utf-8", "replace")
            assert time.monotonic() < deadline, log.read_text("utf-8", "replace")
            time.sleep(PAUSE_SECONDS)
        yield
    finally:
        child.stop(patience_seconds=60)


def _takes_a_put(address: str) -> bool:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request("PUT", parts.path)
        return connection.getresponse().status in (200, 201, 204)
    except OSError:
        return False
    finally:
        connection.close()
