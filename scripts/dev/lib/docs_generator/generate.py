"""./scripts/dev/docs: write anew what the docs repeat of the code, and say what only a person can write.

Knows: which files are made, whole or in part, and from what.
Rules: what is made is never written by hand; tests compare all of it with what this module makes.
"""

import sys
from pathlib import Path

from devtools.node_packages import NoNodePackages
from monitoring import cloud_alarms, grafana, prometheus_rules
from openapi import document, schemas

from docs_generator import korean, page_modules, page_parts, texts, typescript
from docs_generator.made_parts import LostPart, filled
from docs_generator.tables import english
from upload_service.pages.error_pages import catalogue_markdown
from upload_service.translation.korean.texts import TABLES

COMMAND = "./scripts/dev/docs"
ROOT = Path(__file__).resolve().parents[4]
ALERT_RULES = ROOT / "docs" / "alerts.yml"
DASHBOARD = ROOT / "docs" / "grafana" / "upload-service.json"
TEMPLATES = ROOT / "scripts" / "cloudformation"
CONTRACT = ROOT / "upload_service" / "pages" / "static" / "openapi.json"
EXAMPLES = ROOT / "docs" / "examples"
# The TypeScript client, and its copy in an example that is complete in itself.
CLIENT = EXAMPLES / "typescript" / "upload-client.ts"
CLIENT_COPY = EXAMPLES / "nextjs" / "upload-client.ts"
# What else that example has a copy of.
COPIED = ("upload-in-parts.ts", "parts-back-end.ts")


def main() -> int:
    """Write what is stale; the exit status is 1 when something is left that only a person can write."""
    _write(stale())
    missing = gaps()
    try:
        _write({path: text for path, text in page_modules.compiled().items() if _text(path) != text})
    except NoNodePackages as without:
        missing.append(f"The page's modules of the TypeScript client are not made anew: {without}.")
    for gap in missing:
        print(gap, file=sys.stderr)
    return 1 if missing else 0


def made() -> dict[Path, str]:
    """Every file that is made, as the code has it; raises LostPart."""
    client = typescript.with_interfaces(CLIENT.read_text(encoding="utf-8"), schemas.schemas())
    whole = {
        ROOT / "docs" / "errors.md": catalogue_markdown(),
        ALERT_RULES: prometheus_rules.text(),
        DASHBOARD: grafana.text(),
        CONTRACT: document.text(),
        CLIENT: client,
        CLIENT_COPY: client,
    }
    whole |= {
        CLIENT_COPY.with_name(name): CLIENT.with_name(name).read_text(encoding="utf-8") for name in COPIED
    }
    whole |= {TEMPLATES / name: _template(name) for name in cloud_alarms.TEMPLATES}
    parts = page_parts.parts(korean.read())
    return whole | {ROOT / name: _page(name, parts) for name in page_parts.PAGES}


def stale() -> dict[Path, str]:
    """The files that are not what the code makes of them, with what they should be; raises LostPart."""
    return {path: text for path, text in made().items() if _text(path) != text}


def gaps() -> list[str]:
    """What only a person can write: where it belongs, and what is missing there."""
    return korean.read().gaps(english()) + texts.gaps(texts.texts(), TABLES) + schemas.gaps()


def _write(texts_by_path: dict[Path, str]) -> None:
    for path, text in texts_by_path.items():
        path.write_text(text, encoding="utf-8")
        print(f"written: {path.relative_to(ROOT)}")


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _template(name: str) -> str:
    try:
        return cloud_alarms.filled(name, (TEMPLATES / name).read_text(encoding="utf-8"))
    except LostPart as lost:
        raise LostPart(f"{name} {lost}") from None


def _page(name: str, parts: dict[str, str]) -> str:
    try:
        return filled((ROOT / name).read_text(encoding="utf-8"), page_parts.PAGES[name], parts)
    except LostPart as lost:
        raise LostPart(f"{name} {lost}") from None


if __name__ == "__main__":
    try:
        sys.exit(main())
    except LostPart as lost:
        sys.exit(str(lost))
