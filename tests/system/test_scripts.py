"""The commands: each says its usage and has a line in scripts/README.md; every path that is named exists."""

import os
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "scripts"
COMMANDS = sorted(
    f"./{path.relative_to(ROOT)}"
    for folder in (SCRIPTS, SCRIPTS / "dev")
    for path in folder.iterdir()
    if path.is_file() and os.access(path, os.X_OK)
)
NAMED = re.compile(
    r"(?<![\w/.$}-])(?:\./)?((?:scripts/[\w./-]*\w)|(?:tests/[\w/-]+\.(?:py|yml|json|cjs|mjs)))"
)
TEXTS = {".md", ".py", ".sh", ".cfg", ".toml", ".yml", ".yaml", ".json", ".txt", ".in", ".lock", ""}


def texts() -> list[Path]:
    """Every file of the project that may name a path, but for what tools have made."""
    found = [path for path in ROOT.iterdir() if path.is_file() and path.suffix in TEXTS]
    for folder in (".ci", ".github", "docs", "scripts", "tests", "upload_service"):
        for place, folders, names in os.walk(ROOT / folder):
            folders[:] = [each for each in folders if each not in ("node_modules", "corpus", "__pycache__")]
            found += [path for name in names if (path := Path(place, name)).suffix in TEXTS]
    return [path for path in found if path.name != ".git"]


@pytest.mark.parametrize("command", COMMANDS)
def test_usage(command: str) -> None:
    """The second line of a command is its usage, with the path by which it is called."""
    lines = (ROOT / command).read_text(encoding="utf-8").splitlines()
    assert lines[0] == "#!/usr/bin/env bash"
    assert lines[1].startswith(f"# Usage: {command}")
    assert lines[2].startswith("# ")


def test_each_command_has_its_line() -> None:
    """scripts/README.md has one row for each command, and no other."""
    page = (SCRIPTS / "README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `(\./scripts/[^`]+)` \|", page, re.MULTILINE)) == COMMANDS


def test_paths_exist() -> None:
    """Whatever names a file of scripts/, or a file of tests/ with its ending, names one that is there."""
    missing = {
        f"{path.relative_to(ROOT)}: {named}"
        for path in texts()
        for named in NAMED.findall(path.read_text(encoding="utf-8"))
        if not (ROOT / named).exists()
    }
    assert missing == set()
