"""Whether a URL was signed for a PUT of bytes, and what these become, as far as its query tells.

Knows: the query parameters that make a signed request something else, those of parts, and the checksums of
an empty body. Those of Azure and of other vendors are in `vendor_operations.py`.
Rules: what the query does not tell is left to storage. Extra parameters without a meaning are accepted: one
of them is `ACL` for S3, because it is not `acl`.
Must not know: hosts, the form of signatures, the clock.
"""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from upload_service.errors.upload_error import UploadError
from upload_service.presigned.query import Query
from upload_service.translation.phrase import Phrase

# What the bytes of a PUT become: a whole object; one part (S3, Google) or block (Azure) of an object; the
# list of blocks that makes an object of them; or what Google's resumable session still lacks of its object.
Kind = Literal["object", "part", "block list", "session"]

# A request with one of these parameters is about the bucket, or about something else than the object's bytes.
# Source: docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html;
# `append` is Ceph's, docs.ceph.com/en/latest/radosgw/s3/objectops
# fmt: off
_S3_SUBRESOURCES = frozenset((
    "abac", "accelerate", "acl", "analytics", "annotation", "append", "attributes", "cors", "delete",
    "encryption", "intelligent-tiering", "inventory", "legal-hold", "lifecycle", "list-type", "location",
    "logging", "metadataAnnotationTable", "metadataConfiguration", "metadataInventoryTable",
    "metadataJournalTable", "metadataTable", "metrics", "notification", "object-lock", "ownershipControls",
    "policy", "policyStatus", "publicAccessBlock", "renameObject", "replication", "requestPayment", "restore",
    "retention", "select", "select-type", "session", "tagging", "torrent", "uploads", "versionId",
    "versioning", "versions", "website",
))
# cloud.google.com/storage/docs/xml-api/reference-headers#query: what Google has in addition to S3
_GOOGLE_SUBRESOURCES = frozenset((
    "billing", "compose", "defaultObjectAcl", "encryptionConfig", "generation", "ownership",
    "storageClass",
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
# A copy, bytes behind those of an object, an archive that is unpacked into many objects, a body in a framing
# of its own, or Google's POST that begins a resumable upload. They come as signed headers, or in the query if
# the signer has moved them there. As names of headers they have no case.
_OTHER_REQUESTS = frozenset(
    (
        "x-amz-copy-source",
        "x-amz-decoded-content-length",
        "x-amz-meta-snowball-auto-extract",
        "x-amz-rename-source",
        "x-amz-trailer",
        "x-amz-write-offset-bytes",
        "x-copy-from",
        "x-cos-copy-source",
        "x-goog-copy-source",
        "x-goog-resumable",
        "x-minio-extract",
        "x-ms-copy-source",
        "x-ms-rename-source",
        "x-ms-structured-body",
        "x-object-manifest",
        "x-obs-copy-source",
        "x-oss-copy-source",
        "x-symlink-target",
    )
)
# With these values the body has a framing of its own, in which a file's bytes could say where it ends:
# docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
_FRAMED = {"content-encoding": r"(?:.*,)?\s*aws-chunked\s*(?:,.*)?"} | dict.fromkeys(
    (f"x-{vendor}-content-sha256" for vendor in ("amz", "goog", "obs", "oss")), r"\s*streaming.*"
)

# docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html. Newer SDKs sign the checksum
# of the body that they have when they presign: an empty one. Those for JavaScript and Ruby write it into the
# query, Go's gives it as a header. XXHash has the seed 0.
_EMPTY_BODY_CHECKSUMS: Mapping[str, str] = {
    "x-amz-checksum-crc32": "AAAAAA==",
    "x-amz-checksum-crc32c": "AAAAAA==",
    "x-amz-checksum-crc64nvme": "AAAAAAAAAAA=",
    "x-amz-checksum-sha1": "2jmj7l5rSw0yVb/vlWAYkK/YBwk=",
    "x-amz-checksum-sha256": "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
    "x-amz-checksum-sha512": (
        "z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="
    ),
    "x-amz-checksum-md5": "1B2M2Y8AsgTpgAmY7PhCfg==",
    "x-amz-checksum-xxhash64": "70bbN1HY6Zk=",
    "x-amz-checksum-xxhash3": "LQaABTjTlMI=",
    "x-amz-checksum-xxhash128": "maoG0wFHmNhgAcMkRo1Jfw==",
    "content-md5": "1B2M2Y8AsgTpgAmY7PhCfg==",
    "x-amz-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
}


class SignedOperation(NamedTuple):
    """What the query of a PUT of bytes may contain, for one family of stores.

    `allowed_values`: these parameters may be missing, else their value must match. `forbidden`: none of these
    may be there. `kinds`: names and patterns of the parameters that make the bytes something else than
    `plain_kind`; all of one kind come together, and none of another. `any_case`: the store reads these names
    in whatever case, and here they are in lower case.
    """

    allowed_values: tuple[tuple[str, str], ...]
    forbidden: frozenset[str]
    kinds: tuple[tuple[Kind, tuple[tuple[str, str], ...]], ...] = ()
    plain_kind: Kind = "object"
    any_case: bool = True

    def decisive_parameters(self) -> frozenset[str]:
        """The names, in lower case, of all parameters that change what is signed for."""
        names = self.forbidden | {name for name, _ in self.allowed_values}
        names |= {name for _, parameters in self.kinds for name, _ in parameters}
        of_all = _OTHER_REQUESTS | _FRAMED.keys() | _EMPTY_BODY_CHECKSUMS.keys()
        return frozenset(name.lower() for name in names) | of_all

    def require_put(self, query: Query, signed_headers: frozenset[str] | None) -> Kind:
        """What the bytes become; raises UploadError when the URL was signed for anything else than their PUT.

        `signed_headers` are names in lower case.
        """
        kind = self.require_put_by_query(query)
        for headers in (query.lower.keys(), signed_headers or ()):
            if not _OTHER_REQUESTS.isdisjoint(headers):
                raise not_for_put(min(_OTHER_REQUESTS.intersection(headers)))
        refuse_framed_body(query.lower)
        return kind

    def require_put_by_query(self, query: Query) -> Kind:
        """The same by the parameters of this family alone, without headers that change any request."""
        values = self._values(query)
        if not self.forbidden.isdisjoint(values):
            raise not_for_put(next(name for name in values if name in self.forbidden))
        for name, pattern in self.allowed_values:
            if name in values and not re.fullmatch(pattern, values[name]):
                raise not_for_put(name)
        return self._kind(values) if self.kinds else self.plain_kind

    def _kind(self, values: Mapping[str, str]) -> Kind:
        """By the parameters that are there; raises UploadError when they are those of no kind."""
        there = [name for _, parameters in self.kinds for name, _ in parameters if name in values]
        if not there:
            return self.plain_kind
        for kind, parameters in self.kinds:
            fits = all(re.fullmatch(pattern, values.get(name, "")) for name, pattern in parameters)
            if fits and {name for name, _ in parameters} >= set(there):
                return kind
        if lacking := self._lacking(values):
            raise _incomplete_part(lacking)
        raise not_for_put(next((name for name in there if values[name]), there[0]))

    def _lacking(self, values: Mapping[str, str]) -> str | None:
        """The parameter that is missing or malformed where the first one says that the bytes are a part."""
        for _, ((first, pattern), *others) in self.kinds:
            if re.fullmatch(pattern, values.get(first, "")):
                return next(
                    (name for name, form in others if not re.fullmatch(form, values.get(name, ""))), None
                )
        return None

    def _values(self, query: Query) -> Mapping[str, str]:
        return query.lower if self.any_case else query.written


def refuse_framed_body(headers: Mapping[str, str]) -> None:
    """Raise UploadError when a header's value says that the body is not the file's plain bytes.

    `headers`: names in lower case, and values, of the query or of the signed headers themselves.
    """
    if _FRAMED.keys().isdisjoint(headers):
        return
    for name, pattern in _FRAMED.items():
        if name in headers and re.fullmatch(pattern, headers[name], re.I | re.S):
            raise not_for_put(name)


def refuse_empty_body_checksum(headers: Mapping[str, str]) -> None:
    """Raise UploadError when the URL is signed with the checksum of an empty body, which no file has.

    `headers`: names in lower case, and values, of the query or of the signed headers themselves.
    """
    if _EMPTY_BODY_CHECKSUMS.keys().isdisjoint(headers):
        return
    for name, empty in _EMPTY_BODY_CHECKSUMS.items():
        if headers.get(name, "").rstrip("=") == empty.rstrip("="):
            raise UploadError(
                "url_signed_for_empty_body",
                Phrase(
                    "The URL in uploadUrl was signed with the checksum of an empty body, in {name}.",
                    name=name,
                ),
            )


def not_for_put(name: str) -> UploadError:
    """The error for a URL with the parameter or signed header `name`, which is from the tables above."""
    return UploadError(
        "url_not_for_put",
        Phrase(
            "The URL in uploadUrl was signed for another request than a PUT of a file, as its {name} says.",
            name=name,
        ),
    )


def _incomplete_part(name: str) -> UploadError:
    return UploadError(
        "url_not_for_put",
        Phrase(
            "The URL in uploadUrl is that of a part, but its {name} is missing or has another form than the "
            "store wants.",
            name=name,
        ),
    )


# The names of the two parameters of a part, as S3 writes them.
_PART = ("partNumber", "uploadId")
# x-id: in it the SDKs for JavaScript and Go name the operation that they signed.
S3 = SignedOperation(
    allowed_values=(("x-id", "PutObject|UploadPart"),),
    forbidden=_S3_SUBRESOURCES | _RESPONSE_OVERRIDES,
    kinds=(("part", tuple((name, "(?s).+") for name in _PART)),),
    any_case=False,
)
# An `upload_id` is that of a session, which has a scheme of its own.
GOOGLE = SignedOperation(
    S3.allowed_values,
    frozenset(name.lower() for name in S3.forbidden | _GOOGLE_SUBRESOURCES | {"upload_id"}),
    (("part", tuple((name.lower(), "(?s).+") for name in _PART)),),
)
# Signed parameters may be left in a session's URL; they are those of the POST that began it, and tell nothing
# of the PUT. `upload_protocol` is Firebase's, whose sessions speak in headers of their own (X-Goog-Upload-…).
GOOGLE_SESSION = SignedOperation(
    allowed_values=(("uploadtype", "resumable"),),
    forbidden=frozenset(
        name.lower() for name in S3.forbidden | _GOOGLE_SUBRESOURCES | {*_PART, "upload_protocol"}
    ),
    plain_kind="session",
)
