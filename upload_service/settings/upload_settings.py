"""What bounds an upload, where it may go, and which files it may have.

Rules: sizes in bytes, times in seconds.
Must not know: callers.
"""

from dataclasses import dataclass

from upload_service.content.allowed_types import AllowedTypes
from upload_service.presigned import providers
from upload_service.presigned.allowed_destinations import (
    KNOWN_STORES_WORD,
    AllowedDestinations,
    parse_destinations,
)
from upload_service.settings import parsing
from upload_service.settings.environment import setting


@dataclass(frozen=True, eq=False)
class UploadSettings:
    """The limits of every upload."""

    timeout_seconds: float = setting(
        "TIMEOUT_SECONDS",
        "300",
        parsing.seconds(0.1),
        "time limit for storage, counted from the client's last byte; retries and backoff are included",
    )
    stall_seconds: float = setting(
        "UPLOAD_STALL_SECONDS",
        "30",
        parsing.seconds(0.1),
        "an upload is ended when, while bytes flow, the client sends nothing or storage takes nothing for "
        "this long",
    )
    spool_memory_bytes: int = setting(
        "UPLOAD_SPOOL_MEMORY_BYTES",
        "64MiB",
        parsing.byte_count(0),
        "memory for files that wait or are kept for retries, for all uploads together; "
        "a file larger than an eighth of it goes to disk",
    )
    spool_disk_bytes: int = setting(
        "UPLOAD_SPOOL_DISK_BYTES",
        "2GiB",
        parsing.byte_count(0),
        "disk space for files that wait or are kept for retries, for all uploads together, "
        "in unnamed temporary files",
    )
    spool_dir: str | None = setting(
        "UPLOAD_SPOOL_DIR",
        "",
        parsing.writable_folder,
        "folder for these temporary files; empty means the system's own folder for temporary files",
    )
    max_concurrent: int = setting(
        "UPLOAD_MAX_CONCURRENT",
        "64",
        parsing.whole_number(1, 100_000),
        "most uploads at once; any more are answered 503 before their body is read",
    )
    min_bytes_per_second: int = setting(
        "UPLOAD_MIN_BYTES_PER_SECOND",
        "1KiB",
        parsing.byte_count(0),
        "minimum average upload speed of a client, enforced once the service has waited for it for "
        "UPLOAD_STALL_SECONDS in total",
    )
    expect_continue_bytes: int = setting(
        "UPLOAD_EXPECT_CONTINUE_BYTES",
        "1MiB",
        parsing.byte_count(0),
        "storage is asked first (Expect: 100-continue) for files of this size or more, which are sent when "
        "it says 100 Continue, or nothing for a second; 0 means never to ask",
    )
    max_file_bytes: int = setting(
        "UPLOAD_MAX_FILE_BYTES",
        "5GiB",
        parsing.byte_count(1),
        "largest file; S3 takes at most 5 GiB in one PUT",
    )
    allowed_types: AllowedTypes | None = setting(
        "UPLOAD_ALLOWED_TYPES",
        "",
        parsing.allowed_types,
        "comma-separated media types that are accepted, such as image/*,application/pdf, judged by a file's "
        "first bytes; the word parts lets parts of an object pass, which cannot be; empty means any file",
    )
    destinations: AllowedDestinations = setting(
        "UPLOAD_DESTINATIONS",
        KNOWN_STORES_WORD,
        parse_destinations,
        "comma-separated URL prefixes that uploads may go to; "
        f"{KNOWN_STORES_WORD} stands for https to {providers.titles()}",
    )
    verify: str = setting(
        "UPLOAD_VERIFY",
        "crc",
        parsing.choice("off", "crc", "md5"),
        "checksums of each file that are compared with what storage says it stored: crc (CRC64-NVME, and "
        "CRC32C for Google), md5 (ETag and Content-MD5 as well; costs more CPU than everything else "
        "together), or off",
    )
