"""The contract, `upload_service/pages/static/openapi.json`: OpenAPI 3.1, made by ./scripts/dev/docs.

Knows: the paths, what each is for, and what stands in the document's head. Forms, answers and shapes are
in the files beside this one.
"""

import json

from openapi import examples
from openapi.form import CHECK_SUMMARY, SUMMARIES, Schema, check_schema, form_schema
from openapi.responses import (
    ANYWHERE,
    check_codes,
    components,
    problems,
    success,
    upload_codes,
)
from openapi.schemas import schemas
from upload_service import __version__
from upload_service.errors.upload_error import CATALOGUE
from upload_service.server.progress import CONTENT_TYPE as PROGRESS

_ABOUT = """Takes a file and an S3 *presigned URL* in one `multipart/form-data` POST and streams the
file, while it arrives, into a PUT to that URL.

Failures are `application/problem+json` (RFC 9457) with a `code` of a closed list, each explained at
`/errors/<code>`. `title` and `detail` are in Korean where `Accept-Language` prefers it to English, and
`Content-Language` says which it is; so are `/errors` and the page. Browsers of the origins that the
operator allows (all, unless set otherwise) may call from any page, and read `X-Request-Id` and
`Retry-After`; credentials other than a bearer token are not used."""

_LINES = """With `Accept: application/x-ndjson`: one JSON object per line, from the moment when the whole
request has come; with `Accept: application/x-ndjson;direct=true` from the beginning, which only a client may
ask for that no proxy stands before.
`received` counts the file's bytes that came, `attempt` begins a PUT, `sent` counts what the running
attempt has handed to storage, `waiting` says how long until another one and after which code. **The last
line is the plain answer**, without `event`; a failure's `status` then says what the HTTP status would
have been. What is refused before the lines begin stays a plain failure with its own status. Browsers read
an answer only when their own sending is done."""


def document() -> Schema:
    """The whole contract."""
    return {
        "openapi": "3.1.1",
        "info": {
            "title": "upload-service",
            "version": __version__,
            "summary": "A form's file, streamed into a PUT to the presigned URL that came with it",
            "description": _ABOUT,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": ".", "description": "Where this document was read"}],
        "tags": [{"name": "uploads"}, {"name": "service", "description": "What can be read"}],
        "paths": {path: {"post": _upload(path)} for path in SUMMARIES}
        | {"/check": {"post": _check()}}
        | _pages(),
        "components": {
            "schemas": schemas(),
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "Where the operator asks for tokens: one of `UPLOAD_API_TOKENS`, "
                    "or a signed one. Where no token is asked for, an upload grant may come here.",
                }
            },
            **components(),
        },
    }


def text() -> str:
    """The document as it lies in its file."""
    return json.dumps(document(), indent=1, ensure_ascii=False) + "\n"


_DONE = "The object is stored; or a resumable session has taken a piece of it and wants more (`Received`)."


def _upload(path: str) -> Schema:
    retrying = path.endswith("-retry")
    more = "WithAttempts" if retrying else ""
    shapes = [{"$ref": f"#/components/schemas/{name}{more}"} for name in ("Stored", "Received")]
    summary, description = SUMMARIES[path]
    stored = examples.stored_with_attempts() if retrying else examples.stored()
    content: Schema = {
        "application/json": {
            "schema": {"anyOf": shapes},
            "examples": {
                "stored": {"value": stored},
                "received": {"value": examples.received(retrying=retrying)},
            },
        },
        PROGRESS: {
            "schema": {"type": "string", "description": f"{_LINES} Each line is a `ProgressLine`."},
            "examples": {"progress": {"value": examples.progress_text()}},
        },
    }
    return {
        "tags": ["uploads"],
        "operationId": "uploadWithRetries" if retrying else "upload",
        "summary": summary,
        "description": description,
        "security": [{}, {"token": []}],
        "parameters": [_request_id()],
        "requestBody": _multipart(form_schema(retrying=retrying)),
        "responses": success(content, f"{_DONE}\n\n{_LINES}") | problems(upload_codes(retrying=retrying)),
    }


def _check() -> Schema:
    summary, description = CHECK_SUMMARY
    content: Schema = {
        "application/json": {
            "schema": {"$ref": "#/components/schemas/Checked"},
            "examples": {"checked": {"value": examples.checked()}},
        }
    }
    return {
        "tags": ["uploads"],
        "operationId": "check",
        "summary": summary,
        "description": description,
        "security": [{}, {"token": []}],
        "parameters": [_request_id()],
        "requestBody": _multipart(check_schema()),
        "responses": success(content, "Nothing speaks against the upload.") | problems(check_codes()),
    }


def _multipart(schema: Schema) -> Schema:
    return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}


def _request_id() -> Schema:
    return {
        "name": "X-Request-Id",
        "in": "header",
        "description": "An id of yours, 1 to 128 of `A-Z a-z 0-9 . _ -`; anything else is replaced.",
        "schema": {"type": "string"},
    }


def _pages() -> Schema:
    status: Schema = {"type": "object", "required": ["status"], "properties": {"status": {"type": "string"}}}
    about: Schema = {
        "type": "object",
        "required": ["message", "version", "docs"],
        "properties": {name: {"type": "string"} for name in ("message", "version", "docs")},
    }
    html: Schema = {"text/html": {"schema": {"type": "string"}}}
    markdown: Schema = {kind: {"schema": {"type": "string"}} for kind in ("text/markdown", "text/html")}
    explained = success(markdown, "Its entry.", localized=True)
    entry = _page("error", "One error explained", explained, "not_found")
    entry["parameters"] = [
        {"name": "code", "in": "path", "required": True, "schema": {"enum": list(CATALOGUE)}}
    ]
    return {
        "/": _get("about", "What this is", success(_json(about) | html, "JSON; a page for browsers.")),
        "/healthz": _get("alive", "Whether it lives", success(_json(status), "It does.")),
        "/readyz": _get(
            "ready", "Whether it is ready for uploads", success(_json(status), "It is."), "shutting_down"
        ),
        "/errors": _get(
            "errors", "The catalogue of errors", success(markdown, "All entries.", localized=True)
        ),
        "/errors/{code}": {"get": entry},
        "/openapi.json": _get(
            "contract", "This document", success(_json({"type": "object"}), "OpenAPI 3.1.")
        ),
        "/docs": _get("docs", "This document as a page", success(html, "Where uploads can be tried out.")),
    }


def _get(name: str, summary: str, answers: dict[str, Schema], *codes: str) -> Schema:
    return {"get": _page(name, summary, answers, *codes)}


def _page(name: str, summary: str, answers: dict[str, Schema], *codes: str) -> Schema:
    return {
        "tags": ["service"],
        "operationId": name,
        "summary": summary,
        "responses": answers | problems(code for code in CATALOGUE if code in ANYWHERE | set(codes)),
    }


def _json(schema: Schema) -> Schema:
    return {"application/json": {"schema": schema}}
