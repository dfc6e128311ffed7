"""Uploads by temporary URLs through the service into a real Swift, and prints what became of each as a table.

Knows: the cases, and what must become of each.
Rules: an object is read back from Swift itself. URLs are signed here, as Swift's page says.
Must not know: how Swift is put together.
"""

import hashlib
import hmac
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from compat.store_process import running
from compat.target import ask, require
from compat.upload_client import UNSENT, Upload, send
from devtools.service_process import run_service
from local.ports import free_port

ACCOUNT, CONTAINER, KEY, CONTENT = "AUTH_me", "files", b"made-up", b"\x89PNG" + b"hello" * 40_000
NAME = "a folder/사진+1 100%.png"
MD5 = hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()


class Case(NamedTuple):
    """What is signed otherwise than usual, what the form has beside the file, and what the caller is told."""

    name: str
    told: str
    digest: str = "sha256"
    method: str = "PUT"
    seconds: int = 600
    query: Mapping[str, str] = {}
    fields: Mapping[str, str] = {}
    iso: bool = False
    key: bytes = KEY
    container: str = CONTAINER


CASES = (
    Case("SHA-1", "ok", digest="sha1"),
    Case("SHA-256, time in ISO 8601", "ok", iso=True),
    Case("SHA-512", "ok", digest="sha512"),
    Case("a prefix", "ok", query={"temp_url_prefix": "a fol"}),
    Case("this computer's addresses", "ok", query={"temp_url_ip_range": "127.0.0.0/8"}),
    Case("metadata", "ok", fields={"header:x-object-meta-who": "me"}),
    Case("MD5 in ETag", "ok", fields={"header:etag": MD5}),
    Case("expired", "url_expired", seconds=-1),
    Case("another key", "signature_mismatch", key=b"another"),
    Case("signed for GET", "signature_mismatch", method="GET"),
    Case("another prefix", "signature_mismatch", query={"temp_url_prefix": "b"}),
    Case("other addresses", "signature_mismatch", query={"temp_url_ip_range": "192.0.2.0/24"}),
    Case("a list of segments", "url_not_for_put", query={"multipart-manifest": "put"}),
    Case("a pointer", "header_not_allowed", fields={"header:x-object-manifest": "files/a"}),
    Case("another MD5 in ETag", "checksum_mismatch", fields={"header:etag": "0" * 32}),
    Case("no such container", "wrong_endpoint", container="others"),
)


def signed(store: str, case: Case) -> str:
    """A temporary URL: docs.openstack.org/swift/latest/api/temporary_url_middleware.html."""
    expires = int(time.time()) + case.seconds
    path = f"/v1/{ACCOUNT}/{case.container}/{NAME}"
    prefix, addresses = (case.query.get(name) for name in ("temp_url_prefix", "temp_url_ip_range"))
    of = f"prefix:/v1/{ACCOUNT}/{case.container}/{prefix}" if prefix is not None else path
    lines = [case.method, str(expires), of]
    if addresses is not None:
        lines.insert(0, f"ip={addresses}")
    signature = hmac.new(case.key, "\n".join(lines).encode(), case.digest).hexdigest()
    time_text = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(expires)) if case.iso else str(expires)
    more = "".join(f"&{name}={quote(value, safe='')}" for name, value in case.query.items())
    return f"{store}{quote(path)}?temp_url_sig={signature}&temp_url_expires={time_text}{more}"


def main() -> int:
    """Start Swift and the service, and try every case."""
    python, version = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="swift-") as name:
        folder, port = Path(name), free_port()
        (folder / "swift").mkdir()
        (folder / "service").mkdir()
        store = f"http://127.0.0.1:{port}"
        program = Path(__file__).with_name("swift_store.py")
        command: list[str | Path] = [python, "-P", program, folder / "swift", str(port)]
        settings = {"UPLOAD_DESTINATIONS": f"{store}/v1"}
        with running(command, {}, folder, port), run_service(folder / "service", **settings) as service:
            keys = {"X-Account-Meta-Temp-URL-Key": KEY.decode()}
            require(ask("PUT", f"{store}/v1/{ACCOUNT}", headers=keys), "Making the account")
            require(ask("PUT", f"{store}/v1/{ACCOUNT}/{CONTAINER}"), "Making the container")
            wrong = 0
            print(f"| Swift {version} | caller is told | stored |\n|---|---|---|")
            for case in CASES:
                place = f"{store}/v1/{ACCOUNT}/{CONTAINER}/{quote(NAME)}"
                ask("DELETE", place)
                answer = send(service, Upload(signed(store, case), CONTENT, fields=case.fields))
                told = answer.removesuffix(UNSENT).rpartition(" ")[2]
                kept = ask("GET", place)
                stored = (kept.body, kept.headers.get("content-type")) == (CONTENT, "image/png")
                right = told == case.told and stored is (told == "ok") and (stored or kept.status == 404)
                wrong += not right
                print(f"| {case.name} | {told} | {'yes' if stored else 'no'} |{'' if right else ' WRONG'}")
    print(json.dumps({"cases": len(CASES), "wrong": wrong}))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
