"""The headers of a PUT: those that the URL is signed with, with the values that the form gives.

Knows: the form fields for headers, and how signed names and given values must fit.
Rules: where the URL tells its signed headers, no other is sent; where it does not, what can have been signed
is tried in turn. Each name is judged once in an upload. What does not fit is refused before a byte is sent. A
header that would make storage do anything else than store this file is never sent. A value is never part of a
message.
Must not know: framing, HTTP libraries, the request that brought the form.

Which headers a vendor has: `sendable_headers.py`.
"""

import re
from collections.abc import Mapping, Sequence

from upload_service.errors.upload_error import UploadError
from upload_service.presigned import sendable_headers
from upload_service.presigned.destination import Destination
from upload_service.translation.phrase import Phrase

# A field `header:<name>` gives the header <name>; the field `contentType` means `header:content-type`.
FIELD_PREFIX = "header:"
CONTENT_TYPE_FIELD = "contentType"
MAX_HEADERS_BYTES = 16 * 1024
# They set the Content-Type with which storage serves the object; on Azure the second one wins.
TYPE_HEADERS = ("content-type", "x-ms-blob-content-type")
# The HTTP client sends the first two with every PUT; the Content-Type is the file part's, or a default.
ALWAYS_SENT = frozenset({"host", "content-length", "content-type"})
# A form may say what these are, as the maps of signed headers that SDKs give do, but not change them.
SAID_ONLY = ("host", "content-length")
# Everybody's code for Azure sends it. The service does so itself: BlockBlob.
BLOB_TYPE = "x-ms-blob-type"
# Ceph counts these in the query of a Signature V2 as if they were headers, and again if they are.
_METADATA_PREFIX = "x-amz-meta-"

_NAME = re.compile(r"[a-z0-9!#$%&'*+.^_`|~-]{1,128}")
_VALUE = re.compile(r"[\x20-\x7e]*")


def header_of_field(field: str) -> str | None:
    """The name of the header that a form field gives, in lower case; None for other fields.

    Raises UploadError for a header that goes to no store.
    """
    if field == CONTENT_TYPE_FIELD:
        return "content-type"
    if not field.startswith(FIELD_PREFIX):
        return None
    name = field.removeprefix(FIELD_PREFIX).strip().lower()
    if not sendable_headers.ANY.include(name) and name not in (*SAID_ONLY, BLOB_TYPE):
        raise _goes_to_no_store(name)
    return name


def _goes_to_no_store(name: str) -> UploadError:
    shown = Phrase("The header {name}", name=name)
    unusable = Phrase("A header with an unusable name")
    return UploadError(
        "header_not_allowed",
        Phrase(
            "{header} is none that goes with an upload.", header=shown if _NAME.fullmatch(name) else unusable
        ),
    )


def check_value(name: str, value: str) -> None:
    """Raise UploadError when `value` cannot be sent as the value of a header."""
    if name == BLOB_TYPE and value.lower() != "blockblob":
        raise _goes_to_no_store(name)
    if not _VALUE.fullmatch(value):
        raise UploadError(
            "invalid_header_value",
            Phrase("The value of the header {name} has a character outside printable ASCII.", name=name),
        )


def check_url(destination: Destination) -> None:
    """Raise UploadError when the URL signs a header that is never sent to its store."""
    for name, value in destination.headers_in_query:
        check_value(name, value)
    signed = destination.signed_headers
    if signed is None or signed <= ALWAYS_SENT:
        return
    set_by_scheme = {name for name, _ in destination.required_headers}
    for name in sorted(signed - ALWAYS_SENT - set_by_scheme):
        if not destination.sendable.include(name):
            raise UploadError(
                "header_not_allowed",
                Phrase("The URL is signed with the header {name}, which is never sent here.", name=name),
            )


def check_given(destination: Destination, name: str) -> None:
    """Raise UploadError when the header that the form gives does not go to this store, or is not signed."""
    signed = destination.signed_headers
    if name in ALWAYS_SENT or any(name == own for own, _ in destination.required_headers):
        return
    if destination.post is not None:
        raise UploadError(
            "header_not_allowed",
            Phrase("No header goes with a POST: what it carries stands in its signed fields."),
        )
    if not destination.sendable.include(name):
        raise UploadError(
            "header_not_allowed", Phrase("The header {name} does not go to the store of this URL.", name=name)
        )
    # Where the URL does not tell, storage decides.
    if signed is not None and name not in signed:
        raise UploadError(
            "header_not_signed", Phrase("The URL is not signed with the header {name}.", name=name)
        )


def missing_headers(destination: Destination, given: Mapping[str, str]) -> list[str]:
    """The signed headers whose values are still missing, in the order of their names."""
    signed = destination.signed_headers
    if not signed or signed <= ALWAYS_SENT:
        return []
    set_by_scheme = {name for name, _ in destination.required_headers}
    return sorted(signed - ALWAYS_SENT - set_by_scheme - given.keys())


def missing_error(names: Sequence[str]) -> UploadError:
    """The error for signed headers whose values did not come."""
    one = Phrase("The URL is signed with the header {name}, whose value did not come.", name=names[0])
    several = Phrase(
        "The URL is signed with the headers {names}, whose values did not come.", names=", ".join(names)
    )
    return UploadError("missing_signed_header", one if len(names) == 1 else several)


def check_host(destination: Destination, given: str) -> None:
    """Raise UploadError unless `given`, the signed value of Host, is the one that is sent."""
    scheme_port = ":443" if destination.url.scheme == "https" else ":80"
    if given.strip().lower().removesuffix(scheme_port) != destination.host_header.lower():
        raise UploadError(
            "header_not_allowed",
            Phrase("The field header:host has another host than the URL, to whose host the PUT goes."),
        )


def put_headers(
    destination: Destination, given: Mapping[str, str], content_type: str
) -> tuple[dict[str, str], ...]:
    """The headers of the PUT except for Host and Content-Length. `content_type` is that of the file part.

    There are several where nothing tells what was signed, and they are tried in this order while storage says
    that the signature does not match. Only what Signature V2 binds can be unknown: a Content-Type that
    neither the query nor the form tells, which most often was not signed at all, and metadata in the query,
    which most stores want as headers too, and Ceph does not.
    """
    sendable = destination.sendable
    told = {name: value for name, value in destination.headers_in_query if sendable.include(name)}
    rest = {**dict(destination.default_headers), **told, **given, **dict(destination.required_headers)}
    if not destination.binds_type:
        headers = {"content-type": content_type, **rest}
        if sendable.framing_types and headers["content-type"].lower().startswith(sendable.framing_types):
            raise UploadError(
                "header_not_allowed",
                Phrase(
                    "With this Content-Type the store would take the file for a form and keep a part of it."
                ),
            )
        return (headers,)
    rest.pop("content-type", None)
    signed = dict.fromkeys(headers["content-type"] for headers in (told, given) if "content-type" in headers)
    types = [{"content-type": each} for each in signed] or [{}, {"content-type": content_type}]
    in_query = {name for name in told.keys() - given.keys() if name.startswith(_METADATA_PREFIX)}
    rests = [rest]
    if in_query:
        rests.append({name: value for name, value in rest.items() if name not in in_query})
    return tuple({**typed, **others} for typed in types for others in rests)
