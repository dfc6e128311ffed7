"""The rooms of the package on their floors, from the contract of import-linter in setup.cfg.

Knows: the first sentence of each room says what it is for.
"""

import ast
from configparser import ConfigParser
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
PACKAGE = ROOT / "upload_service"
CONTRACT = "importlinter:contract:rooms"


def floors() -> list[list[str]]:
    """The rooms of each floor, the highest first."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    return [line.split(" | ") for line in config[CONTRACT]["layers"].split("\n") if line]


def drawing() -> str:
    """The rooms, one a line, with a line between two floors."""
    names = max(len(room) for floor in floors() for room in floor) + 2
    rooms = [[f"  {room:<{names}}{_purpose(room)}" for room in floor] for floor in floors()]
    width = max(len(line) for floor in rooms for line in floor) + 2
    return f"\n{'─' * width}\n".join("\n".join(floor) for floor in rooms)


def _purpose(room: str) -> str:
    """The first sentence of the room's head."""
    folder = PACKAGE / room
    file = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    head = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return head.partition("\n\n")[0].replace("\n", " ").partition(". ")[0].rstrip(".")
