"""Runs OpenStack Swift with its middleware for temporary URLs, in one process: `swift_store.py FOLDER PORT`.

Knows: how its four servers are put together, each with one device.
Rules: it listens on 127.0.0.1 only, keeps everything in the folder, and reads nothing from /etc.
Must not know: the service.
"""

import logging
import sys
from pathlib import Path

import eventlet

eventlet.monkey_patch()

import eventlet.wsgi  # noqa: E402  after the patch
from swift.account.server import AccountController  # noqa: E402  as above
from swift.common import utils  # noqa: E402  as above
from swift.common.middleware import tempurl  # noqa: E402  as above
from swift.common.ring.builder import RingBuilder  # noqa: E402  as above
from swift.common.wsgi import SwiftHttpProtocol  # noqa: E402  as above
from swift.container.server import ContainerController  # noqa: E402  as above
from swift.obj.server import ObjectController  # noqa: E402  as above
from swift.proxy.server import Application  # noqa: E402  as above

HOST, DEVICE = "127.0.0.1", "d"


def main(folder: Path, port: int) -> None:
    """Run it until the process is stopped."""
    # In place of /etc/swift/swift.conf.
    utils.HASH_PATH_SUFFIX = utils.config.HASH_PATH_SUFFIX = b"one store"
    (folder / "devices" / DEVICE).mkdir(parents=True)
    servers = {name: eventlet.listen((HOST, 0)) for name in ("account", "container", "object")}
    for name, listening in servers.items():
        _write_ring(folder / f"{name}.ring.gz", listening.getsockname()[1])
    settings = {"devices": str(folder / "devices"), "swift_dir": str(folder), "mount_check": "false"}
    makers = {"account": AccountController, "container": ContainerController, "object": ObjectController}
    for name, make in makers.items():
        _serve(servers[name], make(settings))
    proxy = Application({**settings, "account_autocreate": "true", "allow_account_management": "true"})
    _serve(eventlet.listen((HOST, port)), tempurl.filter_factory({})(proxy))
    while True:
        eventlet.sleep(3600)


def _write_ring(path: Path, port: int) -> None:
    place = {"region": 1, "zone": 1, "weight": 1, "device": DEVICE, "ip": HOST, "port": port}
    builder = RingBuilder(2, 1, 0)
    builder.add_dev({**place, "replication_ip": HOST, "replication_port": port})
    builder.rebalance()
    builder.get_ring().save(str(path))


def _serve(listening: object, app: object) -> None:
    silent = logging.getLogger("silent")
    eventlet.spawn(eventlet.wsgi.server, listening, app, silent, protocol=SwiftHttpProtocol)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
