"""The shapes in the contract: how a stored object, a check, a failure, an attempt and a progress line look.

Knows: the types of the members that the service answers.
Rules: what is not `required` is there when it is known. Tests compare real answers with these, and none
may have a member that does not stand here.
"""

from pathlib import Path

from openapi import examples
from openapi.form import Schema
from upload_service.body.checksums import DEFAULT_ALGORITHM
from upload_service.errors.upload_error import CATALOGUE

_FILE = Path(__file__).resolve().relative_to(Path(__file__).resolve().parents[4])
_COUNT: Schema = {"type": "integer", "minimum": 0}
_ID: Schema = {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"}


def schemas() -> Schema:
    """All of them, by name."""
    attempts = _object(_attempts(), "attempts", "attempt_log")
    return {
        "Code": {"type": "string", "enum": list(CATALOGUE)},
        "Stored": _stored(),
        "StoredWithAttempts": {"allOf": [{"$ref": "#/components/schemas/Stored"}, attempts]},
        "Received": _received(),
        "ReceivedWithAttempts": {"allOf": [{"$ref": "#/components/schemas/Received"}, attempts]},
        "Checked": _checked(),
        "Problem": _problem(),
        "Attempt": _attempt(),
        "ProgressLine": _progress(),
    }


def gaps() -> list[str]:
    """The members that the service answers and that have no schema here."""
    stored, retried = examples.stored(), examples.stored_with_attempts()
    more = {name: retried[name] for name in retried if name not in stored}
    found = [
        *_missing("_stored", _stored(), stored),
        *_missing("_received", _received(), examples.received()),
        *_missing("_attempts", _object(_attempts()), more),
        *_missing("_checked", _checked(), examples.checked()),
        *_missing("_problem", _problem(), examples.problem()),
    ]
    return [f"{_FILE}: {gap}" for gap in found]


def _missing(function: str, schema: Schema, answer: Schema) -> list[str]:
    members = schema["properties"]
    assert isinstance(members, dict)
    return [f"{function} has no type for the member {name} of the answer" for name in answer.keys() - members]


def _stored() -> Schema:
    members: Schema = {
        "success": {"const": True},
        "stored": {"const": True},
        "message": {"type": "string"},
        "status": {"type": "integer", "minimum": 200, "maximum": 299, "description": "Storage's own."},
        "file_size": _COUNT,
        "filename": {"type": "string"},
        "request_id": _ID,
        "duration_ms": _COUNT,
        "etag": {"type": "string", "description": "As storage gave it."},
        "checksum": {
            "type": "string",
            "pattern": f"^{DEFAULT_ALGORITHM}:[A-Za-z0-9+/]{{11}}=$",
            "description": "Of the bytes that were sent; compared with storage's own where it gives one.",
        },
    }
    required = [name for name in members if name not in ("etag", "checksum")]
    complete = {"const": True, "description": "Only of a resumable session: it has the whole object."}
    return _object(members | {"complete": complete}, *required)


def _received() -> Schema:
    """A piece, or a question, after which a resumable session wants more."""
    held = "So many bytes of the object, from its start, the session holds: send the next piece from there."
    more: Schema = {
        "stored": {"const": False},
        "status": {"const": 308, "description": "The session's own."},
        "complete": {"const": False},
        "received_bytes": _COUNT | {"description": held},
    }
    shape = _stored()
    members, required = shape["properties"], shape["required"]
    assert isinstance(members, dict)
    assert isinstance(required, list)
    kept = {name: member for name, member in members.items() if name != "etag"}
    return _object(kept | more, *dict.fromkeys([*required, *more]))


def _checked() -> Schema:
    members: Schema = {"ok": {"const": True}, "message": {"type": "string"}, "request_id": _ID}
    return _object(members, *members)


def _problem() -> Schema:
    """RFC 9457, with the members that existing callers rely on."""
    members: Schema = {
        "type": {"type": "string", "format": "uri-reference", "pattern": "^/errors/[a-z0-9_]+$"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What happened and what to do."},
        "success": {"const": False},
        "code": {"$ref": "#/components/schemas/Code"},
        "fault": {"enum": ["client", "storage", "service"], "description": "Whose turn it is."},
        "retryable": {"type": "boolean", "description": "Whether the same request may succeed later."},
        "request_id": _ID,
        "stored": {
            "type": ["boolean", "null"],
            "enum": [False, None],
            "description": "Whether the file is stored all the same: false, or null when nobody knows.",
        },
        **_attempts(),
        "storage": _object({"status": _COUNT, "code": {"type": ["string", "null"]}}, "status", "code"),
    }
    return _object(members, *(name for name in members if name not in ("storage", "replayable")))


def _attempts() -> Schema:
    return {
        "attempts": _COUNT | {"description": "How many PUTs were begun."},
        "attempt_log": {"type": "array", "items": {"$ref": "#/components/schemas/Attempt"}},
        "replayable": {
            "type": "boolean",
            "description": "False: there was no room for a copy, so no further attempt was possible.",
        },
    }


def _attempt() -> Schema:
    """One PUT."""
    members: Schema = {
        "code": {"anyOf": [{"$ref": "#/components/schemas/Code"}, {"enum": ["ok", "given_up"]}]},
        "status": {"type": ["integer", "null"], "description": "Storage's, null when it gave none."},
        "ms": _COUNT,
        "bytes": _COUNT | {"description": "Of the file, handed to storage's connection."},
    }
    return _object(members, *members)


def _progress() -> Schema:
    """One line of `application/x-ndjson`; the last one is the plain answer."""
    total: Schema = {"type": ["integer", "null"], "minimum": 0}
    events: dict[str, Schema] = {
        "received": {"bytes": _COUNT, "of": total},
        "attempt": {"attempt": {"type": "integer", "minimum": 1}},
        "sent": {"bytes": _COUNT, "of": total},
        "scanning": {},
        "waiting": {
            "seconds": {"type": "number", "minimum": 0},
            "code": {"$ref": "#/components/schemas/Code"},
        },
    }
    lines = [
        _object({"event": {"const": event}} | members, "event", *members) for event, members in events.items()
    ]
    answers = ("Stored", "StoredWithAttempts", "Received", "ReceivedWithAttempts", "Problem")
    last = [{"$ref": f"#/components/schemas/{name}"} for name in answers]
    return {"anyOf": [*lines, *last]}


def _object(members: Schema, *required: str) -> Schema:
    return {"type": "object", "required": list(required), "properties": members}
