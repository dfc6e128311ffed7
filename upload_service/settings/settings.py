"""All settings of the service, read once from the environment into one frozen object.

Knows: each variable's name, default, bounds and meaning. `--help` and the settings tables of the docs are
made from this file, in this order.
Rules: the name of a number says its unit. A wrong value ends the start with one plain line that names the
variable and never quotes the value. Unsafe or contradictory settings are refused here.
Must not know: aiohttp, the application.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from upload_service.clients.bearer_tokens import ApiToken
from upload_service.clients.client_address import Network, parse_networks
from upload_service.content.allowed_types import AllowedTypes
from upload_service.presigned import providers
from upload_service.presigned.allowed_destinations import (
    KNOWN_STORES_WORD,
    AllowedDestinations,
    parse_destinations,
)
from upload_service.settings import origins, parsing
from upload_service.settings.environment import SettingError, list_fields, read_fields
from upload_service.settings.environment import setting as _setting

LAMBDA_NAME_VARIABLE, LAMBDA_MEMORY_VARIABLE = "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"
# A Lambda function has no more disk for files, runs one upload at a time, and nobody can scrape it.
LAMBDA_DEFAULTS = {"UPLOAD_SPOOL_DISK_BYTES": "256MiB", "UPLOAD_METRICS": "emf"}
# The memory that the service needs in addition to the spool's.
BASE_MEMORY_BYTES = 96 * 1024 * 1024


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """Everything that can be set, as parsed values; sizes in bytes, times in seconds."""

    port: int = _setting("PORT", "8000", parsing.whole_number(0, 65535), "port to listen on")
    bind: str | None = _setting(
        "UPLOAD_BIND",
        "",
        parsing.bind_address,
        "host name or address to listen on; empty means all interfaces",
    )
    log_level: str = _setting("LOG_LEVEL", "INFO", parsing.log_level, "least severe level that is logged")
    cors_origins: tuple[str, ...] = _setting(
        "UPLOAD_CORS_ORIGINS",
        "*",
        origins.parse_origins,
        "origins whose pages may call the service: *, a comma-separated list, or off when a gateway in front "
        "adds the CORS headers",
    )
    upload_page: str = _setting(
        "UPLOAD_PAGE",
        "on",
        parsing.upload_page,
        "the upload page for browsers at /: on, off, or the URL of a signer that gives the page a presigned "
        "URL for each file",
    )
    metrics: str = _setting(
        "UPLOAD_METRICS",
        "off",
        parsing.choice("off", "prometheus", "emf"),
        "off, prometheus (GET /metrics), or emf (the log lines of uploads are CloudWatch metrics as well), "
        "which is the default in Lambda",
    )
    metrics_port: int | None = _setting(
        "UPLOAD_METRICS_PORT",
        "",
        parsing.optional(parsing.whole_number(0, 65535)),
        "a port of its own for /metrics, on the same addresses; empty means that /metrics is on the "
        "service's port",
    )
    timeout_seconds: float = _setting(
        "TIMEOUT_SECONDS",
        "300",
        parsing.seconds(0.1),
        "time limit for storage, counted from the client's last byte; retries and backoff are included",
    )
    stall_seconds: float = _setting(
        "UPLOAD_STALL_SECONDS",
        "30",
        parsing.seconds(0.1),
        "an upload is ended when, while bytes flow, the client sends nothing or storage takes nothing for "
        "this long",
    )
    spool_memory_bytes: int = _setting(
        "UPLOAD_SPOOL_MEMORY_BYTES",
        "64MiB",
        parsing.byte_count(0),
        "memory for files that wait or are kept for retries, for all uploads together; "
        "a file larger than an eighth of it goes to disk",
    )
    spool_disk_bytes: int = _setting(
        "UPLOAD_SPOOL_DISK_BYTES",
        "2GiB",
        parsing.byte_count(0),
        "disk space for files that wait or are kept for retries, for all uploads together, "
        "in unnamed temporary files",
    )
    spool_dir: str | None = _setting(
        "UPLOAD_SPOOL_DIR",
        "",
        parsing.writable_folder,
        "folder for these temporary files; empty means the system's own folder for temporary files",
    )
    max_concurrent: int = _setting(
        "UPLOAD_MAX_CONCURRENT",
        "64",
        parsing.whole_number(1, 100_000),
        "most uploads at once; any more are answered 503 before their body is read",
    )
    min_bytes_per_second: int = _setting(
        "UPLOAD_MIN_BYTES_PER_SECOND",
        "1KiB",
        parsing.byte_count(0),
        "minimum average upload speed of a client, enforced once the service has waited for it for "
        "UPLOAD_STALL_SECONDS in total",
    )
    expect_continue_bytes: int = _setting(
        "UPLOAD_EXPECT_CONTINUE_BYTES",
        "1MiB",
        parsing.byte_count(0),
        "storage is asked first (Expect: 100-continue) for files of this size or more, which are sent when "
        "it says 100 Continue, or nothing for a second; 0 means never to ask",
    )
    max_file_bytes: int = _setting(
        "UPLOAD_MAX_FILE_BYTES",
        "5GiB",
        parsing.byte_count(1),
        "largest file; S3 takes at most 5 GiB in one PUT",
    )
    allowed_types: AllowedTypes | None = _setting(
        "UPLOAD_ALLOWED_TYPES",
        "",
        parsing.allowed_types,
        "comma-separated media types that are accepted, such as image/*,application/pdf, judged by a file's "
        "first bytes; the word parts lets parts of an object pass, which cannot be; empty means any file",
    )
    destinations: AllowedDestinations = _setting(
        "UPLOAD_DESTINATIONS",
        KNOWN_STORES_WORD,
        parse_destinations,
        "comma-separated URL prefixes that uploads may go to; "
        f"{KNOWN_STORES_WORD} stands for https to {providers.titles()}",
    )
    verify: str = _setting(
        "UPLOAD_VERIFY",
        "crc",
        parsing.choice("off", "crc", "md5"),
        "checksums of each file that are compared with what storage says it stored: crc (CRC64-NVME, and "
        "CRC32C for Google), md5 (ETag and Content-MD5 as well; costs more CPU than everything else "
        "together), or off",
    )
    api_tokens: tuple[ApiToken, ...] = _setting(
        "UPLOAD_API_TOKENS",
        "",
        parsing.api_tokens,
        "bearer tokens of callers, each written `token` or `name:token` and at least 32 characters long: a "
        "comma-separated list, or @ and the path of a file with one per line; empty means that anybody may "
        "upload",
    )
    rate_per_minute: int = _setting(
        "UPLOAD_RATE_PER_MINUTE",
        "0",
        parsing.whole_number(0, 1_000_000),
        "most uploads that one client address may begin per minute; any more are answered 429; "
        "0 means no limit",
    )
    max_concurrent_per_client: int | None = _setting(
        "UPLOAD_MAX_CONCURRENT_PER_CLIENT",
        "",
        parsing.optional(parsing.whole_number(0, 100_000)),
        "most uploads at once from one client address; any more are answered 429; 0 means no limit; empty "
        "means a quarter of UPLOAD_MAX_CONCURRENT, at least 4, for addresses that can be one client's only",
    )
    trusted_proxies: tuple[Network, ...] = _setting(
        "UPLOAD_TRUSTED_PROXIES",
        "",
        parse_networks,
        "comma-separated networks of proxies whose X-Forwarded-For header is trusted",
    )
    shutdown_seconds: float = _setting(
        "UPLOAD_SHUTDOWN_SECONDS",
        "25",
        parsing.seconds(0),
        "time that running uploads have to finish after the service is told to stop",
    )
    drain_delay_seconds: float = _setting(
        "UPLOAD_DRAIN_DELAY_SECONDS",
        "0",
        parsing.seconds(0),
        "how long the socket stays open after /readyz has turned 503, so that load balancers notice it",
    )
    ssl_cert_file: str | None = _setting(
        "SSL_CERT_FILE",
        "",
        parsing.existing_file,
        "file with the certificates to trust instead of the system's, for private stores",
    )

    lambda_function: str = _setting(
        LAMBDA_NAME_VARIABLE, "", str, "set by AWS Lambda: the service then knows that it runs there"
    )
    lambda_memory_bytes: int = _setting(
        LAMBDA_MEMORY_VARIABLE, "", parsing.mebibytes, "set by AWS Lambda: the function's memory in MB"
    )

    @property
    def in_lambda(self) -> bool:
        """Whether the service runs in a Lambda function."""
        return bool(self.lambda_function)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """The settings that these environment variables make; raises SettingError at the first wrong one."""
        in_lambda = bool(environment.get(LAMBDA_NAME_VARIABLE))
        settings = read_fields(cls, environment, LAMBDA_DEFAULTS if in_lambda else {})
        memory = settings.lambda_memory_bytes
        if memory and settings.spool_memory_bytes > memory - BASE_MEMORY_BYTES:
            raise SettingError("UPLOAD_SPOOL_MEMORY_BYTES must leave the function 96MiB of its memory")
        if conflict := _metrics_conflict(settings, explicit="UPLOAD_METRICS" in environment):
            raise SettingError(conflict)
        return settings


def _metrics_conflict(settings: Settings, *, explicit: bool) -> str | None:
    """Why UPLOAD_METRICS does not go with other settings, as a line for the operator; None if it does.

    `explicit`: the operator has set UPLOAD_METRICS; it is not the default.
    """
    if settings.metrics == "prometheus" and settings.in_lambda:
        return "UPLOAD_METRICS must be emf or off in Lambda, where nobody can scrape a function"
    if settings.metrics == "emf" and explicit and settings.log_level not in ("DEBUG", "INFO"):
        return "UPLOAD_METRICS must be off, or LOG_LEVEL be INFO: with emf the log lines carry the metrics"
    if settings.metrics_port is not None and settings.metrics != "prometheus":
        return "UPLOAD_METRICS_PORT must not be set unless UPLOAD_METRICS is prometheus"
    if settings.metrics_port and settings.metrics_port == settings.port:
        return "UPLOAD_METRICS_PORT must be another port than PORT; leave it out to use that one"
    return None


def unknown_variables(environment: Mapping[str, str]) -> list[str]:
    """Variables that begin with UPLOAD_ and are no settings, so that a misspelt one is noticed; sorted."""
    known = {variable for variable, _, _ in list_settings()}
    return sorted(name for name in environment if name.startswith("UPLOAD_") and name not in known)


def list_settings() -> list[tuple[str, str, str]]:
    """Variable, default and meaning of each setting, in the order of the docs."""
    return list_fields(Settings)
