"""Wheel and source distribution: both build, the wheel is the package and nothing else, and it serves.

Rules: they are built from a copy, because setuptools writes into the folder that it builds. No network is
needed: what the wheel requires comes from the environment that the tests run in.
"""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from contextlib import suppress
from importlib import metadata
from pathlib import Path

import pytest

from tests.support.client.raw_http import ask
from tests.support.service.running_service import Running
from upload_service import __version__

ROOT = Path(__file__).parents[2]
# What the package is built from; tests and scripts, because they must not get into it.
FILES = ("pyproject.toml", "setup.cfg", "README.md", "LICENSE")
FOLDERS = ("upload_service", "tests", "scripts")
BUILD = [sys.executable, "-m", "build", "--no-isolation", "--outdir"]


class Installed(Running):
    """The installed command, with no other variables in its environment than the settings."""

    program: Path

    def command(self, settings: dict[str, str]) -> list[str]:
        """As a user would start it."""
        return ["env", "-i", *(f"{name}={value}" for name, value in settings.items()), str(self.program)]


def run(*command: str | Path, cwd: Path) -> str:
    """What it prints; its complaints if it fails."""
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project."""
    copy = tmp_path_factory.mktemp("package") / "source"
    for name in FOLDERS:
        shutil.copytree(
            ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
        )
    for name in FILES:
        shutil.copy(ROOT / name, copy)
    return copy


@pytest.fixture(scope="module")
def wheel(source: Path) -> Path:
    """The wheel, built from the project."""
    run(*BUILD, source.parent / "wheel", "--wheel", ".", cwd=source)
    (built,) = (source.parent / "wheel").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new virtual environment with the wheel and what requirements.lock names; pip misses nothing there."""
    folder = tmp_path_factory.mktemp("installed")
    run(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder)
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python"]
    run(*pip, "install", "--no-index", "--no-deps", wheel, cwd=folder)
    (packages,) = folder.glob("lib/python*/site-packages")
    for name in re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE):
        with suppress(metadata.PackageNotFoundError):  # of another system, or another Python
            link(metadata.distribution(name), packages)
    run(*pip, "check", cwd=folder)
    return folder


def link(distribution: metadata.Distribution, packages: Path) -> None:
    """Make it importable in that folder, by links to where it is installed. Some have one folder together."""
    tops = {path.parts[0] for path in distribution.files or ()}
    for top in tops - {"..", "__pycache__"}:
        if not (packages / top).is_symlink():
            (packages / top).symlink_to(Path(str(distribution.locate_file(top))))


def content(wheel: Path) -> dict[str, bytes]:
    """The files of a wheel, without the list of them."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/RECORD")}


def test_wheel_is_the_package(source: Path, wheel: Path) -> None:
    """The wheel has every file of upload_service, with `py.typed` and the pages' files, and no other."""
    packed = {name: data for name, data in content(wheel).items() if ".dist-info/" not in name}
    files = (path for path in (source / "upload_service").rglob("*") if path.is_file())
    assert packed == {str(path.relative_to(source)): path.read_bytes() for path in files}


def test_sdist_makes_the_same_wheel(source: Path, wheel: Path) -> None:
    """`python -m build` makes a source distribution, and from it the wheel that a checkout makes."""
    both = source.parent / "both"
    run(*BUILD, both, ".", cwd=source)
    assert len(list(both.glob("*.tar.gz"))) == 1
    (again,) = both.glob("*.whl")
    assert content(again) == content(wheel)


def test_wheel_serves(environment: Path) -> None:
    """The installed command serves probes, page, API documentation, contract and the pages' files."""
    Installed.program = environment / "bin" / "upload-service"
    with Installed() as service:
        assert ask(service.port, "GET", "/healthz").status == 200
        page = ask(service.port, "GET", "/", {"Accept": "text/html"})
        assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        docs = ask(service.port, "GET", "/docs", {"Accept": "text/html"})
        assert (docs.status, docs.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert ask(service.port, "GET", "/openapi.json").json["info"]["version"] == __version__
        for name in ("page.js", "swagger-ui-bundle.js"):
            assert ask(service.port, "GET", f"/static/{name}").status == 200
        assert service.stop() == 0
