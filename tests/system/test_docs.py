"""The documentation says what the code does: tables are compared, examples are run."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from botocore.config import Config
from botocore.session import Session
from local.start_message import SAMPLE
from local.store import Bucket

from tests.support.client.posted_forms import hide
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from upload_service import __version__

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CALLING = (ROOT / "docs" / "calling.md").read_text(encoding="utf-8")
# Pages that are there in Korean as well.
TRANSLATED = [("README.md", "README.ko.md"), ("docs/calling.md", "docs/calling.ko.md")]
MOST_LINES = 200
PAGES = [
    ROOT / name
    for name in ("README.md", "README.ko.md", "CONTRIBUTING.md", "SECURITY.md", "scripts/README.md")
]
WRITTEN = [page for page in (ROOT / "docs").rglob("*.md") if "node_modules" not in page.parts]
MODULES = ("upload_service", "tests", "scripts", "docs")
PHOTO = SAMPLE


def block(page: str, language: str, containing: str) -> str:
    """The page's one code block in a language that contains some text."""
    found = [b for b in re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL) if containing in b]
    assert len(found) == 1
    return str(found[0])


def test_first_screen_has_exactly_two_commands() -> None:
    """Before the first section the README has the two commands and no other."""
    commands = re.findall(r"```sh\n(.*?)```", README.split("\n## ")[0], re.DOTALL)
    assert commands == ["./scripts/local\n", "./scripts/test\n"]
    assert all(os.access(ROOT / command.strip(), os.X_OK) for command in commands)


def test_readme_is_short() -> None:
    """Both READMEs can be read in one go."""
    for name, _ in ("README.md", "English"), ("README.ko.md", "Korean"):
        assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= MOST_LINES


@pytest.mark.parametrize(
    "part",
    [
        re.compile(r"^(#+) ", re.MULTILINE),
        re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL),
        re.compile(r"!\[[^]]+\]\(([^)]+)\)"),
        re.compile(r"^\| `[A-Z_]+` \| [^|]+ \|", re.MULTILINE),
        re.compile(r"^\| (`.+?`) \|", re.MULTILINE),
        re.compile(r"^(- |\d\. |\|)", re.MULTILINE),
    ],
    ids=["headings", "code", "images", "settings", "first cells", "rows and points"],
)
@pytest.mark.parametrize(("english", "korean"), TRANSLATED)
def test_korean_page_is_in_step(part: re.Pattern[str], english: str, korean: str) -> None:
    """A Korean page has the same headings, code, pictures, rows and points, in the same order."""
    pages = [(ROOT / name).read_text(encoding="utf-8") for name in (korean, english)]
    assert part.findall(pages[0]) == part.findall(pages[1])


def test_links_lead_somewhere() -> None:
    """Every relative link in README and docs leads to a file, and its anchor to a heading."""
    for page in [*PAGES, *WRITTEN]:
        for link in re.findall(r"\]\((?!http)([^)]+)\)", page.read_text(encoding="utf-8")):
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            assert target.exists(), f"{page}: {link}"
            if anchor:
                assert anchor in _anchors(target), f"{page}: {link}"


def test_modules_that_the_docs_name_exist() -> None:
    """Every Python file that a page names, with or without its folders, is there."""
    there = [f"/{place}/{name}" for folder in MODULES for place, names in _files_in(folder) for name in names]
    missing = [
        f"{page.name}: {name}"
        for page in [*PAGES, *WRITTEN]
        for name in re.findall(r"[\w/]+\.py\b", page.read_text(encoding="utf-8"))
        if not any(path.endswith(f"/{name.lstrip('/')}") for path in there)
    ]
    assert missing == []


def _files_in(folder: str) -> Iterator[tuple[str, list[str]]]:
    """The project's files by their folders. Tests beside this one may be installing Node's packages."""
    for place, folders, names in os.walk(ROOT / folder):
        folders[:] = [each for each in folders if each != "node_modules"]
        yield os.path.relpath(place, ROOT), names


