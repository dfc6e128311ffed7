"""What a known store is: a row of the tables of stores.

Knows: the members of a row.
Rules: hosts are matched as a whole and in lower case.
Must not know: which stores there are.
"""

from typing import NamedTuple

from upload_service.presigned import sendable_headers
from upload_service.presigned.sendable_headers import SendableHeaders
from upload_service.presigned.signature_scheme import SignatureScheme

# A pattern that no host matches, and the name of a bucket with the dot behind it.
NO_HOST = "(?!)"
BUCKET = r"[a-z0-9][a-z0-9._-]*\."


class Provider(NamedTuple):
    """A store: its short name, what people call it, its hosts, and the signature schemes that it accepts.

    `suffixes` are the last two labels of its hosts. `bucket_hosts` and `path_hosts` are patterns, which are
    compiled when a host is first compared with them, because most are never needed. The former hosts name the
    bucket, or the account. On the latter the path begins with the bucket, so a PUT to a path of one segment
    would create a bucket; and what begins with one of `no_buckets` there belongs to another interface.
    `path_prefix`: what stands before the bucket there, if other interfaces stand beside it.
    `s3_headers`: those of a PUT that S3's schemes sign. `takes_posts`: it has the POST of a form, as far as
    its pages tell.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    bucket_hosts: str
    path_hosts: str
    signature_schemes: tuple[SignatureScheme, ...]
    s3_headers: SendableHeaders = sendable_headers.S3
    no_buckets: frozenset[str] = frozenset()
    path_prefix: str = ""
    takes_posts: bool = True
