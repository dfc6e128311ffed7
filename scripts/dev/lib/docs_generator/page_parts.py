"""The made parts of the pages: what each is, and which page has which.

Knows: the names of the parts, which stand in the pages between two comments.
Rules: a part is made from the code; no list of the code's things is kept here, but which settings most
operators look for.
"""

from openapi import examples
from openapi.examples import Json
from widgets import snippets

from docs_generator import floor_plan, operations_page, tracing_page
from docs_generator.korean import Korean
from docs_generator.tables import error_rows, setting_rows, store_rows, table
from upload_service.presigned import providers

# Page: the names of its parts.
PAGES = {
    "README.md": ("stored", "problem", "most_used"),
    "README.ko.md": ("stored", "problem", "most_used_ko"),
    "CONTRIBUTING.md": ("rooms",),
    "docs/calling.md": ("checked", "stored_with_attempts", "received", "progress"),
    "docs/calling.ko.md": ("checked", "stored_with_attempts", "received", "progress"),
    "docs/migration.md": ("new_members", "new_members_of_retries"),
    "docs/operations.md": ("upload_event", "events", "metrics", "cloud_metrics", "alerts", "alarm_prices"),
    "docs/settings.md": ("settings", "stores"),
    "docs/stores.md": ("known_stores",),
    "docs/tracing.md": ("spans", "span_attributes"),
    "docs/tables.ko.md": ("settings_ko", "errors_ko"),
    "docs/widgets.md": tuple(snippets.parts()),
    "docs/widgets-in-parts.md": tuple(snippets.parts_in_parts()),
}
MOST_USED = (
    "UPLOAD_DESTINATIONS",
    "UPLOAD_CORS_ORIGINS",
    "UPLOAD_API_TOKENS",
    "UPLOAD_ALLOWED_TYPES",
    "UPLOAD_MAX_FILE_BYTES",
    "UPLOAD_MAX_CONCURRENT",
    "TIMEOUT_SECONDS",
    "UPLOAD_METRICS",
    "LOG_LEVEL",
    "PORT",
)
# What the service before this one answered.
OLD_MEMBERS = frozenset({"success", "message", "status", "file_size", "filename"})

_SETTINGS = "variable | default | meaning"
_SETTINGS_KO = "변수 | 기본값 | 설명"
_ERRORS_KO = "code | status | fault | retryable | 원인"


def parts(korean: Korean) -> dict[str, str]:
    """All of them, by name."""
    lines = snippets.parts() | snippets.parts_in_parts()
    return operations_page.parts() | tracing_page.parts() | lines | _answers() | _tables(korean) | {
        "stores": _in_docs(providers.titles()),
        "known_stores": table("store | name in `--check` | domains | ways to sign", store_rows()),
        "rooms": f"```text\n{floor_plan.drawing()}\n```",
    }  # fmt: skip


def _tables(korean: Korean) -> dict[str, str]:
    return {
        "settings": table(_SETTINGS, setting_rows()),
        "most_used": table(_SETTINGS, setting_rows(MOST_USED)),
        "settings_ko": table(_SETTINGS_KO, setting_rows(translate=korean.of)),
        "most_used_ko": table(_SETTINGS_KO, setting_rows(MOST_USED, korean.of)),
        "errors_ko": table(_ERRORS_KO, error_rows("ko")),
    }


def _answers() -> dict[str, str]:
    stored, retried = examples.stored(), examples.stored_with_attempts()
    return {
        "stored": _json(stored),
        "stored_with_attempts": _json(retried),
        "received": _json(examples.received()),
        "checked": _json(examples.checked()),
        "problem": _json(examples.problem()),
        "upload_event": _json(examples.upload_event()),
        "progress": _json(*examples.progress()),
        "new_members": _names(stored.keys() - OLD_MEMBERS, stored),
        "new_members_of_retries": _names(retried.keys() - stored.keys(), retried),
    }


def _in_docs(text: str) -> str:
    """The text with the page of stores as a link, from another page of docs."""
    return text.replace("docs/stores.md", "[stores.md](stores.md)")


def _json(*lines: Json) -> str:
    return "\n".join(["```json", *map(examples.text, lines), "```"])


def _names(names: set[str], order: Json) -> str:
    return ", ".join(f"`{name}`" for name in order if name in names)
