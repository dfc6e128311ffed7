"""Structured logs on standard output: one JSON line per event; coloured text on a terminal.

Knows: the register of events, structlog's set-up, and how secrets are kept out.
Rules: an event that is not in the register is a mistake, and a test fails on it. No exception's text is
logged, only its class and the place where it was raised. Signed queries are cut from everything that
libraries log. What a library says again and again is said once, with a count (repeated_lines.py).
Must not know: how an upload runs.
"""

import json
import logging
import math
import re
import sys
import traceback
from collections.abc import Iterable, MutableMapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, NamedTuple, TextIO

import structlog

from upload_service.telemetry.repeated_lines import RepeatedLines

EVENTS = {
    "listening": "the service accepts requests",
    "stopping": "told to stop: /readyz answers 503, running uploads are finished",
    "stopped": "everything is finished or given up",
    "upload": "one upload has ended: its code, legs, attempts and sizes",
    "check": "one form without its file was judged: its code",
    "internal_error": "something unexpected in the service",
    "anybody_may_upload": "neither tokens nor grants are asked for: what bounds uploads instead",
    "identity_keys": "the identity provider has told its keys, and they are others than before",
    "identity_keys_failed": "the identity provider could not be asked for its keys: why; known ones go on",
    "bad_request_head": "a request was refused before it had a path",
    "unknown_setting": "a variable that begins with UPLOAD_ is no setting",
    "storage_spoke_unasked": "a storage sent what nobody asked for: its connections are not kept for a while",
    "spool_in_memory": "files that wait would be in memory, not on disk: mount a volume at UPLOAD_SPOOL_DIR",
    "scanner": "the malware scanner was probed: whether its OK can be believed, whether it tells its limits",
    "scanner_unavailable": "the malware scanner gave no answer at the start, or one that cannot be believed",
    "parts_unscanned": "parts of objects are stored without a scan, because UPLOAD_SCANNER says so",
    "connections_full": "too many clients were connected: how many of them had to make room",
    "library_log": "a library has logged something",
}

# asyncio logs writes to a closed connection before its protocol hears of the close. The upload's event tells
# it.
WRITES_AFTER_CLOSE = frozenset({"SSL connection is closed", "socket.send() raised exception."})

# Each URL is matched whole, with a query or without, so a text full of URLs is scanned only once.
_URL = r"(https?://[^\s?'\"<>]*)(\?[^\s'\"<>)]*)?"
_SIGNATURE = r"(?i)\b((?:x-(?:amz|goog)-)?(?:signature|credential|security-token)|sig)=[^&\s'\"<>)]+"
_BEARER = r"(?i)\bbearer +[^\s'\"]+"

# The id of the request that is being served, for every event that is logged meanwhile.
request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
# The trace of which that request is a part; None where nothing is traced.
trace_id: ContextVar[str | None] = ContextVar("trace_id", default=None)
# What sends traces. It quotes the collector's URL and headers, which may hold a key, so only the message's
# template is logged, with whole numbers and the classes of exceptions.
_TEMPLATES_ONLY = frozenset({"opentelemetry", "requests", "urllib3"})


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
    """What may be logged of an exception: its classes and places, and those of what caused it."""
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
    return re.sub(_SIGNATURE, r"\1=…", re.sub(_URL, _without_query, text))


def _without_query(address: re.Match[str]) -> str:
    return address[1] if address[2] is None else f"{address[1]}?…"


def _complete(_logger: object, method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """Put time, level and event first, and scrub texts. One step, because every upload pays for it."""
    now = datetime.now(UTC).isoformat(timespec="microseconds")
    line = {"timestamp": f"{now[:-6]}Z", "level": method, "event": event.pop("event")}
    line.update(event)
    for key, value in event.items():
        # A base64 text ends with what else stands before a signature.
        if isinstance(value, str) and ("?" in value or "=" in value.rstrip("=")):
            line[key] = scrub(value)
    if "request_id" not in event and (name := request_id.get()):
        line["request_id"] = name
    if trace := trace_id.get():
        line["trace_id"] = trace
    return line


def _render(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    return json.dumps(event)


class _Forward(logging.Handler):
    """Forwards what libraries log to structlog, without the text of exceptions.

    A repeated line is counted, and said again with its count at the next line or at the end of the process.
    """

    def __init__(self) -> None:
        super().__init__()
        self._repeated = RepeatedLines[_Line]()

    def emit(self, record: logging.LogRecord) -> None:
        if record.name == "asyncio" and record.msg in WRITES_AFTER_CLOSE:
            return
        details = {"logger": record.name, **details_of(record)}
        if record.exc_info and record.exc_info[1]:
            details |= describe(record.exc_info[1])
        line = _Line(record.levelno, details)
        key = record.name, record.levelno, details["message"].partition("\n")[0], str(details.get("error"))
        self._say_repeated(self._repeated.due(record.created))
        if self._repeated.is_new(key, line, record.created):
            line.say()

    def close(self) -> None:
        """The process ends: say what is still only counted."""
        self._say_repeated(self._repeated.due(math.inf))
        super().close()

    def _say_repeated(self, lines: Iterable[tuple["_Line", int]]) -> None:
        for line, count in lines:
            line.say(repeated=count)


def details_of(record: logging.LogRecord) -> dict[str, Any]:
    """What a library says, as far as it may be logged."""
    if record.name.partition(".")[0] not in _TEMPLATES_ONLY:
        return {"message": re.sub(_BEARER, "Bearer …", record.getMessage())}
    values: list[Any] = []
    for each in record.args if isinstance(record.args, tuple) else ():
        if isinstance(each, BaseException):
            values += describe(each)["error"]
        elif isinstance(each, int):
            values.append(each)
    return {"message": str(record.msg), "values": values}


class _Line(NamedTuple):
    """One line of a library."""

    level: int
    details: dict[str, Any]

    def say(self, **more: int) -> None:
        """Write it, with `more` members."""
        structlog.get_logger().log(self.level, "library_log", **self.details, **more)
