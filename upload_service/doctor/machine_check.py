"""Checks the machine: memory, descriptors, disk, trusted certificates.

Knows: where Linux tells a container's memory limit. On other systems the machine's memory counts.
Rules: each check tries the real thing, and leaves nothing behind.
Must not know: presigned URLs, ports (ports_check.py).
"""

import os
import shutil
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from upload_service.body.disk_segments import DiskSegments, is_memory_filesystem
from upload_service.doctor.finding import Finding, fail, format_bytes, ok, warn
from upload_service.server import descriptors
from upload_service.server.request_heads import ALL_HEADS_BYTES, CONNECTION_BYTES, MEMORY_FACTOR
from upload_service.settings.settings import BASE_MEMORY_BYTES, Settings

# The memory limit of this container, in cgroup v2 and v1. Version 1 has a huge number if there is no limit.
MEMORY_LIMIT_FILES = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
# The memory of one upload for chunks that are on their way to the disk (docs/byte-path.md).
DISK_WRITE_BYTES = 3 * 1024 * 1024
PROBE_BYTES = 64 * 1024


def check_machine(settings: Settings) -> list[Finding]:
    """All checks of the machine, except those of its ports."""
    return [
        check_memory(settings),
        check_open_files(settings),
        *check_disk(settings),
        check_certificates(settings),
    ]


def check_open_files(settings: Settings) -> Finding:
    """Whether the system lets the process open as many files and sockets as it may need."""
    have, uploads = descriptors.raise_limit(), descriptors.for_uploads(settings)
    most = descriptors.most_connections(settings, have)
    what = (
        f"at most {have} files and sockets may be open; {settings.max_concurrent} uploads at once need "
        f"{uploads}, and clients may have {most} connections"
    )
    if have - descriptors.RESERVED >= uploads:
        return ok("descriptors", what)
    return warn(
        "descriptors",
        f"{what}: too few for so many uploads",
        "raise the hard limit (ulimit -Hn, LimitNOFILE of systemd, docker --ulimit nofile), or set "
        "UPLOAD_MAX_CONCURRENT lower",
    )


def check_memory(settings: Settings, limit_files: Sequence[str] = MEMORY_LIMIT_FILES) -> Finding:
    """Whether there is as much memory as the service may need. `limit_files`: see MEMORY_LIMIT_FILES."""
    spool, tmpfs = settings.spool_memory_bytes, 0
    if settings.spool_disk_bytes and is_memory_filesystem(settings.spool_dir):
        tmpfs = settings.spool_disk_bytes
    writes = DISK_WRITE_BYTES * settings.max_concurrent if settings.spool_disk_bytes else 0
    callers = _memory_of_connections(settings)
    need, have = BASE_MEMORY_BYTES + callers + spool + writes + tmpfs, _memory_bytes(settings, limit_files)
    what = (
        f"the service may take {format_bytes(need)} at worst, {format_bytes(spool)} of it for files that wait"
    )
    if callers:
        what += f", {format_bytes(callers)} when hostile clients have as many connections as they may"
    if tmpfs:
        what += f" and {format_bytes(tmpfs)} because UPLOAD_SPOOL_DIR is in memory"
    if have is None:
        return ok("memory", f"{what}; how much there is cannot be told here")
    if need <= have:
        return ok("memory", f"{what}; there are {format_bytes(have)}")
    return warn(
        "memory",
        f"{what}; there are only {format_bytes(have)}",
        "give it more, or set UPLOAD_SPOOL_MEMORY_BYTES lower"
        + (" and UPLOAD_SPOOL_DIR to a disk" * bool(tmpfs)),
    )


def _memory_of_connections(settings: Settings) -> int:
    """What all connections of clients may take. In Lambda there is one, and it is not the clients'."""
    if settings.in_lambda:
        return 0
    most = descriptors.most_connections(settings, descriptors.raise_limit())
    return ALL_HEADS_BYTES * MEMORY_FACTOR + most * CONNECTION_BYTES


def _memory_bytes(settings: Settings, limit_files: Sequence[str]) -> int | None:
    """The lowest limit of this process's memory; None if there is no way to tell."""
    limits = [settings.lambda_memory_bytes] if settings.lambda_memory_bytes else []
    for path in limit_files:
        with suppress(OSError, ValueError):
            limits.append(int(Path(path).read_text(encoding="ascii")))
    with suppress(OSError, ValueError):
        limits.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    return min(limits, default=None)


def check_disk(settings: Settings) -> Iterator[Finding]:
    """Whether the spool can write to its folder, whether that is a disk, and whether it has enough space."""
    budget = settings.spool_disk_bytes
    if not budget:
        yield _no_disk(settings)
        return
    cure = "make room, or name in UPLOAD_SPOOL_DIR a folder that this user may write to"
    try:
        folder = settings.spool_dir or tempfile.gettempdir()
        _write_test_file(folder)
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
            f"{folder} has {format_bytes(free)} free, and UPLOAD_SPOOL_DISK_BYTES lets files take "
            f"{format_bytes(budget)}",
            "give it more, or set UPLOAD_SPOOL_DISK_BYTES to what is there",
        )
    else:
        yield ok(
            "disk",
            f"{folder} can be written to, and has {format_bytes(free)} free for at most "
            f"{format_bytes(budget)}",
        )


def _no_disk(settings: Settings) -> Finding:
    if settings.spool_memory_bytes:
        return ok("disk", "not used: files wait in memory only")
    return warn(
        "disk",
        "no file may wait, neither in memory nor on disk: uploadUrl must come before the file, and no PUT "
        "can be tried again",
        "give UPLOAD_SPOOL_MEMORY_BYTES or UPLOAD_SPOOL_DISK_BYTES room",
    )


def _write_test_file(folder: str) -> None:
    segments = DiskSegments(folder)
    try:
        segments.write([bytes(PROBE_BYTES)], 0)
    finally:
        segments.close()


def check_certificates(settings: Settings) -> Finding:
    """Whether there are trusted certificates, with which the certificate of a store can be checked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    path = settings.ssl_cert_file
    if path:
        try:
            context.load_verify_locations(path)
        except OSError as error:
            # The reasons of OpenSSL are hard to understand, so we give our own.
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
