"""Judges a presigned POST: may it go there, do its fields fit their policy, and is that still valid?

Knows: which URLs can be those of a POST, and which fields may go with one.
Rules: the address of the object that the POST makes is judged as that of a PUT would be: bucket and folder
from the URL, and the key as it is sent. A field is sent only if a store's page has it, and none of those
makes other objects than this one. The time is passed in.
Must not know: the network, the file's bytes.

Why: docs/decisions/0024-presigned-post.md
"""

import re
from collections.abc import Mapping
from urllib.parse import quote

from upload_service.errors.upload_error import UploadError
from upload_service.presigned import post_bucket
from upload_service.presigned.allowed_destinations import AllowedDestinations, UrlPrefix
from upload_service.presigned.destination import (
    LISTED,
    MAX_URL_BYTES,
    Destination,
    read_url,
    require_allowed,
    require_object,
)
from upload_service.presigned.post_bucket import segments_of
from upload_service.presigned.post_fields import PostField, unusable_fields
from upload_service.presigned.post_form import KEY, FilledForm, PostForm, require_fields
from upload_service.presigned.post_policy import parse_policy
from upload_service.presigned.post_schemes import POST_SCHEMES, PostScheme
from upload_service.presigned.provider import Provider
from upload_service.presigned.providers import provider_of
from upload_service.presigned.query import unusable_url
from upload_service.presigned.sendable_post_fields import require_sendable_fields
from upload_service.presigned.url_parts import UrlParts
from upload_service.translation.phrase import Phrase

# No escapes: no bucket needs one, and nobody can read it in another way. A dot alone is no name. Each segment
# is judged once more.
_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9._~-]{1,255}){0,4}/?")
_ORIGIN_ALONE = re.compile(r"[hH][tT][tT][pP][sS]?://[^/?#\\]+")


def may_be_of_post(text: str, allowed: AllowedDestinations) -> bool:
    """Whether a URL can be one to which a POST goes. If not, it is judged as that of a PUT."""
    if "?" in text or "#" in text:
        return False
    try:
        parts = _parts(text)
    except UploadError:
        return False
    if not _PATH.fullmatch(parts.path):
        return False
    if any(entry.unsigned for entry in allowed.entries_for(parts)):
        return False  # the address of an object, to which a PUT needs no signature
    if provider := provider_of(parts.host):
        return _has_shape_at(parts, provider)
    return any(_leads_there(parts, entry) for entry in allowed.prefixes)


def _parts(text: str) -> UrlParts:
    """The URL, which may leave out its last slash."""
    return read_url(f"{text}/" if _ORIGIN_ALONE.fullmatch(text) else text, has_key=False)


def _has_shape_at(parts: UrlParts, provider: Provider) -> bool:
    """Whether it names a bucket of this store, in the host or in the path."""
    count = len(segments_of(parts.path))
    return count == 1 if re.fullmatch(provider.path_hosts, parts.host) else count == 0


def _leads_there(parts: UrlParts, entry: UrlPrefix) -> bool:
    """Whether it is a part of the way to an entry of the operator's list, or one segment longer."""
    given, listed = segments_of(parts.path), segments_of(entry.path)
    is_there = entry._replace(path="").allows(parts)
    return is_there and (given == listed[: len(given)] or given[:-1] == listed)


