"""What docs/tracing.md repeats of the register of spans."""

from docs_generator.tables import table
from upload_service.telemetry.span_definitions import ATTRIBUTES, SPANS


def parts() -> dict[str, str]:
    """The page's made parts, by name."""
    spans = [
        (f"`{each.name}`", each.kind, each.meaning, ", ".join(f"`{one.name}`" for one in each.attributes))
        for each in SPANS
    ]
    attributes = [(f"`{each.name}`", each.values) for each in ATTRIBUTES]
    return {
        "spans": table("span | kind | what it is | attributes", spans),
        "span_attributes": table("attribute | what it says", attributes),
    }
