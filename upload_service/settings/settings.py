"""All settings of the service, read once from the environment into one frozen object.

Knows: the groups of settings, and which of their values do not go together. `--help` and the settings tables
of the docs are made from the groups' files: each has variable, default, bounds and meaning.
Rules: the name of a number says its unit. A wrong value ends the start with one plain line that names the
variable and never quotes the value. Unsafe or contradictory settings are refused here.
Must not know: aiohttp, the application.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from upload_service.settings import parsing
from upload_service.settings.access_settings import AccessSettings, shared_secret, signed_tokens_conflict
from upload_service.settings.environment import SettingError, list_fields, read_fields, setting
from upload_service.settings.http_settings import HttpSettings
from upload_service.settings.scanner_settings import ScannerSettings
from upload_service.settings.traces_variables import is_disabled, traces_conflict
from upload_service.settings.upload_settings import UploadSettings

LAMBDA_NAME_VARIABLE, LAMBDA_MEMORY_VARIABLE = "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE"
# A Lambda function has no more disk for files, runs one upload at a time, and nobody can scrape it.
LAMBDA_DEFAULTS = {"UPLOAD_SPOOL_DISK_BYTES": "256MiB", "UPLOAD_METRICS": "emf"}
# The memory that the service needs in addition to the spool's.
BASE_MEMORY_BYTES = 96 * 1024 * 1024


# The last base comes first in the docs.
@dataclass(frozen=True, eq=False)
class Settings(ScannerSettings, AccessSettings, UploadSettings, HttpSettings):
    """Everything that can be set, as parsed values; sizes in bytes, times in seconds."""

    shutdown_seconds: float = setting(
        "UPLOAD_SHUTDOWN_SECONDS",
        "25",
        parsing.seconds(0),
        "time that running uploads have to finish after the service is told to stop",
    )
    drain_delay_seconds: float = setting(
        "UPLOAD_DRAIN_DELAY_SECONDS",
        "0",
        parsing.seconds(0),
        "how long the socket stays open after /readyz has turned 503, so that load balancers notice it",
    )
    ssl_cert_file: str | None = setting(
        "SSL_CERT_FILE",
        "",
        parsing.existing_file,
        "file with the certificates to trust instead of the system's, for private stores",
    )

    lambda_function: str = setting(
        LAMBDA_NAME_VARIABLE, "", str, "set by AWS Lambda: the service then knows that it runs there"
    )
    lambda_memory_bytes: int = setting(
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
        if is_disabled(environment):
            environment = {**environment, "UPLOAD_TRACES": "off"}
        settings = read_fields(cls, environment, LAMBDA_DEFAULTS if in_lambda else {})
        memory = settings.lambda_memory_bytes
        if memory and settings.spool_memory_bytes > memory - BASE_MEMORY_BYTES:
            raise SettingError("UPLOAD_SPOOL_MEMORY_BYTES must leave the function 96MiB of its memory")
        conflicts = (
            _metrics_conflict(settings, explicit="UPLOAD_METRICS" in environment),
            traces_conflict(environment) if settings.traces == "otlp" else None,
            signed_tokens_conflict(settings),
            shared_secret(settings),
        )
        if conflict := next(filter(None, conflicts), None):
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