def judge_post(
    text: str, fields: Mapping[str, PostField], allowed: AllowedDestinations, now: float
) -> Destination:
    """Judge a URL and the fields of a POST; raises UploadError when it must not go there.

    `now` is in epoch seconds. What depends on the file is judged by `fill_post`.
    """
    if "?" in text:
        raise fields_with_put()
    parts = _parts(text)
    provider = provider_of(parts.host)
    _require_post(parts, provider)
    require_fields(fields)
    scheme = _scheme_of(fields, provider)
    scheme.require_well_formed(fields)
    require_sendable_fields(fields)
    form = PostForm(fields, parse_policy(fields["policy"].value))
    entries = _require_allowed(parts, form.some_key(), provider, allowed)
    post_bucket.require_bucket(form, parts, provider, is_folder=any(entry.path for entry in entries))
    if now >= form.policy.expires_at:
        raise UploadError("url_expired", Phrase("The policy of the POST has expired."))
    form.policy.require_covered(fields)
    form.require_possible()
    return Destination(
        url=parts.url,
        host=parts.host,
        provider=provider.name if provider else LISTED,
        listed=bool(entries),
        signature_scheme=scheme.scheme.name,
        signed_headers=None,
        required_headers=(),
        expires_at=form.policy.expires_at,
        etag_optional=any(entry.etag_optional for entry in entries),
        host_header=parts.host_header,
        post=form,
    )


def fields_with_put() -> UploadError:
    """The error for fields that come with the URL of a PUT."""
    return unusable_fields(
        Phrase("The URL in uploadUrl is that of a PUT, or has a query: no fields for a POST go with it.")
    )


def unsigned_post() -> UploadError:
    """The error for a URL that can be that of a POST, and for which no fields came."""
    return UploadError(
        "url_not_signed",
        Phrase(
            "The URL in uploadUrl has no signature. If it is that of a presigned POST, its fields did not "
            "come; if it is that of a PUT, its query is missing."
        ),
    )


def fill_post(
    destination: Destination, filename: str, content_type: str, allowed: AllowedDestinations
) -> tuple[Destination, FilledForm]:
    """The form for this file, and where it goes; raises UploadError when it must not go there."""
    assert destination.post
    filled = destination.post.fill(filename, content_type)
    if filled.key == destination.post.fields[KEY].value == destination.post.some_key():
        return destination._replace(object_key=filled.key), filled  # it has been judged
    url = destination.url
    parts = UrlParts(url, destination.host, url.port or 0, destination.host_header)
    entries = _require_allowed(parts, filled.key, provider_of(parts.host), allowed)
    judged = destination._replace(
        listed=bool(entries),
        etag_optional=any(entry.etag_optional for entry in entries),
        object_key=filled.key,
    )
    return judged, filled


def object_address(parts: UrlParts, key: str) -> UrlParts:
    """The address that a signer would give the object with this key, were it for a PUT."""
    path = f"{parts.path.removesuffix('/')}/{quote(key, safe='/~')}"
    return parts._replace(url=parts.url.with_path(path, encoded=True))


def _require_allowed(
    parts: UrlParts, key: str, provider: Provider | None, allowed: AllowedDestinations
) -> list[UrlPrefix]:
    """The entries of the operator's list that have the object; raises UploadError where no PUT may go."""
    address = object_address(parts, key)
    if len(address.path) > MAX_URL_BYTES:
        raise UploadError("object_key_refused", Phrase("The object key of the POST is too long."))
    entries = require_allowed(address, provider, allowed)
    if provider:
        require_object(address, provider)
    for bucket in post_bucket.shorter_addresses(parts):
        require_allowed(object_address(bucket, key), provider, allowed)
    return entries


def _require_post(parts: UrlParts, provider: Provider | None) -> None:
    if provider and not provider.takes_posts:
        raise UploadError(
            "post_not_supported", Phrase("{store} takes no POST of a form.", store=provider.title)
        )
    if not _PATH.fullmatch(parts.path) or (provider and not _has_shape_at(parts, provider)):
        raise unusable_url(Phrase("is not the address of a bucket, to which a POST goes"))


def _scheme_of(fields: Mapping[str, PostField], provider: Provider | None) -> PostScheme:
    for each in POST_SCHEMES:
        if each.has_signed(fields) and (provider is None or each.scheme in provider.signature_schemes):
            return each
    raise UploadError(
        "url_not_signed", Phrase("The fields of the POST have no signature that its store understands.")
    )
