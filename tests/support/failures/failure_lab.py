"""Services and storages in which every failure can be caused, and secrets wherever a caller can put one.

Knows: the secrets, how they could be said, services with little room or patience, and their storages.
"""

import base64
import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from devtools import signed_posts

from tests.support.client.grants import KEYS
from tests.support.client.raw_http import PLAIN, Answer, Connection, field, form
from tests.support.scanner.scripted_clamd import Say, ScriptedClamd
from tests.support.service.running_service import Running
from tests.support.storage.certificates import authority
from tests.support.storage.faulty_storage import FaultyStorage
from tests.support.storage.storage_double import Reply, StorageDouble

KEY, CREDENTIAL, SESSION, SIGNATURE, TOKEN, WRONG_TOKEN, VALUE = (
    f"canary{name}{uuid.uuid4().hex}"
    for name in ("key", "credential", "session", "signature", "token", "wrongtoken", "value")
)
SECRETS = (KEY, CREDENTIAL, SESSION, SIGNATURE, TOKEN, WRONG_TOKEN, VALUE)
# A signature has to be hexadecimal.
HEX_SIGNATURE = uuid.uuid4().hex + uuid.uuid4().hex

SMALL, LARGE = b"12345", bytes(2 << 20)
MEMORY_BYTES, SLOTS = 1 << 20, 2
RATE_PER_MINUTE = 30
STALL_SECONDS = 5
# More than the buffers of a connection hold.
MAX_FILE_BYTES = 40 << 20
# Listed, and never dialled.
NOWHERE = "http://[::]:9/"
AUTHORIZED = f"Authorization: Bearer {TOKEN}"


def spoken(secret: str) -> set[str]:
    """The forms in which a secret could appear in a text: plain, upper case, hex, escaped and base64."""
    raw = secret.encode()
    return {secret, secret.upper(), raw.hex(), quote(secret, safe=""), base64.b64encode(raw).decode()}


@dataclass(frozen=True)
class Lab:
    """A service that knows a token and little room, and the storages that it may PUT to.

    `strict` is another service that takes images only, few at once and few a minute; `granting` is one that
    asks for grants, `scanned` one that asks `scanner`, `impatient` one that waits for nobody. `stranger` is
    the origin of a storage whose certificate nobody vouches for, `misnamed` of one whose certificate has
    another name.
    """

    service: Running
    strict: Running
    granting: Running
    impatient: Running
    double: StorageDouble
    closed_port: int
    stranger: str
    misnamed: str
    scanned: Running
    scanner: ScriptedClamd

    def url(self, *replies: Reply, signed: str = "host", base: str | None = None, expires: int = 600) -> str:
        """A presigned URL full of secrets; the storage plays these replies to it."""
        key = f"{KEY}/{uuid.uuid4().hex}"
        self.double.script(key, *replies)
        return f"{base or self.double.url}{key}?{query(signed, expires)}"

    def post(self, *replies: Reply, **change: str) -> bytes:
        """URL and fields of a presigned POST, full of secrets; the storage plays these replies to it."""
        bucket = f"bucket{uuid.uuid4().hex}"
        self.double.script(bucket, *replies)
        secret = {"x-amz-meta-a": VALUE, "x-amz-security-token": SESSION + SIGNATURE}
        bounds = ["content-length-range", len(SMALL), len(LARGE)]
        fields = signed_posts.v4(KEY, bounds, more=secret, bucket=bucket) | {"x-amz-signature": HEX_SIGNATURE}
        given = {name: value for name, value in (fields | change).items() if value}
        return field("uploadUrl", f"{self.double.url}{bucket}") + field("fields", json.dumps(given))

    def at_strict(self) -> "Lab":
        """The same lab, with the strict service in place of the first."""
        return replace(self, service=self.strict)

    def at_scanned(self, say: Say) -> "Lab":
        """The same lab, with the service whose scanner says this in place of the first."""
        self.scanner.say(say)
        return replace(self, service=self.scanned)

    def at_granting(self) -> "Lab":
        """The same lab, with the service that asks for grants."""
        return replace(self, service=self.granting)

    def at_impatient(self) -> "Lab":
        """The same lab, with the service that waits for nobody."""
        return replace(self, service=self.impatient)

    @property
    def others(self) -> tuple[Running, ...]:
        """The services beside the first."""
        return self.strict, self.granting, self.scanned, self.impatient

    def upload_event(self, request_id: str) -> None:
        """Wait until one of the services has logged the upload."""
        deadline = time.monotonic() + 30
        while not any(event.get("request_id") == request_id for event in self._log):
            assert time.monotonic() < deadline, "the upload was not logged"
            time.sleep(0.01)

    @property
    def _log(self) -> list[dict[str, Any]]:
        return [event for each in (self.service, *self.others) for event in each.log]

    def ask(self, *parts: bytes, path: str = PLAIN, headers: tuple[str, ...] = (AUTHORIZED,)) -> Answer:
        """Send the form."""
        return self.raw(form(*parts), path=path, headers=headers)

    def raw(
        self,
        body: bytes,
        *,
        path: str = PLAIN,
        headers: tuple[str, ...] = (AUTHORIZED,),
        content_type: str | None = None,
    ) -> Answer:
        """Send these bytes as the body."""
        with Connection(self.service.port) as connection:
            connection.head(path, len(body), *headers, content_type=content_type)
            connection.send(body)
            return connection.answer()


