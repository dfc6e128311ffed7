"""Upload grants as a back end signs them, and forms that carry one.

Rules: signed with the standard library alone, so that whatever a library refuses to sign can be signed, too.
"""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping

from tests.support.client.raw_http import field
from tests.support.service.transcript import TRANSCRIPT

SECRET = "a-secret-of-the-back-end-that-nobody-else-knows"
TRANSCRIPT.secrets.add(SECRET)
OTHER_SECRET = "another-secret-of-somebody-whom-nobody-knows-here"
TYPE = "upload-grant+jwt"
KEYS = f"old:{'0' * 40},now:{SECRET}"


def encoded(content: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def digest(text: str) -> str:
    """The SHA-256 digest of a text, as the claims have it."""
    return encoded(hashlib.sha256(text.encode()).digest())


def signed(
    payload: bytes | Mapping[str, object],
    header: bytes | Mapping[str, object] = {"alg": "HS256", "typ": TYPE},
    secret: bytes | str = SECRET,
) -> str:
    """A token with exactly this header and payload."""
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)]
    text = ".".join(map(encoded, parts))
    key = secret.encode() if isinstance(secret, str) else secret
    return hidden(f"{text}.{encoded(hmac.new(key, text.encode(), hashlib.sha256).digest())}")


def hidden(token: str) -> str:
    """Note that the token's payload and signature are secrets; gives the token back."""
    TRANSCRIPT.secrets.update(part for part in token.split(".")[1:] if len(part) >= 16)
    return token


def claims_for(url: str, **more: object) -> dict[str, object]:
    """The claims of a grant for this URL that holds for ten minutes; a claim that is None is left out."""
    claims: dict[str, object] = {"exp": int(time.time()) + 600, "url_sha256": digest(url)} | more
    return {name: value for name, value in claims.items() if value is not None}


def grant_for(url: str, **more: object) -> str:
    """A grant that a back end signs with a URL."""
    return signed(claims_for(url, **more))


def carried(grant: str, way: str) -> tuple[bytes, tuple[str, ...]]:
    """A grant as a part of the form, or as a header of the request."""
    if way == "bearer":
        return b"", (f"Authorization: Bearer {grant}",)
    return field("grant", grant), ()
