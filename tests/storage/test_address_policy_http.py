"""The whole service in a network of its own: names of known stores that lead to private addresses."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from devtools import PYTHONPATH

from tests.storage import enclosed_service
from tests.storage.enclosed_service import ABSOLUTE, ADDRESSES, DOMAIN, LISTS
from tests.support.client.raw_http import PLAIN, RETRY
from tests.support.network_namespace import NAMESPACE
from tests.support.service.transcript import TRANSCRIPT
from upload_service.errors.upload_error import CATALOGUE

ROOT = Path(__file__).parents[2]
DEFAULT, WILDCARD = LISTS

pytestmark = pytest.mark.unshare


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What came of uploads to each name, with each list of destinations."""
    for name in (*ADDRESSES, ABSOLUTE):
        TRANSCRIPT.hide(enclosed_service.url(name))
    ran = subprocess.run(
        [
            *NAMESPACE,
            sys.executable,
            "-m",
            "tests.storage.enclosed_service",
            str(tmp_path_factory.mktemp("enclosed")),
        ],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": PYTHONPATH},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    found = json.loads(ran.stdout)
    for line in found["log"]:
        TRANSCRIPT.hear("log", line)
    TRANSCRIPT.hear("answer", ran.stdout)
    return dict(found["seen"])


def assert_refused(upload: dict[str, Any], why: str) -> None:
    """Check that the upload was refused after one attempt, for this reason, and dialled nothing."""
    assert (upload["status"], upload["code"], upload["heard"]) == (403, "address_refused", [])
    assert upload["detail"] == f"{CATALOGUE['address_refused'].cause} {CATALOGUE['address_refused'].cure}"
    event = upload["event"]
    assert (event["code"], event["refused_address"], event["stored"]) == ("address_refused", why, False)
    assert [(each["code"], each["bytes"]) for each in event["attempt_log"]] == [("address_refused", 0)]


@pytest.mark.parametrize("path", [PLAIN, RETRY])
@pytest.mark.parametrize("name", ADDRESSES)
def test_known_store_with_any_address(seen: dict[str, dict[str, Any]], name: str, path: str) -> None:
    """A known store's name that leads into the network is refused, and nothing there hears a connection."""
    upload = seen[DEFAULT][f"{name} {path}"]
    if name == "public":
        assert (upload["status"], upload["heard"]) == (200, [ADDRESSES[name]])
        assert "refused_address" not in upload["event"]
    else:
        assert_refused(upload, name)


@pytest.mark.parametrize("path", [PLAIN, RETRY])
@pytest.mark.parametrize("name", ADDRESSES)
def test_listed_by_a_wildcard(seen: dict[str, dict[str, Any]], name: str, path: str) -> None:
    """Listed by a wildcard, the same names may lead to any address except cloud metadata."""
    upload = seen[WILDCARD][f"{name} {path}"]
    if name == "metadata":
        assert_refused(upload, name)
    else:
        assert (upload["status"], upload["heard"]) == (200, [ADDRESSES[name]])


@pytest.mark.parametrize("path", [PLAIN, RETRY])
@pytest.mark.parametrize("listed", LISTS)
def test_absolute_name(seen: dict[str, dict[str, Any]], listed: str, path: str) -> None:
    """A host with a dot at its end is resolved and signed with it; certificates and our log are without."""
    upload = seen[listed][f"{ABSOLUTE} {path}"]
    assert (upload["status"], upload["heard"]) == (200, [ADDRESSES["public"]])
    in_handshake, in_header = upload["named"]
    assert in_handshake.lower() == f"absolute.{DOMAIN}"
    assert in_header == ABSOLUTE
    assert upload["event"]["host"] == f"absolute.{DOMAIN}"
