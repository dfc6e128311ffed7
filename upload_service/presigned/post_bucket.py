"""Which bucket the address of a POST names, and whether its form and its policy mean the same one.

Knows: the ways in which stores read the path of such an address.
Rules: where a store might take another bucket than the operator meant, the object must be allowed there as
well, or the policy must name the bucket, so that the store refuses it for another one.
Must not know: signatures, the file.
"""

from collections.abc import Iterator

from upload_service.errors.upload_error import UploadError
from upload_service.presigned.post_form import PostForm
from upload_service.presigned.post_policy import BUCKET, EQUALS
from upload_service.presigned.provider import Provider
from upload_service.presigned.url_parts import UrlParts
from upload_service.translation.phrase import Phrase

# On such hosts the first label is no bucket.
_ACCESS_POINT = "accesspoint"


def segments_of(path: str) -> list[str]:
    """The segments of a path, without empty ones."""
    return [each for each in path.split("/") if each]


def shorter_addresses(parts: UrlParts) -> Iterator[UrlParts]:
    """The addresses that a store may take for that of the bucket, because it drops the end of the path.

    SeaweedFS 4.48 does: a POST to /bucket/folder makes its object in the bucket, and not in the folder.
    """
    segments = segments_of(parts.path)
    for count in range(1, len(segments)):
        path = "/".join(("", *segments[:count]))
        yield parts._replace(url=parts.url.with_path(path, encoded=True))


def require_bucket(form: PostForm, parts: UrlParts, provider: Provider | None, *, is_folder: bool) -> None:
    """Raise UploadError when the form or its policy names another bucket than the URL.

    `is_folder`: the operator lists a path. A host that is listed as a whole may stand for a bucket of any
    name.
    """
    segments = segments_of(parts.path)
    if not segments and (not (provider or is_folder) or _ACCESS_POINT in parts.host):
        return
    named = [field.value for name, field in form.fields.items() if name == BUCKET]
    if not all(_is_bucket_of(parts, name) for name in named):
        raise UploadError("policy_not_met", Phrase("The field bucket names another bucket than the URL."))
    for condition in form.policy.about(BUCKET):
        is_met = (
            condition.is_met_by(segments[-1])
            if segments
            else _is_bucket_of(parts, condition.value, begins=condition.operator != "eq")
        )
        if not is_met:
            raise UploadError("policy_not_met", Phrase("The policy is for another bucket than the URL."))
    if segments and is_folder and not any(each.operator == EQUALS for each in form.policy.about(BUCKET)):
        # A store that takes the bucket from the host, and drops the path, refuses a policy for this one.
        raise UploadError("policy_not_met", Phrase("The policy does not say for which bucket it is."))


def _is_bucket_of(parts: UrlParts, name: str, *, begins: bool = False) -> bool:
    if segments := segments_of(parts.path):
        return segments[-1] == name
    host = parts.host
    return host == name.lower() or host.startswith(name.lower() if begins else f"{name.lower()}.")
