"""How SeaweedFS's `weed mini` is started, and what it leaves behind.

Knows: its flags, its ports and its files. Starts nothing.
Rules: of its parts only S3 is for others. Its filer would let any page of any browser here read and write all
objects without a signature, so it asks for a token that nobody has but the store itself.
"""

import secrets
import shutil
from collections.abc import Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from local import ports
from local.private_file import write_private_text

# Parts of SeaweedFS that one bucket does not need.
SWITCHED_OFF = (
    "-admin.ui=false",
    "-webdav=false",
    "-s3.iam=false",
    "-s3.port.iceberg=0",
    "-s3.port.lance=0",
    "-master.telemetry=false",
    "-volume.preStopSeconds=0",
)
# Relative to the folder it runs in; the default is a name in /tmp.
SOCKETS = ("-filer.localSocket=filer.sock", "-s3.localSocket=s3.sock")
# Who may ask which part, by its own name for this file.
SECURITY = "security.toml"
# Without this it also writes log files to /tmp.
LOG_HERE_ONLY = "-logtostderr=true"
# Its worker connects to the admin port plus this, whatever the flag for that port says.
ADMIN_GRPC_DISTANCE = 10000
# What its log says when it ends because of a port: before it begins to listen, or after.
PORT_TAKEN = ("is not available on", "address already in use")


@dataclass(frozen=True)
class Ports:
    """A port for each listener, by the name of its flag. All listen on 127.0.0.1."""

    by_flag: dict[str, int]

    @property
    def s3(self) -> int:
        return self.by_flag["s3.port"]

    def flags(self) -> list[str]:
        return [f"-{name}={number}" for name, number in self.by_flag.items()]


def choose_ports(wish: int) -> Ports:
    """Free ports, with `wish` for S3 when that is free (0: any)."""
    with ExitStack() as stack:
        s3 = (wish and ports.take(stack, wish)) or ports.take_any(stack)
        admin, admin_grpc = ports.take_pair(stack, ADMIN_GRPC_DISTANCE)
        chosen = {"s3.port": s3, "admin.port": admin, "admin.port.grpc": admin_grpc}
        chosen["s3.port.grpc"] = ports.take_any(stack)
        for part in ("master", "volume", "filer"):
            chosen[f"{part}.port"] = ports.take_any(stack)
            chosen[f"{part}.port.grpc"] = ports.take_any(stack)
    return Ports(chosen)


def arguments(folder: Path, chosen: Ports, origins: Iterable[str]) -> list[str]:
    """All that follows the program's name. `origins`: whose pages may read its answers."""
    place = [f"-dir={folder}", f"-ip={ports.HOST}", f"-ip.bind={ports.HOST}"]
    pages = f"-s3.allowedOrigins={','.join(origins)}"
    return [LOG_HERE_ONLY, "mini", *place, *chosen.flags(), *SOCKETS, *SWITCHED_OFF, pages]


def close_filer(folder: Path) -> None:
    """Make the tokens of the next run. SeaweedFS reads this file where it is started."""
    sections = ("jwt.signing", "jwt.filer_signing", "jwt.filer_signing.read")
    write_private_text(
        folder / SECURITY, "".join(f'[{name}]\nkey = "{secrets.token_hex(32)}"\n' for name in sections)
    )


def open_filer(folder: Path) -> None:
    """Let the next run's filer answer everybody."""
    (folder / SECURITY).unlink(missing_ok=True)


def forget_ports(folder: Path) -> None:
    """Remove what belongs to the last run's ports: stored flags, and a state that SeaweedFS makes again."""
    (folder / "mini.options").unlink(missing_ok=True)
    for state in folder.glob("m[0-9]*"):
        shutil.rmtree(state)


def remove_sockets(chosen: Ports) -> None:
    """Remove the sockets that it leaves in /tmp; their names contain the port."""
    for number in chosen.by_flag.values():
        for leftover in Path("/tmp").glob(f"seaweedfs-*-{number}.sock"):  # noqa: S108 - weed's choice
            with suppress(OSError):
                leftover.unlink()
