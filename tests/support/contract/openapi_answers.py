"""Compares a real answer with what the contract says of it.

Rules: an answer may have no member that the contract does not name.
"""

import json
from typing import Any

import jsonschema_rs
from docs_generator.generate import CONTRACT

DOCUMENT: dict[str, Any] = json.loads(CONTRACT.read_text(encoding="utf-8"))


def pointed(value: dict[str, Any]) -> dict[str, Any]:
    """The value itself, or the value that its `$ref` points to."""
    found: Any = DOCUMENT
    if "$ref" not in value:
        return value
    for step in value["$ref"].removeprefix("#/").split("/"):
        found = found[step]
    assert isinstance(found, dict)
    return found


def operations() -> dict[str, dict[str, Any]]:
    """All operations, by method and path."""
    return {
        f"{method.upper()} {path}": operation
        for path, methods in DOCUMENT["paths"].items()
        for method, operation in methods.items()
    }


def codes_of(response: dict[str, Any]) -> list[str]:
    """The codes of the catalogue that a response may have."""
    problem = response["content"].get("application/problem+json")
    return list(problem["schema"]["allOf"][1]["properties"]["code"]["enum"]) if problem else []


def complaints(value: object, schema: dict[str, Any]) -> list[str]:
    """The errors that the schema finds in a value."""
    closed = {"allOf": [schema], "unevaluatedProperties": False, "components": DOCUMENT["components"]}
    return [str(error) for error in jsonschema_rs.Draft202012Validator(closed).iter_errors(value)]


def assert_described(
    operation: dict[str, Any], status: int, headers: dict[str, str], body: dict[str, Any]
) -> None:
    """Check that the contract describes this answer of the operation. Header names are lower case."""
    response = operation["responses"][str(status)]
    content = response["content"][headers["content-type"].partition(";")[0]]
    assert complaints(body, content["schema"]) == []
    for name, header in response["headers"].items():
        told = pointed(header)
        if name.lower() in headers:
            value = headers[name.lower()]
            typed = int(value) if told["schema"]["type"] == "integer" else value
            assert jsonschema_rs.is_valid(told["schema"], typed), name
        else:
            assert not told.get("required"), name
