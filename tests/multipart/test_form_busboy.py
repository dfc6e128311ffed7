"""The form reader beside busboy, Node's: what the service stores is what another reader sees in the form."""

import hashlib
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from devtools.node_packages import NoNodePackages, node_modules
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.multipart.form_reading import read
from tests.multipart.generated_forms import WANTED, Form, damaged, forms
from tests.support.hypothesis_settings import STABLE
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_events import Field, FileStart

BUSBOY = Path(__file__).with_name("busboy.cjs")
BUSBOY_SECONDS = 120


@dataclass(frozen=True)
class Case:
    """A form, the body that it is sent with, and what busboy made of that: parts, or None if it refused."""

    form: Form
    body: bytes
    seen: list[dict[str, Any]] | None

    @property
    def ours(self) -> list[dict[str, Any]] | None:
        """What our reader makes of it, in the same words."""
        try:
            events = read(self.form.content_type, [self.body], None)
        except UploadError:
            return None
        found: list[dict[str, Any]] = []
        for at, event in enumerate(events):
            if isinstance(event, Field):
                found.append(event._asdict())
            elif isinstance(event, FileStart):
                content = events[at + 1]
                digest = hashlib.sha256(content if isinstance(content, bytes) else b"").hexdigest()
                # A file without a type is text/plain for busboy; parameters are left out.
                kind = event.content_type if self.form.file.content_type else "text/plain"
                kind = kind.partition(";")[0].lower()
                found.append({"name": "file", "filename": event.filename, "type": kind, "sha256": digest})
        return found


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    """Forms, every other one damaged, read by busboy in one process."""
    made: list[tuple[Form, bytes]] = []

    @settings(STABLE, max_examples=250, phases=[Phase.generate])
    @given(forms(), st.data())
    def make(form: Form, data: st.DataObject) -> None:
        made.extend([(form, form.body), (form, data.draw(damaged(form)))])

    make()
    blocks = [block for form, body in made for block in (form.content_type.encode(), body)]
    framed = b"".join(len(block).to_bytes(4, "big") + block for block in blocks)
    try:
        environment = {**os.environ, "NODE_PATH": str(node_modules())}
    except NoNodePackages as reason:
        pytest.skip(f"needs busboy: {reason}")
    command = ["node", str(BUSBOY)]
    done = subprocess.run(
        command, input=framed, env=environment, stdout=subprocess.PIPE, timeout=BUSBOY_SECONDS, check=True
    )
    answers = json.loads(done.stdout)
    return [Case(form, body, seen) for (form, body), seen in zip(made, answers, strict=True)]


@pytest.mark.node
def test_busboy_agrees_on_whole_forms(cases: list[Case]) -> None:
    """busboy finds the same names, values, file names, types and contents in every whole form as we do."""
    whole = [case for case in cases if case.body == case.form.body]
    assert len(whole) >= 200
    for case in whole:
        assert case.seen is not None
        assert [part for part in case.seen if part["name"] in WANTED | {"file"}] == case.ours


@pytest.mark.node
def test_busboy_agrees_on_damaged_forms_that_we_accept(cases: list[Case]) -> None:
    """Where we accept a damaged form, busboy sees the same file in it, byte for byte."""
    accepted = [case for case in cases if case.body != case.form.body and case.ours is not None]
    assert len(accepted) >= 20
    for case in accepted:
        assert case.seen is not None
        ours = [part for part in case.ours or [] if part["name"] == "file"]
        assert [part for part in case.seen if part["name"] == "file"] == ours
