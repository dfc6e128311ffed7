"""`--grant`: makes an upload grant for what a back end signed, so that it can be tried by hand.

Knows: which claims a grant has, and how signers return a presigned POST.
Rules: nothing but the grant goes to standard output, and of the URL nothing is said at all. What is made is
read back as the service reads it, so that no grant is printed that it would refuse.
Must not know: what makes a URL a signed one, the way to storage.
"""

import json
import sys
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from upload_service.doctor.check import read_url
from upload_service.errors.upload_error import UploadError
from upload_service.presigned.destination import MAX_URL_BYTES
from upload_service.presigned.post_fields import MAX_FIELDS_BYTES
from upload_service.settings.settings import Settings

URL_VARIABLE = "GRANT_URL"
LIFETIME_SECONDS = 300
# In JSON a character may be written as six.
MAX_SIGNED_CHARACTERS = 6 * (MAX_URL_BYTES + MAX_FIELDS_BYTES)


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
    signed = read_url(argument, environment, URL_VARIABLE, MAX_SIGNED_CHARACTERS)
    if not signed:
        return _refuse(f"no URL came: write one to standard input, or set {URL_VARIABLE}")
    if argument == "-" and signed.startswith("{"):
        signed += sys.stdin.read(MAX_SIGNED_CHARACTERS)
    binding = _binding(signed)
    if binding is None:
        return _refuse("what came is no URL, and not the url and fields of a presigned POST as JSON")
    from jwt import encode

    from upload_service.identity.signed_grant import TOKEN_TYPE
    from upload_service.identity.upload_grant import read_grant

    now = time.time()
    key = secrets[-1]
    text = encode(binding | _claims(limits, now), key.key, key.algorithm, headers={"typ": TOKEN_TYPE})
    try:
        read_grant(text, [key], now)
    except UploadError as error:
        return _refuse(str(error.cause))
    print(text)
    return 0


def _binding(signed: str) -> dict[str, object] | None:
    """The claims that bind a grant to this URL or POST; None where it is neither."""
    try:
        if not signed.startswith("{"):
            return _claim_of_url(signed)
        post = json.loads(signed)
        (policy,) = (value for name, value in post["fields"].items() if name.lower() == "policy")
        return _claim_of_url(post["url"]) | {"policy_sha256": _digest(policy)}
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return None


def _claim_of_url(url: str) -> dict[str, object]:
    if not url.startswith(("http://", "https://")):
        raise ValueError("no URL")
    return {"url_sha256": _digest(url)}


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _claims(limits: GrantLimits, now: float) -> dict[str, object]:
    lifetime = LIFETIME_SECONDS if limits.lifetime is None else limits.lifetime
    types = limits.types.split(",") if limits.types is not None else None
    claims = {
        "exp": int(now) + lifetime,
        "max_bytes": limits.max_bytes,
        "types": types,
        "sub": limits.subject,
    }
    return {name: value for name, value in claims.items() if value is not None}


def _refuse(sentence: str) -> int:
    print(f"upload-service: {sentence}", file=sys.stderr)
    return 2
