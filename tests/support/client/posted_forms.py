"""Forms of callers who have a presigned POST: its URL, its fields in either way, and the file."""

import json
from collections.abc import Mapping

import pytest

from tests.support.client.raw_http import field, file, form
from tests.support.service.transcript import TRANSCRIPT

# In which order the parts of a form come, and how its fields are written.
ORDERS = ("url-fields-file", "fields-url-file", "file-url-fields", "file-fields-url", "url-file-fields")
orders = pytest.mark.parametrize("order", ORDERS)
ways = pytest.mark.parametrize("way", ["object", "single"])


def hide(fields: Mapping[str, str]) -> Mapping[str, str]:
    """Note what is secret in the fields; gives them back."""
    names = ("policy", "signature", "x-amz-signature", "x-goog-signature", "x-amz-credential")
    found = [value.rstrip("=") for name, value in fields.items() if name.lower() in names]
    TRANSCRIPT.secrets.update(secret for secret in found if len(secret) >= 16)
    return fields


def fields_of(fields: Mapping[str, str], way: str = "object") -> bytes:
    """The parts that give the fields."""
    hide(fields)
    if way == "object":
        return field("fields", json.dumps(fields))
    return b"".join(field(f"field:{name}", value) for name, value in fields.items())


def posted(
    url: str,
    fields: Mapping[str, str],
    content: bytes,
    order: str = "url-fields-file",
    way: str = "object",
    filename: str = "photo.png",
    content_type: str | None = "image/png",
) -> bytes:
    """The whole form."""
    parts = {
        "url": field("uploadUrl", url),
        "fields": fields_of(fields, way),
        "file": file(content, filename, content_type),
    }
    return form(*(parts[name] for name in order.split("-")))
