"""The TypeScript client as modules of the upload page, which has no other build step.

Knows: the compiler among the Node packages, and what the page loads of the client.
Rules: comments stay in the source, which the first line names.
"""

import re
import subprocess
import tempfile
from pathlib import Path

from devtools import node_packages

ROOT = Path(__file__).resolve().parents[4]
SOURCES = ROOT / "docs" / "examples" / "typescript"
STATIC = ROOT / "upload_service" / "pages" / "static"
NAMES = ("upload-client", "upload-in-parts")
COMPILE_SECONDS = 120


def compiled() -> dict[Path, str]:
    """The modules by their place in the package; raises NoNodePackages where they cannot be compiled."""
    tsc = node_packages.node_modules(node_packages.BROWSER) / ".bin" / "tsc"
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(  # noqa: S603 - our own command, never a shell
            [tsc, "-p", SOURCES, "--outDir", folder, "--removeComments"], timeout=COMPILE_SECONDS, check=True
        )
        return {STATIC / f"{name}.js": _module(Path(folder), name) for name in NAMES}


def _module(folder: Path, name: str) -> str:
    source = (SOURCES / f"{name}.ts").relative_to(ROOT)
    made = (folder / f"{name}.js").read_text(encoding="utf-8")
    # As the page's other modules are indented, in a tenth fewer bytes; no text there has several lines.
    narrow = re.sub("^ +", lambda indent: indent[0][::2], made, flags=re.MULTILINE)
    return f"// Made from {source} by ./scripts/dev/docs.\n{narrow}"