def query(signed: str = "host", expires: int = 600) -> str:
    """A signed query whose every value is a secret."""
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    return (
        f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={CREDENTIAL}%2F{date[:8]}%2Fus-east-1%2Fs3%2Faws4_request"
        f"&X-Amz-Date={date}&X-Amz-Expires={expires}&X-Amz-SignedHeaders={quote(signed, safe='')}"
        f"&X-Amz-Security-Token={SESSION}{SIGNATURE}&X-Amz-Signature={HEX_SIGNATURE}"
    )


@contextmanager
def start_lab(double: StorageDouble, closed_port: int, folder: Path, **more: str) -> Iterator[Lab]:
    """Start the services and the storages, at the most detailed log level.

    `more`: settings of all services but the one that asks for grants.
    """
    ours = authority(folder)
    stranger, named = FaultyStorage(tls=ours.stranger), FaultyStorage(tls=ours.trusted)
    misnamed = named.origin.replace("127.0.0.1", "localhost")
    listed = [double.url, stranger.origin, misnamed, f"http://127.0.0.1:{closed_port}", NOWHERE]
    common = {"UPLOAD_API_TOKENS": f"canary:{TOKEN}", "LOG_LEVEL": "DEBUG", "PYTHONASYNCIODEBUG": "1"} | more
    with (
        stranger,
        named,
        ScriptedClamd() as scanner,
        Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_SCANNER=scanner.url, **common) as scanned,
        Running(
            UPLOAD_DESTINATIONS=double.url,
            UPLOAD_ALLOWED_TYPES="image/*",
            UPLOAD_MAX_CONCURRENT_PER_CLIENT="1",
            UPLOAD_RATE_PER_MINUTE=str(RATE_PER_MINUTE),
            UPLOAD_METRICS="emf",
            **common,
        ) as strict,
        Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_GRANT_KEYS=KEYS, LOG_LEVEL="DEBUG") as granting,
        Running(
            UPLOAD_DESTINATIONS=double.url,
            TIMEOUT_SECONDS="3",
            UPLOAD_STALL_SECONDS=str(STALL_SECONDS),
            UPLOAD_MAX_FILE_BYTES=str(MAX_FILE_BYTES),
            **common,
        ) as impatient,
        Running(
            UPLOAD_DESTINATIONS=",".join(listed),
            UPLOAD_SHUTDOWN_SECONDS="0",
            UPLOAD_MAX_CONCURRENT=str(SLOTS),
            UPLOAD_MAX_FILE_BYTES=str(MAX_FILE_BYTES),
            UPLOAD_SPOOL_MEMORY_BYTES=str(MEMORY_BYTES),
            UPLOAD_SPOOL_DISK_BYTES="0",
            UPLOAD_METRICS="prometheus",
            SSL_CERT_FILE=ours.ca_file,
            **common,
        ) as running,
    ):
        yield Lab(
            service=running,
            strict=strict,
            granting=granting,
            impatient=impatient,
            double=double,
            closed_port=closed_port,
            stranger=stranger.origin,
            misnamed=misnamed,
            scanned=scanned,
            scanner=scanner,
        )
