"""What the contract says of answers: their headers, and each code of the catalogue with an example.

Knows: which answers `responses.py` gives; which codes an endpoint may answer.
Rules: codes, statuses and sentences come from the catalogue. A code that stands in none of the lists below is
one of the upload endpoints', and one that needs neither the file nor storage is one of a check's as well.
"""

import json
from collections.abc import Iterable

from openapi.examples import REQUEST_ID
from openapi.form import Schema
from upload_service.clients.bearer_tokens import CHALLENGE
from upload_service.errors.catalogue import storage_refusals
from upload_service.errors.catalogue.entry import CatalogueEntry
from upload_service.errors.upload_error import CATALOGUE, UploadError
from upload_service.server.responses import RETRY_AFTER_SECONDS, problem_response
from upload_service.translation.phrase import LANGUAGES

PROBLEM = "application/problem+json"
# Of whatever is asked.
ANYWHERE = frozenset(
    {"bad_request", "method_not_allowed", "request_head_timeout", "request_head_too_large", "internal_error"}
)
# Not of an upload: it has a path, and somebody who hears.
NOT_OF_UPLOADS = {
    "not_found": "of other paths",
    "client_gone": "nobody is left to hear it; the log has it",
    "file_in_check": "of a check",
}
NOT_OF_CHECKS = frozenset({"not_found", "client_gone"})
# What only the file, its part of the form, or a look at the storage's address can show.
AFTER_A_CHECK = frozenset(
    {
        "multiple_files", "length_unpredictable", "header_too_late", "invalid_block_list",
        "checksum_too_late", "checksum_differs", "type_unrecognised", "type_mismatch", "too_large_to_keep",
        "spool_full", "address_refused",
    }
)  # fmt: skip
# What needs no storage, of the failures that storage may find as well.
WITHOUT_STORAGE = frozenset({"url_expired"})
ONLY_WHEN_RETRYING = frozenset({"invalid_max_retries"})

_ID_HEADER = {
    "required": True,
    "description": "The request's id: yours when you sent a usable one, else a new one. The log knows it.",
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,128}$"},
}


def upload_codes(*, retrying: bool) -> list[str]:
    """What an upload endpoint may answer, in the order of the catalogue."""
    left_out = NOT_OF_UPLOADS.keys() | (frozenset() if retrying else ONLY_WHEN_RETRYING)
    return [code for code in CATALOGUE if code not in left_out]


def check_codes() -> list[str]:
    """What a check may answer, in the order of the catalogue."""
    of_storage = {entry.code for entry in storage_refusals.ENTRIES} - WITHOUT_STORAGE
    left_out = NOT_OF_CHECKS | AFTER_A_CHECK | of_storage
    return [code for code, entry in CATALOGUE.items() if code not in left_out and entry.fault != "storage"]


def problems(codes: Iterable[str]) -> dict[str, Schema]:
    """The failures with these codes, by status."""
    by_status: dict[int, list[CatalogueEntry]] = {}
    for code in codes:
        by_status.setdefault(CATALOGUE[code].status, []).append(CATALOGUE[code])
    return {str(status): _problem(status, by_status[status]) for status in sorted(by_status)}


def success(content: Schema, description: str, *, localized: bool = False) -> dict[str, Schema]:
    """An answer that is no failure. `localized`: it is there in several languages."""
    return {"200": {"description": description, "headers": headers(localized=localized), "content": content}}


def headers(status: int = 200, *, localized: bool = False) -> Schema:
    """The headers of an answer; those for CORS are told in the introduction."""
    found: Schema = {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}
    if localized or status >= 400:
        found["Content-Language"] = {"$ref": "#/components/headers/Content-Language"}
    if status >= 400:
        name = "Retry-After" if status in (429, 503) else "Retry-After-Of-Storage"
        found["Retry-After"] = {"$ref": f"#/components/headers/{name}"}
    if status == 401:
        found["WWW-Authenticate"] = {"$ref": "#/components/headers/WWW-Authenticate"}
    if status == 405:
        found["Allow"] = {"$ref": "#/components/headers/Allow"}
    return found


def components() -> Schema:
    """The headers and examples that answers share."""
    seconds = {"type": "integer", "minimum": 0}
    return {
        "headers": {
            "X-Request-Id": _ID_HEADER,
            "Content-Language": {
                "required": True,
                "description": "The language that `Accept-Language` prefers of these; English if neither.",
                "schema": {"type": "string", "enum": list(LANGUAGES)},
            },
            "Retry-After": {
                "required": True,
                "description": f"Seconds to wait, {RETRY_AFTER_SECONDS} unless more is known.",
                "schema": seconds,
            },
            "Retry-After-Of-Storage": {"description": "Where storage sent one.", "schema": seconds},
            "WWW-Authenticate": {"required": True, "schema": {"type": "string"}, "example": CHALLENGE},
            "Allow": {"required": True, "schema": {"type": "string"}, "example": "POST"},
        },
        "examples": {
            code: {"summary": entry.title, "value": _example(code)} for code, entry in CATALOGUE.items()
        },
    }


def _problem(status: int, entries: list[CatalogueEntry]) -> Schema:
    codes = [entry.code for entry in entries]
    told = "\n".join(f"- `{entry.code}`: {entry.cause}" for entry in entries)
    known = {"properties": {"status": {"const": status}, "code": {"enum": codes}}}
    return {
        "description": told,
        "headers": headers(status),
        "content": {
            PROBLEM: {
                "schema": {"allOf": [{"$ref": "#/components/schemas/Problem"}, known]},
                "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in codes},
            }
        },
    }


def _example(code: str) -> Schema:
    """As the service itself writes it."""
    found: Schema = json.loads(str(problem_response(UploadError(code), REQUEST_ID).text))
    return found
