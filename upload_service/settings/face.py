"""The settings of the side that callers and operators see: the socket, the log, the metrics,
which pages may call.

Rules: as in `settings.py`, whose settings these are.
"""

from dataclasses import dataclass

from upload_service.settings import parsing
from upload_service.settings.environment import setting as _setting


@dataclass(frozen=True, slots=True)
class Face:
    """How the service shows itself."""

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
        parsing.origins,
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


def contradiction(face: Face, *, in_lambda: bool, chosen: bool) -> str | None:
    """What does not fit together, as a line for the operator; `chosen`: the metrics are no default."""
    if face.metrics == "prometheus" and in_lambda:
        return "UPLOAD_METRICS must be emf or off in Lambda, where nobody can scrape a function"
    if face.metrics == "emf" and chosen and face.log_level not in ("DEBUG", "INFO"):
        return "UPLOAD_METRICS must be off, or LOG_LEVEL be INFO: with emf the log lines carry the metrics"
    if face.metrics_port is not None and face.metrics != "prometheus":
        return "UPLOAD_METRICS_PORT must not be set unless UPLOAD_METRICS is prometheus"
    if face.metrics_port and face.metrics_port == face.port:
        return "UPLOAD_METRICS_PORT must be another port than PORT; leave it out to use that one"
    return None
