"""What this service asks of the standard OTEL_ variables, which OpenTelemetry's SDK reads itself.

Knows: which of them would lead nowhere with what is installed.
Rules: a refusal is one line that names the variable and never quotes the value, which may hold a key. What
the SDK takes, or warns of and goes on, is left to it.
Must not know: the SDK.

Source: opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables and /protocol/exporter.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

DEFAULT_ENDPOINT = "http://localhost:4318"
# The one of traces comes before the one of all signals.
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")


def is_disabled(environment: Mapping[str, str]) -> bool:
    """Whether the standard switch turns off what OpenTelemetry does."""
    return environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"


def traces_conflict(environment: Mapping[str, str]) -> str | None:
    """Why no trace would arrive, as a line for the operator; None if nothing speaks against it."""
    protocol = _first(environment, PROTOCOLS)
    if protocol and environment[protocol].strip() != "http/protobuf":
        return f"{protocol} must be http/protobuf: this service sends no other"
    endpoint = _first(environment, ENDPOINTS)
    if endpoint and not environment[endpoint].lower().startswith(("http://", "https://")):
        return f"{endpoint} must be a URL that begins with http:// or https://"
    return None


def collector_origin(environment: Mapping[str, str]) -> str:
    """Scheme, host and port of the collector: all of its URL that is no secret."""
    endpoint = _first(environment, ENDPOINTS)
    parts = urlsplit(environment[endpoint].strip() if endpoint else DEFAULT_ENDPOINT)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}"


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    """The first of these variables that is set; an empty one is not, as the standard has it."""
    return next((name for name in names if environment.get(name, "").strip()), None)
