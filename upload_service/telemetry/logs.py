"""Structured logs on standard output: one JSON line per event, readable colour on a terminal.

Knows: the register of events, structlog's set-up, and how secrets are kept out.
Rules: an event that is not in the register is a mistake (the tests fail on it); no exception's text is ever
logged, only its class and where it was raised; signed queries are cut from everything that libraries say.
Must not know: upload logic.
"""

import json
import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO

import structlog

EVENTS = {
    "listening": "the service accepts requests",
    "stopping": "told to stop: /readyz answers 503, running uploads are finished",
    "stopped": "everything is finished or given up",
    "upload": "one upload has ended: its code, legs, attempts and sizes",
    "internal_error": "something unexpected in the service",
    "anybody_may_upload": "no token is set: what bounds uploads instead",
    "bad_request_head": "a request was refused before it had a path",
    "unknown_setting": "a variable that begins with UPLOAD_ is no setting",
    "spool_in_memory": "what shall wait on disk would wait in memory: mount a volume at UPLOAD_SPOOL_DIR",
    "library_log": "a library has logged something",
}

# asyncio counts writes to a connection that is gone, before its protocol has heard of it; the upload tells.
WRITTEN_TO_THE_GONE = frozenset({"SSL connection is closed", "socket.send() raised exception."})

# Each address is matched whole, with a query or without: a text full of addresses is looked at once.
_ADDRESS = re.compile(r"(https?://[^\s?'\"<>]*)(\?[^\s'\"<>)]*)?")
_SIGNATURE = re.compile(
    r"(?i)\b((?:x-(?:amz|goog)-)?(?:signature|credential|security-token)|sig)=[^&\s'\"<>)]+"
)
_BEARER = re.compile(r"(?i)\bbearer +[^\s'\"]+")

# Of the request that is being served, for every event that is logged meanwhile.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)


def set_up(level: str, stream: TextIO = sys.stdout) -> None:
    """Configure structlog and the standard library's logging, once per process."""
    on_terminal = stream.isatty()
    structlog.configure(
        processors=[
            _complete,
            structlog.dev.ConsoleRenderer() if on_terminal else _render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(
        level=max(logging.getLevelName(level), logging.INFO), handlers=[_Forward()], force=True
    )


def describe(error: BaseException) -> dict[str, Any]:
    """What may be logged of an exception: classes and places, of it and of what caused it."""
    kinds: list[str] = []
    current: BaseException | None = error
    last = error
    while current is not None and len(kinds) < 5:
        kinds.append(type(current).__name__)
        last = current
        current = current.__cause__ or current.__context__
    frames = traceback.extract_tb(last.__traceback__)[-5:]
    return {"error": kinds, "at": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]}


def scrub(text: str) -> str:
    """The text without signed queries and signatures."""
    if "=" not in text and "?" not in text:
        return text
    return _SIGNATURE.sub(r"\1=…", _ADDRESS.sub(_without_query, text))


def _without_query(address: re.Match[str]) -> str:
    return address[1] if address[2] is None else f"{address[1]}?…"


def _complete(_logger: object, method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """When, how severe and what come first; texts are scrubbed. One step, because each upload pays for it."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    whole = {"timestamp": f"{now[:-6]}Z", "level": method, "event": event.pop("event")}
    for key, value in event.items():
        whole[key] = scrub(value) if isinstance(value, str) else value
    if "request_id" not in event and (name := request_id.get()):
        whole["request_id"] = name
    return whole


def _render(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    return json.dumps(event)


class _Forward(logging.Handler):
    """Passes what libraries log on to structlog, without the text of exceptions."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "asyncio" and record.msg in WRITTEN_TO_THE_GONE:
            return
        details = {"logger": record.name, "message": _BEARER.sub("Bearer …", record.getMessage())}
        if record.exc_info and record.exc_info[1]:
            details |= describe(record.exc_info[1])
        structlog.get_logger().log(record.levelno, "library_log", **details)
