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
_ONLY_OF_GET = frozenset(
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
_OF_OTHERS = frozenset(
    ("x-amz-copy-source", "x-amz-rename-source", "x-goog-copy-source", "x-goog-resumable", "x-ms-copy-source")
)

# docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html. Newer SDKs sign the sum of the
# body that they see when presigning, which is none.
_EMPTY_SUMS: Mapping[str, str] = {
    "x-amz-checksum-crc32": "AAAAAA==",
    "x-amz-checksum-crc32c": "AAAAAA==",
    "x-amz-checksum-crc64nvme": "AAAAAAAAAAA=",
    "x-amz-checksum-sha1": "2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
    "x-amz-checksum-sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==",
    "x-amz-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
}


@dataclass(frozen=True, slots=True)
class Operation:
    """What the query of a PUT of bytes may say in one family of stores.

    `wanted`: where such a parameter is there, it must be so. `never`: none of these may be there. `part`: the
    two parameters of a part of a larger upload, which come together or not at all.
    """

    wanted: tuple[tuple[str, re.Pattern[str]], ...]
    never: frozenset[str]
    part: tuple[str, str]

    def parameters(self) -> frozenset[str]:
        """All names that decide."""
        return self.never | {name for name, _ in self.wanted} | set(self.part) | _EMPTY_SUMS.keys()

    def require_put(self, query: Mapping[str, str], signed_headers: frozenset[str] | None) -> None:
        """Raise UploadError when the URL was signed for something else than a PUT of the file's bytes."""
        if not self.never.isdisjoint(query):
            raise _not_for_put(next(name for name in query if name in self.never))
        for name, shape in self.wanted:
            if name in query and not shape.fullmatch(query[name]):
                raise _not_for_put(name)
        one, other = self.part
        if bool(query.get(one)) != bool(query.get(other)):
            raise _not_for_put(one if query.get(one) else other)
        if signed_headers and not _OF_OTHERS.isdisjoint(signed_headers):
            raise _not_for_put(min(_OF_OTHERS & signed_headers))

    def is_part(self, query: Mapping[str, str]) -> bool:
        """Whether the bytes become a part of a larger upload."""
        return self.part[0] in query


def require_file(query: Mapping[str, str]) -> None:
    """Raise UploadError when the checksum of an empty body is signed: no file could fit it."""
    if _EMPTY_SUMS.keys().isdisjoint(query):
        return
    for name, empty in _EMPTY_SUMS.items():
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
S3 = Operation(
    wanted=(("x-id", re.compile("PutObject|UploadPart")),),
    never=_S3_SUBRESOURCES | _ONLY_OF_GET | _OF_OTHERS,
    part=("partnumber", "uploadid"),
)
GOOGLE = Operation(S3.wanted, S3.never | _GOOGLE_SUBRESOURCES, S3.part)
# learn.microsoft.com/rest/api/storageservices/create-service-sas, create-account-sas, put-block. `sr`: a
# blob, a container or a folder; snapshots and versions cannot be written. `ss`, `srt`: an account's SAS must
# reach blobs.
AZURE = Operation(
    wanted=(
        ("comp", re.compile("block")),
        ("sp", re.compile("[a-z]*[cw][a-z]*")),
        ("sr", re.compile("[bcd]")),
        ("ss", re.compile("[a-z]*b[a-z]*")),
        ("srt", re.compile("[a-z]*o[a-z]*")),
    ),
    never=frozenset(("restype", "snapshot", "versionid", *_OF_OTHERS)),
    part=("comp", "blockid"),
)
