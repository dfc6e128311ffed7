"""CloudWatch's embedded metric format, as AWS specifies it, and what CloudWatch would take from a line.

Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring, "Specification: Embedded metric format".
"""

from typing import Any

import jsonschema_rs

SIZES = ("Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes")
BITS = ("Bits", "Kilobits", "Megabits", "Gigabits", "Terabits")
RATES = tuple(f"{unit}/Second" for unit in (*SIZES, *BITS, "Count"))
UNITS = ("Seconds", "Microseconds", "Milliseconds", *SIZES, *BITS, "Percent", "Count", *RATES, "None")


def _text(most: int) -> dict[str, object]:
    return {"type": "string", "minLength": 1, "maxLength": most}


_METRIC = {
    "type": "object",
    "required": ["Name"],
    "properties": {
        "Name": _text(1024),
        "Unit": {"enum": list(UNITS)},
        "StorageResolution": {"enum": [1, 60]},
    },
    "additionalProperties": False,
}
_DIRECTIVE = {
    "type": "object",
    "required": ["Namespace", "Dimensions", "Metrics"],
    "properties": {
        "Namespace": _text(1024),
        "Dimensions": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "array", "maxItems": 30, "items": _text(250)},
        },
        "Metrics": {"type": "array", "minItems": 1, "maxItems": 100, "items": _METRIC},
    },
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {
                "Timestamp": {"type": "integer", "minimum": 0},
                "CloudWatchMetrics": {"type": "array", "items": _DIRECTIVE},
            },
            "additionalProperties": False,
        }
    },
}
_VALID = jsonschema_rs.validator_for(SCHEMA)


def taken(line: dict[str, Any]) -> dict[tuple[str, str], float]:
    """What CloudWatch takes from a line: values by metric and dimensions, such as ("uploads", "code=ok").

    Fails on a line that breaks a rule: those of the schema, and that each metric and dimension that is named
    must be a number or a text of the line.
    """
    _VALID.validate(line)
    found = {}
    for directive in line["_aws"]["CloudWatchMetrics"]:
        for dimensions in directive["Dimensions"]:
            assert all(isinstance(line[name], str) and 0 < len(line[name]) <= 1024 for name in dimensions)
            told = ",".join(f"{name}={line[name]}" for name in dimensions)
            for metric in directive["Metrics"]:
                value = line[metric["Name"]]
                assert isinstance(value, int | float)
                assert not isinstance(value, bool)
                assert (metric["Name"], told) not in found
                found[metric["Name"], told] = value
    return found
