"""What the machine gives the service: memory, disk, trusted certificates.

Knows: where Linux tells a container's memory; other systems tell that of the machine.
Rules: looks at the real thing, and leaves nothing behind.
Must not know: presigned URLs.
"""

import os
import shutil
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from upload_service.body.disk_segments import DiskSegments, is_memory_filesystem
from upload_service.doctor.finding import Finding, fail, ok, size, warn
from upload_service.settings.settings import BASE_MEMORY_BYTES, Settings

# Of this container, in version 2 and in version 1; the latter writes a huge number where there is no bound.
MEMORY_FILES = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
# An upload whose copy lies on disk has so much on its way there (docs/byte-path.md).
ON_ITS_WAY_BYTES = 3 * 1024 * 1024
PROBE_BYTES = 64 * 1024


def look(settings: Settings) -> list[Finding]:
    """Everything about the machine but its ports."""
    return [memory(settings), *disk(settings), certificates(settings)]


def memory(settings: Settings, files: Sequence[str] = MEMORY_FILES) -> Finding:
    """Whether there is as much as the service may take."""
    waiting, on_disk = settings.spool_memory_bytes, 0
    if settings.spool_disk_bytes and is_memory_filesystem(settings.spool_dir):
        on_disk = settings.spool_disk_bytes
    passing = ON_ITS_WAY_BYTES * settings.max_concurrent if settings.spool_disk_bytes else 0
    need, have = BASE_MEMORY_BYTES + waiting + passing + on_disk, _memory_bytes(settings, files)
    what = f"the service may take {size(need)} at worst, {size(waiting)} of it for files that wait"
    if on_disk:
        what += f" and {size(on_disk)} because UPLOAD_SPOOL_DIR is in memory"
    if have is None:
        return ok("memory", f"{what}; how much there is cannot be told here")
    if need <= have:
        return ok("memory", f"{what}; there are {size(have)}")
    return warn(
        "memory",
        f"{what}; there are only {size(have)}",
        "give it more, or set UPLOAD_SPOOL_MEMORY_BYTES lower"
        + (" and UPLOAD_SPOOL_DIR to a disk" * bool(on_disk)),
    )


def _memory_bytes(settings: Settings, files: Sequence[str]) -> int | None:
    """The least of what bounds this program."""
    found = [settings.lambda_memory_bytes] if settings.lambda_memory_bytes else []
    for path in files:
        with suppress(OSError, ValueError):
            found.append(int(Path(path).read_text(encoding="ascii")))
    with suppress(OSError, ValueError):
        found.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    return min(found, default=None)


def disk(settings: Settings) -> Iterator[Finding]:
    """Whether files that wait can be written, to what, and how many."""
    budget = settings.spool_disk_bytes
    if not budget:
        yield _no_disk(settings)
        return
    cure = "make room, or name in UPLOAD_SPOOL_DIR a folder that this user may write to"
    try:
        folder = settings.spool_dir or tempfile.gettempdir()
        _try_to_write(folder)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        where = settings.spool_dir or "the folder for temporary files"
        yield fail("disk", f"files that wait cannot be written to {where} ({error.strerror})", cure)
        return
    if is_memory_filesystem(folder) and not settings.in_lambda:
        yield warn(
            "disk",
            f"{folder} is in memory (tmpfs): what shall wait on disk would wait in memory",
            "mount a volume and name it in UPLOAD_SPOOL_DIR",
        )
    if free < budget:
        yield warn(
            "disk",
            f"{folder} has {size(free)} free, and UPLOAD_SPOOL_DISK_BYTES lets files take {size(budget)}",
            "give it more, or set UPLOAD_SPOOL_DISK_BYTES to what is there",
        )
    else:
        yield ok("disk", f"{folder} can be written to, and has {size(free)} free for at most {size(budget)}")


def _no_disk(settings: Settings) -> Finding:
    if settings.spool_memory_bytes:
        return ok("disk", "not used: files wait in memory only")
    return warn(
        "disk",
        "no file may wait, neither in memory nor on disk: uploadUrl must come before the file, and no PUT "
        "can be tried again",
        "give UPLOAD_SPOOL_MEMORY_BYTES or UPLOAD_SPOOL_DISK_BYTES room",
    )


def _try_to_write(folder: str) -> None:
    segments = DiskSegments(folder)
    try:
        segments.write([bytes(PROBE_BYTES)], 0)
    finally:
        segments.close()


def certificates(settings: Settings) -> Finding:
    """Whether there is any that a store's could be checked with."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    named = settings.ssl_cert_file
    if named:
        try:
            context.load_verify_locations(named)
        except OSError as error:
            # OpenSSL's own reasons are for programmers.
            why = "it holds no certificate" if isinstance(error, ssl.SSLError) else error.strerror
            return fail(
                "certificates",
                f"SSL_CERT_FILE cannot be used ({why}): every store over https is refused",
                "name a file of certificates in PEM, each between BEGIN CERTIFICATE and END CERTIFICATE",
            )
        return ok("certificates", f"SSL_CERT_FILE holds {context.cert_store_stats()['x509']}")
    context.set_default_verify_paths()
    count, folder = context.cert_store_stats()["x509"], ssl.get_default_verify_paths().capath
    if count or (folder and os.listdir(folder)):
        return ok("certificates", f"the system's ({count or f'in {folder}'})")
    return fail(
        "certificates",
        "the system trusts none: every store over https is refused",
        "install the package ca-certificates, or set SSL_CERT_FILE",
    )