def _anchors(page: Path) -> set[str]:
    """What a page's headings are called in links, as GitHub makes it."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_threats_name_tests_that_exist() -> None:
    """Every test that the threat model names is there."""
    page = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+\.py)::(test_\w+)`", page))
    assert len(named) > 30
    files = {path.name: path for path in (ROOT / "tests").rglob("test_*.py")}
    for file, name in named:
        assert f"def {name}(" in files[file].read_text(encoding="utf-8"), f"{file}::{name}"


def test_changelog_knows_this_version() -> None:
    """The changelog has a section for the version that the code reports."""
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.curl
def test_curl_example(service: Running, bucket: Bucket, presign: Callable[..., str], tmp_path: Path) -> None:
    """The README's curl line, as printed, stores the photo."""
    (tmp_path / "photo.png").write_bytes(PHOTO.read_bytes())
    line = block(README, "sh", "PRESIGNED_URL").replace("http://localhost:8000", service.url)
    url = presign("docs/curl.png", content_type="image/png")
    done = subprocess.run(
        ["bash", "-euc", line], cwd=tmp_path, env=dict(os.environ) | {"PRESIGNED_URL": url},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    TRANSCRIPT.hear("curl", done.stdout + done.stderr)
    assert json.loads(done.stdout)["success"] is True
    assert bucket.get("docs/curl.png") == PHOTO.read_bytes()


@pytest.mark.node
def test_browser_example(service: Running, bucket: Bucket, presign: Callable[..., str]) -> None:
    """The README's function for browsers stores a File, and throws the code and sentence of a failure."""
    script = (
        block(README, "js", "FormData").replace("http://localhost:8000", service.url)
        + """
import fs from "node:fs";
const file = new File([fs.readFileSync(process.argv[1])], "photo.png", { type: "image/png" });
const stored = await upload(file, process.argv[2]);
const failure = await upload(file, "https://example.com/k").catch((error) => error.message);
console.log(JSON.stringify({ stored, failure }));
"""
    )
    done = subprocess.run(
        ["node", "--input-type=module", "-e", script, str(PHOTO), presign("docs/js.png")],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    TRANSCRIPT.hear("node", done.stdout + done.stderr)
    said = json.loads(done.stdout)
    assert said["stored"]["file_size"] == PHOTO.stat().st_size
    assert said["failure"].startswith("destination_not_allowed: ")
    assert bucket.get("docs/js.png") == PHOTO.read_bytes()


def test_python_example_of_a_post(
    service: Running, bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the documentation sends for a presigned POST is stored; boto3's client is botocore's."""
    code = block(CALLING, "python", "generate_presigned_post").replace("http://localhost:8000", service.url)
    session: Any = Session()
    session.set_credentials(bucket.access_key, bucket.secret_key)
    config = Config(s3={"addressing_style": "path"})
    boto3: Any = ModuleType("boto3")
    at = {"region_name": "us-east-1", "endpoint_url": bucket.endpoint}
    boto3.client = partial(session.create_client, config=config, **at)
    monkeypatch.setitem(sys.modules, "boto3", boto3)
    monkeypatch.chdir(tmp_path)
    Path("photo.png").write_bytes(b"12345")
    names: dict[str, Any] = {}
    assert bucket.name == "uploads"
    exec(code.replace('"photos/', '"docs-post/'), names)  # noqa: S102 - the documentation's own code
    hide(names["post"]["fields"])
    assert names["response"].status_code == 200, names["response"].text
    assert bucket.get("docs-post/photo.png") == b"12345"


def test_python_example(service: Running, bucket: Bucket, presign: Callable[..., str]) -> None:
    """The documentation's Python function stores the photo and raises the sentence of a failure."""
    code = block(CALLING, "python", "def upload").replace("http://localhost:8000", service.url)
    code += f"""
import json
stored = upload({str(PHOTO)!r}, {presign("docs/python.png")!r})
try:
    upload({str(PHOTO)!r}, "not a url")
except RuntimeError as error:
    print(json.dumps([stored, str(error)]))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    TRANSCRIPT.hear("python", done.stdout + done.stderr)
    stored, failure = json.loads(done.stdout)
    assert stored["success"] is True
    assert stored["attempts"] == 1
    assert failure.startswith("invalid_upload_url: ")
    assert bucket.get("docs/python.png") == PHOTO.read_bytes()
