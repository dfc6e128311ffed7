"""The names of what a URL signs, as sentences for the refusals that they may explain.

Knows: which headers and parameters belong to one file only: its length and its checksums.
Rules: names only, never values.
Must not know: HTTP libraries, why a store refused.

Source: docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html (x-amz-content-sha256),
docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html (Signature Version 2)
"""

from collections.abc import Collection

from upload_service.presigned.destination import Destination
from upload_service.translation.phrase import NOTHING, Phrase

CHECKSUM_NAMES = frozenset(
    {
        "content-md5",
        "x-amz-content-sha256",
        "x-goog-content-sha256",
        "x-goog-hash",
        *(f"x-amz-checksum-{name}" for name in ("crc32", "crc32c", "crc64nvme", "md5", "sha1", "sha256")),
    }
)
OF_ONE_FILE = CHECKSUM_NAMES | {"content-length"}
# More names than these say no more.
MOST_NAMES = 12
_V2 = frozenset({"s3-v2", "google-v2"})
_HEADERS_MATTER = frozenset({"signature_mismatch", "header_not_supported", "header_value_refused"})


def signed_names(error: str, destination: Destination) -> Phrase:
    """What to add to the cause of a refusal with our code `error`; empty where nothing helps."""
    signed = destination.signed_headers
    if error == "checksum_mismatch":
        return _of_this_file((signed or frozenset()) & CHECKSUM_NAMES | _checksums_in_query(destination))
    if error not in _HEADERS_MATTER:
        return NOTHING
    if signed is None:
        return _of_unknown(destination)
    names = signed - {"host"}
    if not names:
        return Phrase("The URL signs no header but host.")
    listed = Phrase("The URL signs these headers: {names}.", names=_list(names))
    more = _of_this_file(names & OF_ONE_FILE) if error == "signature_mismatch" else NOTHING
    return Phrase("{listed} {more}", listed=listed, more=more) if more else listed


def _of_unknown(destination: Destination) -> Phrase:
    """Where the URL does not tell what it signs. The policy of a POST was judged before."""
    if destination.post is not None or not (destination.signature_scheme in _V2 or destination.binds_type):
        return NOTHING
    return _of_version_2() if destination.signature_scheme in _V2 else _of_unlisted()


def _of_version_2() -> Phrase:
    return Phrase(
        "A URL of Signature Version 2 does not list what it signs; the Content-Type and the Content-MD5 "
        "always belong to it. If neither the URL nor the form tells the type, none and the file's own were "
        "tried: send another one in contentType."
    )


def _of_unlisted() -> Phrase:
    return Phrase(
        "A URL of this kind does not list what it signs; the Content-Type and the Content-MD5 always belong "
        "to it, and so do the headers of the vendor. If the form does not tell the type, none and the file's "
        "own were tried: send another one in contentType."
    )


def _of_this_file(names: Collection[str]) -> Phrase:
    if not names:
        return NOTHING
    listed = _list(names)
    if len(names) == 1:
        return Phrase(
            "Its {name} must be that of this very file, and not of another one or of none.", name=listed
        )
    return Phrase(
        "Its {names} must be those of this very file, and not of another one or of none.", names=listed
    )


def _checksums_in_query(destination: Destination) -> frozenset[str]:
    return CHECKSUM_NAMES & destination.parameters


def _list(names: Collection[str]) -> str:
    *most, last = sorted(names)[:MOST_NAMES]
    left = len(names) - len(most) - 1
    if left:
        return Phrase("{names} and {count} more", names=", ".join([*most, last]), count=left)
    return Phrase("{names} and {last}", names=", ".join(most), last=last) if most else last
