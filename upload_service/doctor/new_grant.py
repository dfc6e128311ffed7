"""`--grant`: makes an upload grant for one presigned URL, so that it can be tried by hand.

Knows: which claims a grant has.
Rules: nothing but the grant goes to standard output, and of the URL nothing is said at all. What is made is
read back as the service reads it, so that no grant is printed that it would refuse.
Must not know: presigned URLs, the way to storage.
"""

import sys
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from upload_service.doctor.check import read_url
from upload_service.errors.upload_error import UploadError
from upload_service.settings.settings import Settings

URL_VARIABLE = "GRANT_URL"
LIFETIME_SECONDS = 300


class GrantLimits(NamedTuple):
    """What the grant allows; None: it does not say. `types` as in UPLOAD_ALLOWED_TYPES; seconds."""

    max_bytes: int | None = None
    types: str | None = None
    lifetime: int | None = None
    subject: str | None = None


def run(settings: Settings, environment: Mapping[str, str], argument: str, limits: GrantLimits) -> int:
    """Print the grant; returns the exit status, 0 or 2."""
    secrets = [key for key in settings.grant_keys if key.can_sign]
    if not secrets:
        why = ": public keys sign nothing" if settings.grant_keys else ", the same as the service's"
        return _refuse(f"UPLOAD_GRANT_KEYS must hold a secret{why}")
    if not (url := read_url(argument, environment, URL_VARIABLE)):
        return _refuse(f"no URL came: write one to standard input, or set {URL_VARIABLE}")
    from jwt import encode

    from upload_service.identity.signed_grant import TOKEN_TYPE
    from upload_service.identity.upload_grant import read_grant

    now = time.time()
    key = secrets[-1]
    text = encode(_claims(url, limits, now), key.key, key.algorithm, headers={"typ": TOKEN_TYPE})
    try:
        read_grant(text, [key], now)
    except UploadError as error:
        return _refuse(str(error.cause))
    print(text)
    return 0


def _claims(url: str, limits: GrantLimits, now: float) -> dict[str, object]:
    lifetime = LIFETIME_SECONDS if limits.lifetime is None else limits.lifetime
    types = limits.types.split(",") if limits.types is not None else None
    claims = {
        "url_sha256": sha256(url.encode()).hexdigest(),
        "exp": int(now) + lifetime,
        "max_bytes": limits.max_bytes,
        "types": types,
        "sub": limits.subject,
    }
    return {name: value for name, value in claims.items() if value is not None}


def _refuse(sentence: str) -> int:
    print(f"upload-service: {sentence}", file=sys.stderr)
    return 2
