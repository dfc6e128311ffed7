"""How the service is reached and what it tells: ports, pages, logs, metrics.

Must not know: uploads.
"""

from dataclasses import dataclass

from upload_service.settings import origins, parsing
from upload_service.settings.environment import setting


@dataclass(frozen=True, eq=False)
class HttpSettings:
    """The first settings of the docs."""

    port: int = setting("PORT", "8000", parsing.whole_number(0, 65535), "port to listen on")
    bind: str | None = setting(
        "UPLOAD_BIND",
        "",
        parsing.bind_address,
        "host name or address to listen on; empty means all interfaces",
    )
    log_level: str = setting("LOG_LEVEL", "INFO", parsing.log_level, "least severe level that is logged")
    cors_origins: tuple[str, ...] = setting(
        "UPLOAD_CORS_ORIGINS",
        "*",
        origins.parse_origins,
        "origins whose pages may call the service: *, a comma-separated list, or off when a gateway in front "
        "adds the CORS headers",
    )
    upload_page: str = setting(
        "UPLOAD_PAGE",
        "on",
        parsing.upload_page,
        "the upload page for browsers at /: on, off, or the URL of a signer that gives the page a presigned "
        "URL for each file",
    )
    metrics: str = setting(
        "UPLOAD_METRICS",
        "off",
        parsing.choice("off", "prometheus", "emf"),
        "off, prometheus (GET /metrics), or emf (the log lines of uploads are CloudWatch metrics as well), "
        "which is the default in Lambda",
    )
    metrics_port: int | None = setting(
        "UPLOAD_METRICS_PORT",
        "",
        parsing.optional(parsing.whole_number(0, 65535)),
        "a port of its own for /metrics, on the same addresses; empty means that /metrics is on the "
        "service's port",
    )
    traces: str = setting(
        "UPLOAD_TRACES",
        "off",
        parsing.choice("off", "otlp"),
        "off, or otlp: a trace of each upload and check is sent to a collector, by OTLP over HTTP, as the "
        "standard OTEL_ variables say; needs the packages of the extra `traces`",
    )
    metrics_namespace: str = setting(
        "UPLOAD_METRICS_NAMESPACE",
        "UploadService",
        parsing.metrics_namespace,
        "the namespace of CloudWatch's metrics (emf); deployments in one account and region need different "
        "ones, or they are counted together",
    )
