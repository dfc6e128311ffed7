"""The pages' scripts, bundled by esbuild with the packages of npm that they import.

Knows: which lock file has which packages. `more/` has those that CI does not try.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from devtools.node_packages import node_modules

from widgets.widget import Widget

FOLDER = Path(__file__).parent
MORE = FOLDER / "more"
CLIENT = FOLDER.parents[3] / "docs" / "examples" / "typescript"
KINDS = ("ours", "documented")
# The lines of docs/widgets.md, with the option that cuts files into chunks.
CHUNKED = "chunked"
BUNDLE_SECONDS = 120
OPTIONS = (
    "--bundle",
    "--format=esm",
    "--target=es2022",
    "--jsx=automatic",
    "--log-level=warning",
    "--define:process.env.NODE_ENV='production'",
    # Templates are written out in the pages.
    "--alias:vue=vue/dist/vue.esm-bundler.js",
    *(f"--loader:{kind}=dataurl" for kind in (".gif", ".png", ".svg", ".woff", ".woff2")),
)


class BundleFault(Exception):
    """The pages cannot be bundled; the text says why."""


def bundle(widgets: Sequence[Widget], target: Path, kinds: Sequence[str] = (*KINDS, CHUNKED)) -> None:
    """Write `KIND/NAME.js` and, where there are styles, `.css`; raises BundleFault and NoNodePackages."""
    modules = [node_modules(FOLDER)]
    if not all(widget.tested for widget in widgets):
        modules.append(node_modules(MORE))
    for kind in kinds:
        folder = _chunked(widgets, target / "source") if kind == CHUNKED else FOLDER / kind
        entries = [source for widget in widgets if (source := script(folder, widget))]
        _esbuild(modules, entries, target / kind)


def bundle_in_parts(widgets: Sequence[Widget], target: Path) -> None:
    """As `bundle` does, the kind "ours", with the TypeScript client beside our lines."""
    source = target / "source-in-parts"
    shutil.copytree(FOLDER / "ours", source)
    for file in CLIENT.glob("*.ts"):
        shutil.copy(file, source)
    for folder in {widget.folder for widget in widgets}:
        chosen = [widget for widget in widgets if widget.folder == folder]
        modules = [node_modules(FOLDER / folder)] if folder else []
        modules.append(node_modules(FOLDER))
        if not all(widget.tested for widget in chosen):
            modules.append(node_modules(MORE))
        _esbuild(modules, [path for widget in chosen if (path := script(source, widget))], target / "ours")


def script(folder: Path, widget: Widget) -> Path | None:
    """The page's script, if it has one."""
    found = [folder / f"{widget.name}{ending}" for ending in (".js", ".jsx")]
    return next((path for path in found if path.exists()), None)


def _chunked(widgets: Sequence[Widget], folder: Path) -> Path:
    """Our lines, with the option in the first object of options, which is the widget's."""
    shutil.copytree(FOLDER / "ours", folder)
    for widget in widgets:
        source = folder / f"{widget.name}.js"
        if widget.option:
            added = f"\\g<0> {widget.option},"
            source.write_text(re.sub(r"(?m)\(.*\{$", added, source.read_text(), count=1))
    return folder


def _esbuild(modules: Sequence[Path], entries: Sequence[Path], target: Path) -> None:
    done = subprocess.run(  # noqa: S603 - our own command, never a shell
        [FOLDER / "node_modules" / ".bin" / "esbuild", *OPTIONS, f"--outdir={target}", *entries],
        env=dict(os.environ) | {"NODE_PATH": os.pathsep.join(map(str, modules))},
        capture_output=True,
        text=True,
        timeout=BUNDLE_SECONDS,
        check=False,
    )
    if done.returncode:
        raise BundleFault(done.stderr[-3000:])
