"""The files that are run, as docs/widgets.md and docs/widgets-in-parts.md show them."""

from widgets.bundle import FOLDER, script
from widgets.in_parts import IN_PARTS
from widgets.widget import WIDGETS, Widget

OURS = FOLDER / "ours"


def parts() -> dict[str, str]:
    """The made parts of docs/widgets.md, by name."""
    shared = {"widget_service": _code("js", (OURS / "service.js").read_text(encoding="utf-8"))}
    return shared | {part_name(widget): _widget(widget) for widget in WIDGETS}


def parts_in_parts() -> dict[str, str]:
    """Those of the other page."""
    shared = {"widget_parts": _code("js", (OURS / "parts.js").read_text(encoding="utf-8"))}
    return shared | {part_name(widget): _widget(widget) for widget in IN_PARTS}


def part_name(widget: Widget) -> str:
    """What the widget's part is called in the page."""
    return f"widget_{widget.name.replace('-', '_')}"


def _widget(widget: Widget) -> str:
    blocks = []
    markup = OURS / f"{widget.name}.html"
    if markup.exists():
        blocks.append(_code("html", markup.read_text(encoding="utf-8")))
    if source := script(OURS, widget):
        blocks.append(_code(source.suffix[1:], source.read_text(encoding="utf-8")))
    return "\n\n".join(blocks)


def _code(language: str, text: str) -> str:
    return f"```{language}\n{text.rstrip()}\n```"
