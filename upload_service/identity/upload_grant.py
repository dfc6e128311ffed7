"""An upload grant: what the back end that signed a presigned URL allows to be uploaded with it.

Knows: the claims of a grant, and which URLs, sizes and types each of them allows.
Rules: a claim that is not understood is refused, because it may be meant as a limit. A grant is for one URL
or for what lies below an address, and expires within a day. The time is passed in. `repr` shows nothing.
Must not know: forms, settings, how a token is signed (signed_grant.py).

Why: docs/decisions/0026-upload-grants.md
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from hmac import compare_digest
from typing import NamedTuple

from upload_service.clients.bearer_tokens import CHALLENGE_WRONG
from upload_service.clients.grant_keys import GrantKey
from upload_service.content.allowed_types import AllowedTypes, parse_allowed_types
from upload_service.errors.upload_error import UploadError
from upload_service.identity.signed_grant import invalid_grant, read_claims
from upload_service.presigned.allowed_destinations import UrlPrefix, parse_prefix
from upload_service.presigned.destination import Destination
from upload_service.presigned.object_paths import may_climb
from upload_service.presigned.url_parts import UrlParts
from upload_service.translation.phrase import Phrase

AUDIENCE = "upload-service"
# A longer life is a mistake, such as milliseconds.
MAX_LIFETIME_SECONDS = 24 * 3600
# By so much the back end's clock and ours may differ.
LEEWAY_SECONDS = 30
_MAX_SUBJECT = 255
_MAX_COUNT = 1 << 53
_OWN_CLAIMS = ("url_sha256", "policy_sha256", "url_prefix", "max_bytes", "types")
# RFC 7519 section 4.1; of these iss and jti are the back end's own.
_KNOWN_CLAIMS = frozenset((*_OWN_CLAIMS, "exp", "nbf", "iat", "sub", "aud", "iss", "jti"))


class UploadGrant(NamedTuple):
    """`url_digest` and `policy_digest`: SHA-256 of the text of uploadUrl, and of a POST's policy. `prefix`:
    of the object's address; `is_object`: it is the whole one. `max_bytes`: of the file. `subject`: whom the
    back end names. None: the grant does not say.
    """

    url_digest: bytes | None
    policy_digest: bytes | None
    prefix: UrlPrefix | None
    is_object: bool
    max_bytes: int | None
    types: AllowedTypes | None
    subject: str | None

    def __repr__(self) -> str:
        return "UploadGrant()"

    def require_for(self, text: str, destination: Destination) -> None:
        """Raise UploadError unless it is for this upload; `text`: that of the field uploadUrl."""
        if not _is_digest(self.url_digest, text):
            raise UploadError("grant_other_url")
        if self.prefix is None:
            self._require_policy(destination)
        elif destination.kind == "session":
            raise _other_url(
                Phrase("A resumable session is named by its whole URL: its grant needs url_sha256.")
            )
        elif not all(self._has(address, self.prefix) for address in addresses_of(destination)):
            raise _other_url(Phrase("The object of the URL does not lie where the grant's url_prefix is."))

    def _require_policy(self, destination: Destination) -> None:
        if destination.post is None:
            if self.policy_digest is not None:
                raise _other_url(Phrase("The grant is for a POST, and uploadUrl is for a PUT."))
        elif self.policy_digest is None:
            raise _other_url(
                Phrase("All POSTs to a bucket have one URL: their grants need policy_sha256 as well.")
            )
        elif not _is_digest(self.policy_digest, destination.post.fields["policy"].value):
            raise _other_url(Phrase("The grant is for a POST with another policy."))

    def _has(self, address: UrlParts, prefix: UrlPrefix) -> bool:
        if not self.is_object:
            return prefix.allows(address)
        is_there = prefix._replace(path="").allows(address)
        return is_there and address.path == prefix.path and not may_climb(address.path)


def _other_url(cause: Phrase) -> UploadError:
    return UploadError("grant_other_url", cause)


def _is_digest(digest: bytes | None, text: str) -> bool:
    """Whether it is that of this text, if there is one."""
    return digest is None or compare_digest(digest, sha256(text.encode()).digest())


def addresses_of(destination: Destination) -> Iterator[UrlParts]:
    """The object's address. That of a POST is the one for a PUT, in each way in which its URL can be read."""
    url = destination.url
    parts = UrlParts(url, destination.host, url.port or 0, destination.host_header)
    if destination.post is None:
        yield parts
        return
    from upload_service.presigned.post_bucket import shorter_addresses  # for POSTs alone
    from upload_service.presigned.post_destination import object_address

    key = destination.object_key
    key = destination.post.some_key() if key is None else key
    for each in (parts, *shorter_addresses(parts)):
        yield object_address(each, key)


