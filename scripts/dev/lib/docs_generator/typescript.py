"""The answer's types in TypeScript, made from the contract's schemas.

Knows: how a schema's members read as a TypeScript interface.
Rules: one interface serves both endpoints, so what only one of them answers is optional.
"""

import re
from typing import Any

# Interface in the client: the schemas whose members it has.
INTERFACES = {"Stored": ("Stored", "StoredWithAttempts"), "Attempt": ("Attempt",)}
_TYPES = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}


def with_interfaces(client: str, schemas: dict[str, Any]) -> str:
    """The client's source with its interfaces as the contract has them."""
    for interface, names in INTERFACES.items():
        whole = re.compile(rf"^export interface {interface} {{\n.*?^}}", re.DOTALL | re.MULTILINE)
        found = whole.search(client)
        assert found, f"the client has no interface {interface}"
        members = "".join(_members([schemas[name] for name in names]))
        made = f"export interface {interface} {{\n{members}}}"
        client = client[: found.start()] + made + client[found.end() :]
    return client


def _members(schemas: list[dict[str, Any]]) -> list[str]:
    plain, more = schemas[0], [part for each in schemas[1:] for part in each["allOf"] if "properties" in part]
    lines = [_member(name, schema, name in plain["required"]) for name, schema in plain["properties"].items()]
    for part in more:
        lines += [_member(name, schema, False) for name, schema in part["properties"].items()]
    return lines


def _member(name: str, schema: dict[str, Any], required: bool) -> str:
    told = f"  /** {schema['description']} */\n" if "description" in schema else ""
    return f"{told}  {name}{'' if required else '?'}: {_type(schema)};\n"


def _type(schema: dict[str, Any]) -> str:
    if "const" in schema:
        return str(schema["const"]).lower()
    if "$ref" in schema or "anyOf" in schema:
        return _named(schema)
    if schema["type"] == "array":
        return f"{_type(schema['items'])}[]"
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return " | ".join(_TYPES[kind] for kind in kinds)


def _named(schema: dict[str, Any]) -> str:
    """An interface of the client by its name; every list of codes is a string."""
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return name if name in INTERFACES else "string"
