"""The service and its store: started together, watched, and stopped in the right order.

Rules: every wait looks at `stop`, so that a Ctrl-C at any moment leaves nothing behind.
"""

import http.client
import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path

from compose.signer import local_names

from local import ports, running_store, start_message
from local.child_process import PAUSE_SECONDS, ChildProcess
from local.page_signer import signing
from local.stop_signals import StopSignals
from local.store import Store, StoreError, StoreStopped

READY_SECONDS = 30
SERVICE_STOP_SECONDS = 30
OK = 200


class ServiceError(Exception):
    """Why the service cannot go on, in a sentence for a person."""


def run(port: int, data: Path, stop: StopSignals) -> str | None:
    """Run both until asked to stop; what went wrong, in a sentence, or None."""
    try:
        _check(port)
        _run(port, data, stop)
    except StoreStopped:
        return None
    except (ServiceError, StoreError) as error:
        return str(error)
    return None


def _run(port: int, data: Path, stop: StopSignals) -> None:
    with ExitStack() as ending:
        store = Store(data, origins=_page_origins(port))
        store.start(interrupted=stop.asked)
        ending.callback(store.stop, hurry=stop.asked_again)
        signer = ending.enter_context(signing(store.bucket, port))
        service = _start_service(port, store, signer)
        ending.callback(service.stop, patience_seconds=SERVICE_STOP_SECONDS, hurry=stop.asked_again)
        if not _wait_ready(port, service, stop):
            return
        ending.callback(running_store.withdraw)
        running_store.announce(store.bucket, port)
        print(start_message.text(port, store), flush=True)
        _watch(port, store, service, stop)


def _check(port: int) -> None:
    """Refuse a port that is in use, before anything is started."""
    if ports.is_free(port):
        return
    free = next((near for near in range(port + 1, ports.LAST) if ports.is_free(near)), port)
    if other := running_store.page_port():
        raise ServiceError(
            f"./scripts/local already runs, with its page at http://localhost:{other}. A second one needs "
            f"a port and a folder of its own: ./scripts/local --port {free} --data FOLDER"
        )
    raise ServiceError(f"Port {port} is in use by another program: try ./scripts/local --port {free}")


def _start_service(port: int, store: Store, signer: str) -> ChildProcess:
    settings = {
        "PORT": str(port),
        "UPLOAD_BIND": ports.HOST,
        "UPLOAD_DESTINATIONS": store.bucket.url,
    }
    # No other page may call, unless its origin is named in the environment.
    defaults = {"UPLOAD_PAGE": signer, "UPLOAD_CORS_ORIGINS": ",".join(_page_origins(port))}
    # -P: never a folder `upload_service` that happens to be in the current directory.
    environment = {**defaults, **os.environ, **settings}
    return ChildProcess([sys.executable, "-P", "-m", "upload_service"], env=environment)


def _page_origins(port: int) -> list[str]:
    """What a browser here calls the page's origin."""
    return sorted(f"http://{name}" for name in local_names(port))


def _wait_ready(port: int, service: ChildProcess, stop: StopSignals) -> bool:
    """True once the service answers, false when asked to stop before that."""
    deadline = time.monotonic() + READY_SECONDS
    while not _ready(port):
        if stop.asked():
            return False
        if service.exit_code is not None:
            raise ServiceError(f"The service ended while it started ({service.ending()}); its log is above.")
        if time.monotonic() > deadline:
            raise ServiceError(f"The service does not answer on port {port}; its log is above.")
        time.sleep(PAUSE_SECONDS)
    return True


def _ready(port: int) -> bool:
    connection = http.client.HTTPConnection(ports.HOST, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _watch(port: int, store: Store, service: ChildProcess, stop: StopSignals) -> None:
    """Return when asked to stop; raise when one of the two ends by itself."""
    while not stop.asked():
        # Another ./scripts/local, with other data, may have taken the file over and removed it since.
        if not running_store.FILE.exists():
            running_store.announce(store.bucket, port)
        if service.exit_code is not None:
            raise ServiceError(f"The service has ended ({service.ending()}); its log is above.")
        if not store.running:
            raise ServiceError(f"The store has ended ({store.ending()}). Its last lines:\n{store.log_tail()}")
        time.sleep(PAUSE_SECONDS)
