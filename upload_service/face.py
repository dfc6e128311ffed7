"""The settings of the side that callers and operators see: the socket, the log, which pages may call.

Rules: as in `config.py`, whose settings these are.
"""

from dataclasses import dataclass

from upload_service import parsing
from upload_service.environment import setting as _setting


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
        "origins whose pages may call: *, a comma-separated list, or off when something in front does it",
    )
    upload_page: str = _setting(
        "UPLOAD_PAGE",
        "on",
        parsing.upload_page,
        "the page for browsers at /: on, off, or the URL of a signer that gives it a URL for each file",
    )
