"""./scripts/dev/docs: write anew what the documentation repeats of the code.

Knows: which parts of which files are made, and from what. Tests compare the same parts.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from openapi import document

from docs_generator import operations_page
from upload_service.errors.upload_error import CATALOGUE
from upload_service.pages.error_pages import catalogue_markdown
from upload_service.settings.settings import list_settings

ROOT = Path(__file__).resolve().parents[4]
CONTRACT = ROOT / "upload_service" / "pages" / "static" / "openapi.json"
EXAMPLES = ROOT / "docs" / "examples"
# The TypeScript client, and its copy in an example that is complete in itself.
CLIENT = EXAMPLES / "typescript" / "upload-client.ts"
CLIENT_COPY = EXAMPLES / "nextjs" / "upload-client.ts"
ERROR_ROW = re.compile(r"^\| \[`.*$", re.MULTILINE)
SETTING_ROW = re.compile(r"^\| `[A-Z_]+` .*$", re.MULTILINE)


def main() -> None:
    _write(ROOT / "docs" / "errors.md", catalogue_markdown())
    _write(CONTRACT, document.text())
    operations = ROOT / "docs" / "operations.md"
    _write(operations, operations_page.made_anew(operations.read_text(encoding="utf-8"), setting_rows()))
    _write(CLIENT_COPY, CLIENT.read_text(encoding="utf-8"))
    readme = ROOT / "README.md"
    text = with_rows(readme.read_text(encoding="utf-8"), ERROR_ROW, error_rows())
    _write(readme, with_rows(text, SETTING_ROW, setting_rows()))


def error_rows() -> list[str]:
    """The README's table of errors."""
    return [
        f"| [`{e.code}`](docs/errors.md#{e.code}) | {e.status} | {e.fault} "
        f"| {'yes' if e.retryable else 'no'} | {e.cause} |"
        for e in CATALOGUE.values()
    ]


def setting_rows() -> list[str]:
    """The README's table of settings."""
    return [
        f"| `{name}` | {f'`{default}`' if default else '(not set)'} | {meaning} |"
        for name, default, meaning in list_settings()
    ]


def with_rows(text: str, row: re.Pattern[str], rows: Iterable[str]) -> str:
    """The text with these rows instead of its own, which stand together."""
    found = list(row.finditer(text))
    return text[: found[0].start()] + "\n".join(rows) + text[found[-1].end() :]


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        print(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
