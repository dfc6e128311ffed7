"""The headers of the PUT, as far as the form's fields have given them.

Knows: what is judged of a header when its field comes, and when the URL does.
Rules: a header may come once, and none once the PUT has begun. Host and Content-Length are compared, and are
not sent from here.
Must not know: which other fields there are, framing, the file's bytes.
"""

from upload_service.content.content_type import parse_media_type
from upload_service.errors.upload_error import UploadError
from upload_service.presigned import signed_headers
from upload_service.presigned.destination import Destination
from upload_service.presigned.signed_operation import refuse_empty_body_checksum, refuse_framed_body
from upload_service.translation.phrase import Phrase


class HeaderFields:
    """`given`: names in lower case, and values."""

    def __init__(self) -> None:
        self.given: dict[str, str] = {}
        self._host: str | None = None
        self._bytes = 0
        self._closed = False

    def close(self) -> None:
        """From now on none may come: the PUT begins with those that are here."""
        self._closed = True

    def meet(self, destination: Destination) -> None:
        """Raise UploadError when the URL, which has come now, does not fit those that are here."""
        signed_headers.check_url(destination)
        if self._host is not None:
            signed_headers.check_host(destination, self._host)
        for name in self.given:
            signed_headers.check_given(destination, name)

    def note_host(self, value: str, destination: Destination | None) -> None:
        """Take the host that was signed."""
        if self._host is not None:
            raise UploadError("duplicate_field", Phrase("The header {name} came twice.", name="host"))
        self._host = value
        if destination:
            signed_headers.check_host(destination, value)

    def note(self, name: str, value: str, destination: Destination | None, *, is_empty: bool) -> None:
        """Take a header that is sent; raises UploadError. `is_empty`: so the file is said to be."""
        self._require_time(name)
        signed_headers.check_value(name, value)
        self._bytes += len(name) + len(value)
        if self._bytes > signed_headers.MAX_HEADERS_BYTES:
            raise UploadError(
                "field_too_long", Phrase("The headers for storage are longer than 16 KiB together.")
            )
        if not is_empty:
            refuse_empty_body_checksum({name: value.strip()})
        refuse_framed_body({name: value})
        if destination:
            signed_headers.check_given(destination, name)
        if name in signed_headers.TYPE_HEADERS:
            parse_media_type(value)  # refuses several types in one value
        self.given[name] = value

    def _require_time(self, name: str) -> None:
        if name in self.given:
            raise UploadError("duplicate_field", Phrase("The header {name} came twice.", name=name))
        if self._closed:
            raise UploadError(
                "header_too_late",
                Phrase("The header {name} came after the file had begun to be sent.", name=name),
            )
