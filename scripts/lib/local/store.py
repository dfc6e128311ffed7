"""A real object store in one process (SeaweedFS), for ./scripts/local and for the tests.

Knows: how SeaweedFS is started and stopped, and its data folder: objects, its keys, its log.
Rules: it listens on 127.0.0.1 only, on free ports, so that several stores can run side by side. One store at
a time may use a folder.
Must not know: the service.
"""

import fcntl
import json
import os
import secrets
import shutil
import sys
import time
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from local import ports, seaweedfs
from local.bucket import Bucket, StoreError
from local.child_process import PAUSE_SECONDS, Asked, ChildProcess, never
from local.private_file import write_private

__all__ = ["Bucket", "Store", "StoreError", "StoreStopped"]

PREFERRED_PORT = 8333
START_SECONDS = 60
STOP_SECONDS = 15
START_TRIES = 3
LOG_LINES = 15


class StoreStopped(StoreError):
    """Starting was cut short because somebody asked for it."""


class Store:
    """`with Store(folder) as store:` runs a store; `store.bucket` signs URLs and reads what was stored."""

    bucket: Bucket

    def __init__(
        self,
        data: Path,
        *,
        s3_port: int = PREFERRED_PORT,
        name: str = "uploads",
        origins: Iterable[str] = ("*",),
        open_filer: bool = False,
    ) -> None:
        """`s3_port` is a wish: if it is in use, another one is taken. 0 means any.

        `origins`: whose pages may read its answers. `open_filer`: its filer answers who has no signature.
        """
        self.data = data.absolute()
        self.log = self.data / "store.log"
        self._wish, self._name = s3_port, name
        self._origins, self._open_filer = tuple(origins), open_filer
        self._child: ChildProcess | None = None
        self._held = ExitStack()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.exit_code is None

    @property
    def filer_port(self) -> int:
        """The port of its own interface for files, which knows no buckets and no signatures."""
        return self._ports.by_flag["filer.port"]

    @property
    def pid(self) -> int | None:
        return None if self._child is None else self._child.pid

    def start(self, *, interrupted: Asked = never) -> None:
        """Return when the bucket answers signed requests. On any failure nothing keeps running."""
        try:
            self._lock_folder()
            for attempt in range(1, START_TRIES + 1):
                self._launch()
                if self._wait(interrupted):
                    return
                self._check_end(last=attempt == START_TRIES)
        except BaseException:
            self.stop()
            raise

    def stop(self, *, hurry: Asked = never) -> None:
        """End the store; its data stays. Does nothing when it does not run."""
        if self._child is not None:
            self._child.stop(patience_seconds=STOP_SECONDS, hurry=hurry)
            self._child = None
            seaweedfs.remove_sockets(self._ports)
        self._held.close()

    def ending(self) -> str:
        """How its process ended, for a message."""
        return "never started" if self._child is None else self._child.ending()

    def log_tail(self) -> str:
        """The last lines of the store's log."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(f"    {line}" for line in lines[-LOG_LINES:])

    def _lock_folder(self) -> None:
        try:
            (self.data / "weed").mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.data / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as fault:
            raise StoreError(f"The data folder {self.data} cannot be used: {fault.strerror}.") from fault
        self._held.callback(os.close, self._lock)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as fault:
            holder = os.pread(self._lock, 20, 0).decode().strip() or "unknown"
            raise StoreError(
                f"Another store (process {holder}) is using the data folder {self.data}: "
                "stop it, or use another folder (--data)."
            ) from fault

    def _launch(self) -> None:
        # First the one beside our own Python, then one on the PATH.
        program = shutil.which("weed", path=str(Path(sys.executable).parent)) or shutil.which("weed")
        if program is None:
            raise StoreError("The program weed is missing: install SeaweedFS (brew install seaweedfs).")
        folder = self.data / "weed"
        seaweedfs.forget_ports(folder)
        (seaweedfs.open_filer if self._open_filer else seaweedfs.close_filer)(folder)
        self.log.unlink(missing_ok=True)
        self._ports = seaweedfs.choose_ports(self._wish)
        # So that after stop() and start() the URLs that were signed before work again, if possible.
        self._wish = self._ports.s3
        self.bucket = self._bucket()
        self._child = ChildProcess(
            [program, *seaweedfs.arguments(folder, self._ports, self._origins)],
            env=self._environment(folder),
            cwd=folder,
            log=self.log,
            # The child inherits the lock: a store that outlives us still guards its folder.
            inherit=[self._lock],
        )
        os.pwrite(self._lock, f"{self._child.pid:<10}\n".encode(), 0)

    def _bucket(self) -> Bucket:
        keys = _credentials(self.data / "credentials.json")
        return Bucket(
            endpoint=f"http://{ports.HOST}:{self._ports.s3}",
            name=self._name,
            access_key=keys["access_key"],
            secret_key=keys["secret_key"],
        )

    def _environment(self, folder: Path) -> dict[str, str]:
        """An environment of its own, without the AWS and WEED settings of whoever calls us."""
        return {
            "PATH": os.defpath,
            "HOME": str(folder),
            "AWS_ACCESS_KEY_ID": self.bucket.access_key,
            "AWS_SECRET_ACCESS_KEY": self.bucket.secret_key,
            "S3_BUCKET": self._name,
        }

    def _wait(self, interrupted: Asked) -> bool:
        """True once a signed request is answered, false when the store has ended."""
        deadline = time.monotonic() + START_SECONDS
        while self.running:
            if self._answers():
                return True
            if interrupted():
                raise StoreStopped("The start of the store was cut short.")
            if time.monotonic() > deadline:
                raise StoreError(f"The store does not answer. Its last lines:\n{self.log_tail()}")
            time.sleep(PAUSE_SECONDS)
        return False

    def _answers(self) -> bool:
        try:
            self.bucket.keys()
        except StoreError:
            return False
        return True

    def _check_end(self, *, last: bool) -> None:
        """Raise, unless another program has taken a port meanwhile, so that another try makes sense."""
        log = self.log.read_text(errors="replace")
        if last or not any(words in log for words in seaweedfs.PORT_TAKEN):
            raise StoreError(
                f"The store ended while it started ({self.ending()}). Its last lines:\n{self.log_tail()}"
            )


def _credentials(path: Path) -> dict[str, str]:
    """The folder's own pair of keys, made on first use. Later runs sign with the same."""
    if not path.exists():
        access_key, secret_key = secrets.token_hex(10).upper(), secrets.token_urlsafe(30)
        write_private(path, {"access_key": access_key, "secret_key": secret_key})
    return dict(json.loads(path.read_text()))
