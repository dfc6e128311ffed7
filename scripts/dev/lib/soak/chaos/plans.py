"""What each caller uploads, and where to.

Knows: the stores of the run.
Rules: the dice decide everything.
Must not know: what the caller does with it.
"""

import random
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

from devtools import signed_queries
from local.bucket import Bucket
from local.ports import HOST

from soak.chaos.files import REAL, content_of, old_content_of
from soak.chaos.name_server import DOMAIN, NAMES
from soak.chaos.relay import Relay
from soak.misbehaving_storage import MisbehavingStorage
from soak.upload_plan import BOUNDARY, CHUNK_SIZES, UploadPlan, part

WHERE = ("quiet", "talkative", "named", REAL)
SHARES = (60, 15, 15, 10)


@dataclass
class Places:
    """Where uploads go: two stores that misbehave, one of them unasked, and a real one behind a relay.

    `disk`: the folder of the small disk; None where there is none, and no name server. `with_old`: keys at
    which an object was before.
    """

    quiet: MisbehavingStorage
    talkative: MisbehavingStorage
    real: Bucket
    relay: Relay
    disk: Path | None
    with_old: set[str] = field(default_factory=set)

    def settings(self) -> dict[str, str]:
        """The settings with which the service may upload there."""
        named = f"http://*.{DOMAIN}:{urlsplit(self.quiet.url).port}"
        listed = ",".join((self.quiet.url, self.talkative.url, self.relay.origin, named))
        return {"UPLOAD_DESTINATIONS": listed} | ({"UPLOAD_SPOOL_DIR": str(self.disk)} if self.disk else {})

    def url(self, dice: random.Random, where: str, key: str) -> str:
        """A presigned URL for the key. In the real store, something may be there already."""
        if where == REAL:
            if dice.random() < 0.3:
                self.real.put(key, old_content_of(key))
                self.with_old.add(key)
            return replace(self.real, endpoint=self.relay.origin).presign(key, expires=86400)
        store = self.talkative if where == "talkative" else self.quiet
        host = f"name{dice.randrange(NAMES)}.{DOMAIN}" if where == "named" and self.disk else HOST
        return f"{store.url.replace(HOST, host)}{key}?{signed_queries.v4(seconds=604800)}"


def plan(dice: random.Random, name: str, places: Places) -> UploadPlan:
    """One upload. Its name is its key, and tells where it goes."""
    (where,) = dice.choices(WHERE, SHARES)
    key = f"{name}-{where}"
    retrying, chunked = dice.random() < 0.5, dice.random() < 0.25
    fields = [part("uploadUrl", places.url(dice, where, key))]
    if retrying:
        fields.append(part("max_retries", str(dice.randint(0, 3))))
    file = part("file", "", 'filename="photo.png"\r\nContent-Type: image/png').removesuffix(b"\r\n")
    url_first = dice.random() < 0.5
    before = b"".join(fields) + file if url_first else file
    after = b"\r\n" + (b"" if url_first else b"".join(fields)) + f"--{BOUNDARY}--\r\n".encode()
    headers = ("Accept: application/x-ndjson",) if dice.random() < 0.15 else ()
    content = memoryview(content_of(key))
    return UploadPlan(
        key, retrying, chunked, dice.choice(CHUNK_SIZES), before, content, after, headers=headers
    )
