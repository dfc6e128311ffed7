"""What no schema can say of a form, told to schemathesis, which loads this: how fields fit, where files go.

Rules: a field that the contract refuses stays as it is; one that it allows is made to fit the others, so that
a refusal can only be of what is wrong, and a form without a wrong field has to be stored.
"""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema_rs
import schemathesis
from devtools import signed_queries
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation import GenerationMode
from schemathesis.generation.meta import ComponentInfo

from tests.support.client.raw_http import CHECK, PLAIN, RETRY
from upload_service.body.checksums import DEFAULT_ALGORITHM, RunningChecksums
from upload_service.presigned import post_fields, signed_headers
from upload_service.presigned.sendable_headers import ANY, S3
from upload_service.upload.upload_limits import GRANT_FIELD

STORE = os.environ["CONTRACT_STORE"]
PATHS = json.loads(Path(os.environ["CONTRACT"]).read_text(encoding="utf-8"))["paths"]
FORMS = {
    path: PATHS[path]["post"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    for path in (PLAIN, RETRY, CHECK)
}
BODY = ParameterLocation.BODY

# schemathesis judges a form anew that a hook has touched, and takes each one with a file in it for wrong.
_modes: dict[str, tuple[GenerationMode, ComponentInfo]] = {}


@schemathesis.hook
def before_call(
    _context: schemathesis.HookContext, case: schemathesis.Case[Any], _kwargs: dict[str, Any]
) -> None:
    """Make the form's fields fit each other, and put them in one of the two orders of the contract."""
    if case.method != "POST" or not isinstance(case.body, dict) or not case.meta:
        return
    mode, part = case.meta.generation.mode, case.meta.components[BODY]
    parts = {name: as_text(name, value) for name, value in case.body.items() if value != []}  # no part at all
    form = fitting(parts, FORMS[case.path])
    if part.mode.is_negative and is_right(form, FORMS[case.path]):
        # What was made wrong has no part in it: a header's type, say, where there is no header.
        mode, part = GenerationMode.POSITIVE, ComponentInfo(mode=GenerationMode.POSITIVE)
    _modes[case.id] = mode, part
    # URL, headers, file; or file, headers, URL.
    first, last = ("uploadUrl", "file") if len(form) % 2 else ("file", "uploadUrl")
    case.body = dict(sorted(form.items(), key=lambda each: (each[0] == last) - (each[0] == first)))


@schemathesis.hook
def after_call(
    _context: schemathesis.HookContext, case: schemathesis.Case[Any], _response: schemathesis.Response
) -> None:
    """Restore whether schemathesis made the form right or wrong."""
    if case.meta and case.id in _modes:
        case.meta.generation.mode, case.meta.components[BODY] = _modes.pop(case.id)


def as_text(name: str, value: Any) -> Any:
    """In a form every value is text: instead of a header value of a wrong type, send a wrong text."""
    is_header = name.startswith((signed_headers.FIELD_PREFIX, signed_headers.CONTENT_TYPE_FIELD))
    return "\x7f" if is_header and not isinstance(value, str) else value


def fitting(form: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """The form, with values that are right for this file and these headers, for a URL of S3."""
    form = {name: value for name, value in form.items() if not _is_of_another(name)}
    file = getattr(form.get("file"), "data", form.get("file"))
    file = file.encode() if isinstance(file, str) else file if isinstance(file, bytes) else b""
    sums = RunningChecksums({DEFAULT_ALGORITHM})
    sums.update(file)
    given = {
        name.removeprefix(signed_headers.FIELD_PREFIX)
        for name in form
        if name.startswith(signed_headers.FIELD_PREFIX)
    }
    names = ";".join(sorted(given - signed_headers.ALWAYS_SENT | {"host"}))
    if "content-type" in given:
        form.pop(signed_headers.CONTENT_TYPE_FIELD, None)  # two ways to write one header
    url = f"{STORE}contract/object?{signed_queries.v4(signed_headers=names)}"
    right = {"uploadUrl": url, "size": len(file), "checksum": str(sums.get(DEFAULT_ALGORITHM))}
    allowed = {
        name
        for name in right.keys() & form.keys()
        if jsonschema_rs.is_valid(schema["properties"][name], form[name])
    }
    return form | {name: right[name] for name in allowed}


def _is_of_another(field: str) -> bool:
    """Whether it goes with another vendor's URL, with a POST, or with a service that asks for grants.

    No schema can make their values fit.
    """
    if field in (post_fields.FIELD, GRANT_FIELD) or field.startswith(post_fields.FIELD_PREFIX):
        return True
    header = field.removeprefix(signed_headers.FIELD_PREFIX)
    return header != field and ANY.include(header) and not S3.include(header)


def is_right(form: dict[str, Any], schema: dict[str, Any]) -> bool:
    """Whether the contract allows the form, whose file may be any bytes."""
    return jsonschema_rs.is_valid(schema, form | ({"file": ""} if hasattr(form.get("file"), "data") else {}))
