"""Which request a URL was signed for, as far as its query tells: only a PUT of an object's bytes will do.

Knows: the parameters that make a signed request another one than that, and the checksums of nothing.
Rules: what the query does not tell is left to storage; a signed extra parameter that means nothing passes.
Names of parameters and of signed headers come in lower case, values as they are.
Must not know: hosts, how signatures look, the clock.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from upload_service.errors.upload_error import UploadError

# A query that names one of these asks for something beside the object's bytes, or about the bucket.
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
# cloud.google.com/storage/docs/xml-api/reference-headers#query: what Google has beyond S3
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
# As a signed header, or hoisted into the query by the signer: a copy, or Google's POST of a resumable upload.
_OTHER_REQUESTS = frozenset(
    ("x-amz-copy-source", "x-amz-rename-source", "x-goog-copy-source", "x-goog-resumable", "x-ms-copy-source")
)

# docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html. Newer SDKs sign the sum of the
# body that they see when presigning, which is none.
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
    """What the query of a PUT of bytes may say in one family of stores.

    `wanted`: where such a parameter is there, it must be so. `never`: none of these may be there. `part`: the
    two parameters of a part of a larger upload, which come together or not at all.
    """

    allowed_values: tuple[tuple[str, re.Pattern[str]], ...]
    forbidden: frozenset[str]
    part_parameters: tuple[str, str]

    def decisive_parameters(self) -> frozenset[str]:
        """All names that decide."""
        return (
            self.forbidden
            | {name for name, _ in self.allowed_values}
            | set(self.part_parameters)
            | _EMPTY_BODY_CHECKSUMS.keys()
        )

    def require_put(self, query: Mapping[str, str], signed_headers: frozenset[str] | None) -> None:
        """Raise UploadError when the URL was signed for something else than a PUT of the file's bytes."""
        if not self.forbidden.isdisjoint(query):
            raise _not_for_put(next(name for name in query if name in self.forbidden))
        for name, pattern in self.allowed_values:
            if name in query and not pattern.fullmatch(query[name]):
                raise _not_for_put(name)
        one, other = self.part_parameters
        if bool(query.get(one)) != bool(query.get(other)):
            raise _not_for_put(one if query.get(one) else other)
        if signed_headers and not _OTHER_REQUESTS.isdisjoint(signed_headers):
            raise _not_for_put(min(_OTHER_REQUESTS & signed_headers))

    def is_part_upload(self, query: Mapping[str, str]) -> bool:
        """Whether the bytes become a part of a larger upload."""
        return self.part_parameters[0] in query


def refuse_empty_body_checksum(query: Mapping[str, str]) -> None:
    """Raise UploadError when the checksum of an empty body is signed: no file could fit it."""
    if _EMPTY_BODY_CHECKSUMS.keys().isdisjoint(query):
        return
    for name, empty in _EMPTY_BODY_CHECKSUMS.items():
        if query.get(name, "").rstrip("=") == empty.rstrip("="):
            raise UploadError(
                "url_signed_for_empty_body",
                f"The URL in uploadUrl was signed with the checksum of an empty body, in {name}.",
            )


def _not_for_put(name: str) -> UploadError:
    """`name` is one of ours, never a text of the URL."""
    return UploadError(
        "url_not_for_put",
        f"The URL in uploadUrl was signed for another request than a PUT of a file, as its {name} says.",
    )


# x-id: the SDKs for JavaScript and Go say so which operation they signed.
S3 = SignedOperation(
    allowed_values=(("x-id", re.compile("PutObject|UploadPart")),),
    forbidden=_S3_SUBRESOURCES | _RESPONSE_OVERRIDES | _OTHER_REQUESTS,
    part_parameters=("partnumber", "uploadid"),
)
GOOGLE = SignedOperation(S3.allowed_values, S3.forbidden | _GOOGLE_SUBRESOURCES, S3.part_parameters)
# learn.microsoft.com/rest/api/storageservices/create-service-sas, create-account-sas, put-block. `sr`: a
# blob, a container or a folder; snapshots and versions cannot be written. `ss`, `srt`: an account's SAS must
# reach blobs.
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
