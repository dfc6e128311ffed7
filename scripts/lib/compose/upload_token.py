"""The token that binds all requests about one upload in parts together.

Knows: what a token says, and how it is sealed (HMAC-SHA256).
Rules: only the signer writes tokens. A page cannot change one, nor make one for another key. It is a bearer
secret until it expires. Standard library only, because it runs in the image.
"""

import base64
import binascii
import hashlib
import hmac
import json
import time
from typing import NamedTuple

VALID_SECONDS = 7 * 24 * 3600
_PURPOSE = b"upload-service: tokens of uploads in parts"


class Upload(NamedTuple):
    """One upload in parts, as the store knows it, and how its file is cut."""

    key: str
    upload_id: str
    size: int
    part_bytes: int
    until: int

    @property
    def parts(self) -> int:
        """How many parts the file has."""
        return -(-self.size // self.part_bytes)


def secret_from(key: str) -> bytes:
    """A secret for tokens alone, made of the store's, so that tokens outlive a restart of the signer."""
    return hmac.digest(key.encode(), _PURPOSE, "sha256")


def write(upload: Upload, secret: bytes) -> str:
    """The upload as a sealed text that may stand in JSON and in a URL."""
    content = json.dumps(upload).encode()
    return f"{_text(content)}.{_text(_seal(content, secret))}"


def read(token: object, secret: bytes) -> Upload | None:
    """The upload, or None unless this signer wrote the token and it has not expired."""
    if not isinstance(token, str):
        return None
    try:
        content, seal = (base64.urlsafe_b64decode(word) for word in token.encode().split(b"."))
    except (ValueError, binascii.Error):
        return None
    if not hmac.compare_digest(seal, _seal(content, secret)):
        return None
    upload = Upload(*json.loads(content))
    return upload if upload.until > time.time() else None


def _seal(content: bytes, secret: bytes) -> bytes:
    return hmac.digest(secret, content, hashlib.sha256)


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode()
