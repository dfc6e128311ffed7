"""docs/examples/python_backend.py, started: the back end that signs parts."""

import json
import os
import secrets
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

from local import ports
from local.bucket import REGION, Bucket
from local.child_process import ChildProcess

from tests.support.examples.running_examples import FOLDER
from tests.support.service.transcript import TRANSCRIPT

PATIENCE_SECONDS = 60


def environment(bucket: Bucket, endpoint: str, service_url: str) -> dict[str, str]:
    """What a back end of the examples wants to know, to sign for this bucket at this address."""
    return {
        "PATH": os.defpath,
        "UPLOAD_TOKEN_SECRET": secrets.token_hex(32),
        "UPLOAD_SERVICE_URL": service_url,
        "S3_BUCKET": bucket.name,
        "AWS_ENDPOINT_URL_S3": endpoint,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": bucket.access_key,
        "AWS_SECRET_ACCESS_KEY": bucket.secret_key,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


@contextmanager
def started(log: Path, settings: dict[str, str]) -> Iterator[str]:
    """Run it; its address."""
    port = ports.free_port()
    program = [sys.executable, str(FOLDER / "python_backend.py"), str(port)]
    child = ChildProcess(program, env=settings, log=log)
    while not ports.answers(port):
        assert child.exit_code is None, log.read_text()
        time.sleep(0.05)
    try:
        yield f"http://{ports.HOST}:{port}"
    finally:
        child.stop(patience_seconds=PATIENCE_SECONDS)
        TRANSCRIPT.hear("back end", log.read_text())


class Visitor:
    """One who asks a back end, with the cookie that it gave."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.cookie = ""
        self.given = ""  # with all that it says besides

    def ask(self, route: str, asked: object) -> tuple[int, dict[str, Any]]:
        """Status and JSON of the answer."""
        headers = {"Content-Type": "application/json", "Cookie": self.cookie}
        request = urllib.request.Request(  # noqa: S310 - an address of this computer
            f"{self.base}/{route}", json.dumps(asked).encode(), headers, method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as reply:  # noqa: S310 - see above
                if given := reply.headers["Set-Cookie"]:
                    self.given = given
                    self.cookie = given.partition(";")[0]
                return HTTPStatus(reply.status), json.loads(reply.read())
        except HTTPError as refused:
            with refused:
                return refused.code, json.loads(refused.read())
