"""Whether a URL was signed for a PUT of an object's bytes, as far as its query tells.

Knows: the query parameters that make a signed request something else, and the checksums of an empty body.
Rules: what the query does not tell is left to storage. Extra parameters without a meaning are accepted. Names
of parameters and of signed headers are given in lower case, values as they are.
Must not know: hosts, the form of signatures, the clock.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from upload_service.errors.upload_error import UploadError

# A request with one of these parameters is about the bucket, or about something else than the object's bytes.
# Source: docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
# fmt: off
_S3_SUBRESOURCES = frozenset((
    "abac", "accelerate", "acl", "analytics", "annotation", "attributes", "cors", "delete",
    "encryption", "intelligent-tiering", "inventory", "legal-hold", "lifecycle", "list-type",
    "location", "logging", "metadataconfiguration", "metadatatable", "metrics", "notification",
    "object-lock", "ownershipcontrols", "policy", "policystatus", "publicaccessblock", "renameobject",
    "replication", "requestpayment", "restore", "retention", "select", "select-type", "session",
    "tagging", "torrent", "uploads", "versionid", "versioning", "versions", "website",
))
# cloud.google.com/storage/docs/xml-api/reference-headers#query: what Google has in addition to S3
_GOOGLE_SUBRESOURCES = frozenset((
    "billing", "compose", "defaultobjectacl", "encryptionconfig", "generation", "ownership",
    "storageclass", "upload_id",
))
# fmt: on
_RESPONSE_OVERRIDES = frozenset(
    f"response-{header}"
    for header in (
        "cache-control",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-type",
        "expires",
    )
)
# A copy, or Google's POST that begins a resumable upload. They come as signed headers, or in the query if the
# signer has moved them there.
_OTHER_REQUESTS = frozenset(
    ("x-amz-copy-source", "x-amz-rename-source", "x-goog-copy-source", "x-goog-resumable", "x-ms-copy-source")
)

# docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html. Newer SDKs sign the checksum
# of the body that they have when they presign: an empty one.
_EMPTY_BODY_CHECKSUMS: Mapping[str, str] = {
    "x-amz-checksum-crc32": "AAAAAA==",
    "x-amz-checksum-crc32c": "AAAAAA==",
    "x-amz-checksum-crc64nvme": "AAAAAAAAAAA=",
    "x-amz-checksum-sha1": "2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
    "x-amz-checksum-sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==",
    "x-amz-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
}


@dataclass(frozen=True, slots=True)
class SignedOperation:
    """What the query of a PUT of an object's bytes may contain, for one family of stores.

    `allowed_values`: these parameters may be missing, else their value must match. `forbidden`: none of these
    may be there. `part_parameters`: the two of an upload in parts, which come together or not at all.
    """

    allowed_values: tuple[tuple[str, re.Pattern[str]], ...]
    forbidden: frozenset[str]
    part_parameters: tuple[str, str]

    def decisive_parameters(self) -> frozenset[str]:
        """The names of all parameters that change what is signed for."""
        return (
            self.forbidden
            | {name for name, _ in self.allowed_values}
            | set(self.part_parameters)
            | _EMPTY_BODY_CHECKSUMS.keys()
        )

    def require_put(self, query: Mapping[str, str], signed_headers: frozenset[str] | None) -> None:
        """Raise UploadError when the URL was signed for anything else than a PUT of the file's bytes."""
        if not self.forbidden.isdisjoint(query):
            raise _not_for_put(next(name for name in query if name in self.forbidden))
        for name, pattern in self.allowed_values:
            if name in query and not pattern.fullmatch(query[name]):
                raise _not_for_put(name)
        first, second = self.part_parameters
        if bool(query.get(first)) != bool(query.get(second)):
            raise _not_for_put(first if query.get(first) else second)
        if signed_headers and not _OTHER_REQUESTS.isdisjoint(signed_headers):
            raise _not_for_put(min(_OTHER_REQUESTS & signed_headers))

    def is_part_upload(self, query: Mapping[str, str]) -> bool:
        """Whether the bytes become one part of an upload in parts."""
        return self.part_parameters[0] in query


def refuse_empty_body_checksum(query: Mapping[str, str]) -> None:
    """Raise UploadError when the URL is signed with the checksum of an empty body, which no file has."""
    if _EMPTY_BODY_CHECKSUMS.keys().isdisjoint(query):
        return
    for name, empty in _EMPTY_BODY_CHECKSUMS.items():
        if query.get(name, "").rstrip("=") == empty.rstrip("="):
            raise UploadError(
                "url_signed_for_empty_body",
                f"The URL in uploadUrl was signed with the checksum of an empty body, in {name}.",
            )


def _not_for_put(name: str) -> UploadError:
    """The error for a URL with the parameter or signed header `name`, which is from the tables above."""
    return UploadError(
        "url_not_for_put",
        f"The URL in uploadUrl was signed for another request than a PUT of a file, as its {name} says.",
    )


# x-id: in it the SDKs for JavaScript and Go name the operation that they signed.
S3 = SignedOperation(
    allowed_values=(("x-id", re.compile("PutObject|UploadPart")),),
    forbidden=_S3_SUBRESOURCES | _RESPONSE_OVERRIDES | _OTHER_REQUESTS,
    part_parameters=("partnumber", "uploadid"),
)
GOOGLE = SignedOperation(S3.allowed_values, S3.forbidden | _GOOGLE_SUBRESOURCES, S3.part_parameters)
# learn.microsoft.com/rest/api/storageservices/create-service-sas, create-account-sas, put-block. `sr`: signed
# for a blob, a container or a folder; snapshots and versions cannot be written. `ss`, `srt`: the SAS of an
# account must include blobs.
AZURE = SignedOperation(
    allowed_values=(
        ("comp", re.compile("block")),
        ("sp", re.compile("[a-z]*[cw][a-z]*")),
        ("sr", re.compile("[bcd]")),
        ("ss", re.compile("[a-z]*b[a-z]*")),
        ("srt", re.compile("[a-z]*o[a-z]*")),
    ),
    forbidden=frozenset(("restype", "snapshot", "versionid", *_OTHER_REQUESTS)),
    part_parameters=("comp", "blockid"),
)
