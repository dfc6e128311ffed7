"""The back ends of docs/examples that sign grants, with a service that asks for them and a real store."""

import json
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from local import ports
from local.child_process import ChildProcess
from local.store import Bucket

from tests.content.samples import HTML, PDF, PNG
from tests.support.client.grants import KEYS, OTHER_SECRET, SECRET, claims_for, hidden, signed
from tests.support.client.raw_http import PLAIN, field, file, form, post
from tests.support.examples import next_app, parts_back_end
from tests.support.examples.running_examples import FOLDER
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT


@pytest.fixture(scope="module")
def granting(bucket: Bucket) -> Iterator[Running]:
    """A service that takes no file without a grant."""
    with Running(UPLOAD_DESTINATIONS=bucket.url, UPLOAD_GRANT_KEYS=KEYS, LOG_LEVEL="DEBUG") as running:
        yield running


@pytest.fixture(scope="module", params=["python", pytest.param("next", marks=pytest.mark.node)])
def back_end(
    request: pytest.FixtureRequest,
    bucket: Bucket,
    granting: Running,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The address of one of them."""
    log = tmp_path_factory.mktemp("back-end") / "log"
    settings = parts_back_end.environment(bucket, bucket.endpoint, granting.url) | {
        "UPLOAD_GRANT_KEY": SECRET
    }
    port = ports.free_port()
    if request.param == "next":
        del settings["PATH"]
        with next_app.started(port, log, **settings) as origin:
            yield origin
    else:
        program = [sys.executable, str(FOLDER / "python_grants.py"), str(port)]
        child = ChildProcess(program, env=settings, log=log)
        deadline = time.monotonic() + 60
        while not ports.answers(port):
            assert child.exit_code is None, log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield f"http://{ports.HOST}:{port}"
        child.stop(patience_seconds=parts_back_end.PATIENCE_SECONDS)
    TRANSCRIPT.hear("back end", Path(log).read_text())


def asked(back_end: str, content_type: str = "image/png") -> dict[str, Any]:
    """What the back end signs for one file."""
    body = json.dumps({"type": content_type}).encode()
    request = urllib.request.Request(  # noqa: S310  # an address of this machine
        f"{back_end}/api/grant", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answered:  # noqa: S310  # the same
        told: dict[str, Any] = json.load(answered)
    TRANSCRIPT.hide(told["uploadUrl"])
    hidden(told["grant"])
    return told


def key_of(url: str) -> str:
    """The key in a URL of the store."""
    return url.partition("?")[0].partition("grants/")[2]


def test_allowed_file_is_stored(granting: Running, back_end: str, bucket: Bucket) -> None:
    """The file that the back end allowed is stored."""
    told = asked(back_end)
    assert told["serviceUrl"] == granting.url
    parts = field("grant", told["grant"]), field("uploadUrl", told["uploadUrl"]), file(PNG)
    assert post(granting.port, PLAIN, form(*parts)).status == 200
    assert bucket.get(f"grants/{key_of(told['uploadUrl'])}") == PNG


@pytest.mark.parametrize("case", ["other url", "larger", "other type", "expired", "tampered", "missing"])
def test_anything_else_is_not(granting: Running, back_end: str, bucket: Bucket, case: str) -> None:
    """Another URL, size or type, an old, changed or no grant: each has its code, and nothing is stored."""
    told = asked(back_end, "text/html" if case == "other type" else "image/png")
    url, content, kind = told["uploadUrl"], PNG, "image/png"
    grant, code = told["grant"], "grant_other_url"
    if case == "other url":
        grant = asked(back_end)["grant"]
    elif case == "larger":
        content, code = PNG + bytes(10_000_001), "file_too_large"
    elif case == "other type":
        content, kind, code = HTML + PDF, "text/html", "type_not_allowed"
    elif case == "expired":
        grant, code = signed(claims_for(url, exp=int(time.time()) - 60)), "grant_expired"
    elif case == "tampered":
        grant, code = signed(claims_for(url), secret=OTHER_SECRET), "grant_invalid"
    else:
        grant, code = "", "grant_required"
    parts = [field("grant", grant)] if grant else []
    answered = post(granting.port, PLAIN, form(*parts, field("uploadUrl", url), file(content, "a", kind)))
    assert answered.json["code"] == code
    assert bucket.get(f"grants/{key_of(url)}") is None