def read_grant(text: str, keys: Sequence[GrantKey], now: float) -> UploadGrant:
    """What a token grants; raises UploadError unless it is a grant that holds `now`, in epoch seconds."""
    claims = read_claims(text, keys)
    if not claims.keys() <= _KNOWN_CLAIMS:
        known = ", ".join(sorted(_KNOWN_CLAIMS))
        raise invalid_grant(Phrase("The grant has a claim that is none of {known}.", known=known))
    _require_time(claims, now)
    if "aud" in claims and AUDIENCE not in _texts(claims["aud"]):
        raise invalid_grant(Phrase("The grant's aud is not {audience}.", audience=AUDIENCE))
    prefix = _prefix(claims)
    grant = UploadGrant(
        url_digest=_digest(claims, "url_sha256"),
        policy_digest=_digest(claims, "policy_sha256"),
        prefix=prefix,
        is_object=not str(claims.get("url_prefix", "/")).endswith("/"),
        max_bytes=_count(claims),
        types=_types(claims),
        subject=_subject(claims),
    )
    if (grant.url_digest is None) is (prefix is None) or (prefix and grant.policy_digest):
        raise invalid_grant(
            Phrase("The grant needs either url_sha256, for a POST with policy_sha256, or url_prefix.")
        )
    return grant


def _require_time(claims: Mapping[str, object], now: float) -> None:
    times = {name: _time(claims, name) for name in ("exp", "nbf", "iat")}
    if (expires := times["exp"]) is None:
        raise invalid_grant(Phrase("The grant has no exp, the time at which it expires."))
    if now >= expires + LEEWAY_SECONDS:
        raise UploadError("grant_expired", challenge=CHALLENGE_WRONG)
    if expires > now + MAX_LIFETIME_SECONDS + LEEWAY_SECONDS:
        raise invalid_grant(Phrase("The grant expires more than 24 hours from now."))
    if max(times["nbf"] or now, times["iat"] or now) > now + LEEWAY_SECONDS:
        raise invalid_grant(Phrase("The grant is not valid yet: its nbf or iat lies in the future."))


def _time(claims: Mapping[str, object], name: str) -> float | None:
    """A NumericDate (RFC 7519 section 2)."""
    found = claims.get(name)
    if name not in claims:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float) or not 0 <= found < _MAX_COUNT:
        raise _wrong(name, Phrase("a time in seconds since 1970"))
    return found


def _count(claims: Mapping[str, object]) -> int | None:
    found = claims.get("max_bytes")
    if "max_bytes" not in claims:
        return None
    if type(found) is not int or not 1 <= found < _MAX_COUNT:
        raise _wrong("max_bytes", Phrase("a whole number of bytes, at least 1"))
    return found


def _digest(claims: Mapping[str, object], name: str) -> bytes | None:
    """A SHA-256 digest in hex or in base64url, as JavaScript and Python write them."""
    if name not in claims:
        return None
    found = claims[name]
    if isinstance(found, str) and re.fullmatch(r"[0-9A-Fa-f]{64}", found):
        return bytes.fromhex(found)
    if isinstance(found, str) and re.fullmatch(r"[A-Za-z0-9_-]{43}=?", found):
        return urlsafe_b64decode(f"{found[:43]}=")
    raise _wrong(name, Phrase("a SHA-256 digest in hex or base64url"))


def _prefix(claims: Mapping[str, object]) -> UrlPrefix | None:
    """The prefix as an entry of UPLOAD_DESTINATIONS without wildcards and options."""
    if "url_prefix" not in claims:
        return None
    found = claims["url_prefix"]
    try:
        if isinstance(found, str) and not set("*?,") & set(found):
            return parse_prefix(found)
    except ValueError:
        pass
    wanted = Phrase("the address of an object, or of a folder with a slash at its end, without a query")
    raise _wrong("url_prefix", wanted)


def _types(claims: Mapping[str, object]) -> AllowedTypes | None:
    if "types" not in claims:
        return None
    try:
        return parse_allowed_types(_texts(claims["types"], one=False))
    except ValueError:
        raise _wrong("types", Phrase('a list such as ["image/png", "image/*"]')) from None


def _subject(claims: Mapping[str, object]) -> str | None:
    found = claims.get("sub")
    if "sub" not in claims:
        return None
    if not isinstance(found, str) or not found.isprintable() or not 1 <= len(found) <= _MAX_SUBJECT:
        raise _wrong("sub", Phrase("a printable text of at most {most} characters", most=_MAX_SUBJECT))
    return found


def _texts(found: object, *, one: bool = True) -> list[str]:
    """A list of texts, or with `one` a single text; else an empty list."""
    listed = [found] if one and isinstance(found, str) else found
    texts = listed if isinstance(listed, list) else []
    return texts if all(isinstance(each, str) for each in texts) else []


def _wrong(name: str, wanted: Phrase) -> UploadError:
    return invalid_grant(Phrase("The claim {name} of the grant is not {wanted}.", name=name, wanted=wanted))
