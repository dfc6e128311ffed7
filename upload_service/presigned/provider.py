"""What a known store is.

Knows: the members of a row of `providers.py` and `vendor_providers.py`, and patterns that several rows have.
Must not know: which stores there are.
"""

from typing import NamedTuple

from upload_service.presigned import sendable_headers
from upload_service.presigned.sendable_headers import SendableHeaders
from upload_service.presigned.signature_scheme import SignatureScheme

NO_HOST = "(?!)"
BUCKET = r"[a-z0-9][a-z0-9._-]*\."


class Provider(NamedTuple):
    """A store: its short name, what people call it, its hosts, and the signature schemes that it accepts.

    `suffixes` are the last two labels of its hosts. `bucket_hosts` and `path_hosts` are patterns, which are
    compiled when a host is first compared with them, because most are never needed. The former hosts name the
    bucket, or the account. On the latter the path begins with the bucket, so a PUT to a path of one segment
    would create a bucket; and what begins with one of `no_buckets` there belongs to another interface.
    `s3_headers`: those of a PUT that S3's schemes sign.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    bucket_hosts: str
    path_hosts: str
    signature_schemes: tuple[SignatureScheme, ...]
    s3_headers: SendableHeaders = sendable_headers.S3
    no_buckets: frozenset[str] = frozenset()
