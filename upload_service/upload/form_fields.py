"""The text fields of one form, as far as they have come.

Knows: the fields' names and what each may hold.
Rules: a field may come once; a wrong one is refused as soon as it comes. The URL is judged before a byte of a
file that follows it is read.
Must not know: framing, the file's bytes, the PUT.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from upload_service.body.checksums import Checksum, parse_checksum
from upload_service.content.content_type import MediaType, parse_media_type
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.seen_parts import shown_field
from upload_service.presigned import signed_headers
from upload_service.presigned.allowed_destinations import AllowedDestinations
from upload_service.presigned.destination import Destination, judge_destination
from upload_service.settings.settings import Settings
from upload_service.translation.phrase import Phrase
from upload_service.upload import content_range, put_headers, widget_chunks
from upload_service.upload.content_range import ContentRange
from upload_service.upload.file_length import parse_size
from upload_service.upload.header_fields import HeaderFields
from upload_service.upload.put_headers import PutHeaders
from upload_service.upload.retry import DEFAULT_RETRIES, parse_retries
from upload_service.upload.upload_limits import GRANT_FIELD, UploadLimits

if TYPE_CHECKING:  # loaded with the first POST
    from upload_service.upload.posted_form import PostedForm

# The fields of a presigned POST: one JSON object, longer than other fields, or one field each.
LONG_FIELD, POST_PREFIX = "fields", "field:"
# A name that ends with a colon stands for every field whose name begins with it.
_FOR_HEADERS = (signed_headers.CONTENT_TYPE_FIELD, signed_headers.FIELD_PREFIX)
PLAIN_FIELDS = frozenset(
    ("uploadUrl", "size", "checksum", GRANT_FIELD, LONG_FIELD, POST_PREFIX, *_FOR_HEADERS)
)
RETRY_FIELDS = PLAIN_FIELDS | {"max_retries"}
# Some callers pad a value, or read it from a file, with a line break at its end or a byte order mark.
_AROUND = " \t\r\n"
_BYTE_ORDER_MARK = "\xef\xbb\xbf"


class FormFields:
    """The fields so far. `size` (bytes) and `checksum` are the file's as the caller declares them.

    `limits`: the file's. `content_range`: it is a piece of one, for a session. `headers` are for the PUT, by
    their names in lower case. `chunk`: what the request's head says of chunks.
    """

    def __init__(self, settings: Settings, chunk: Phrase | None = None) -> None:
        self.destination: Destination | None = None
        self.size: int | None = None
        self.max_retries = DEFAULT_RETRIES
        self.checksum: Checksum | None = None
        self.content_range: ContentRange | None = None
        self._types_in_query: tuple[MediaType, ...] = ()
        self._headers = HeaderFields()
        self.headers: Mapping[str, str] = self._headers.given
        self.limits = UploadLimits(settings)
        self._chunk = chunk
        self._settings = settings
        self._posted: PostedForm | None = None
        self._seen: set[str] = set()

    def note(self, name: str, value: str, now: float) -> None:
        """Take one field; raises UploadError when it cannot be used. `now` is in epoch seconds.

        `value` has a character for each byte. White space around it does not count.
        """
        written, value = value, value.removeprefix(_BYTE_ORDER_MARK).strip(_AROUND)
        if name in widget_chunks.COUNT_FIELDS:
            self._chunk = self._chunk or widget_chunks.told_by_field(name, value)
            widget_chunks.require_whole(self._chunk, self.destination)
            return
        if name in self._seen:
            raise UploadError("duplicate_field", Phrase("{field} came twice.", field=shown_field(name)))
        self._seen.add(name)
        if name == "uploadUrl":
            self._note_url_text(value, now)
        elif name == "size":
            self._note_size(name, value)
        elif name == "max_retries":
            self.max_retries = parse_retries(value)
        elif name == "checksum":
            self.checksum = parse_checksum(value)
        elif name == GRANT_FIELD:
            self.limits.note_field(value, now, self.size, self.destination)
            self.limits.require_object_size(self.content_range)
        elif name == LONG_FIELD or name.startswith(POST_PREFIX):
            # What a single field says is signed as it is written.
            said = value if name == LONG_FIELD else written
            self._note_post(self._post_form().note(name, said, now))
        elif header := signed_headers.header_of_field(name):
            self._note_header(header, value)

    @property
    def is_whole(self) -> bool:
        """Whether the file is all of an object, as far as is known."""
        if self.destination is None or self.destination.kind == "object":
            return True
        if self.destination.kind != "session":
            return False
        return self.content_range is None or self.content_range.is_all

    @property
    def is_block_list(self) -> bool:
        """Whether the file is the list of blocks of which an object is made."""
        return self.destination is not None and self.destination.kind == "block list"

    def close_headers(self) -> None:
        """From now on no header may come: the PUT begins with those that are here."""
        self._headers.close()

    def missing_headers(self) -> list[str]:
        """The headers that the URL is signed with and whose values have not come."""
        return signed_headers.missing_headers(self.destination, self.headers) if self.destination else []

    def claimed_types(self, part_type: str | None = None) -> tuple[MediaType, ...]:
        """The types that the object would have by what is known so far; `part_type`: that of the file part.

        Raises UploadError for a value that holds several types.
        """
        if sets := self._put_headers(part_type):
            return tuple(dict.fromkeys(each for one in sets for each in one.types))
        given = self.headers if part_type is None else {"content-type": part_type, **self.headers}
        return (*put_headers.types_of(given), *self._types_in_query)

    def require_possible_types(self, *, are_all: bool = False) -> None:
        """Raise UploadError when no file can have the types that are known so far and be allowed.

        `are_all`: no field follows.
        """
        if (allowed := self.limits.allowed_types) is None:
            return
        if not self.is_whole:
            blocks = (*put_headers.types_of_blocks(self.headers), *self._types_in_query)
            ending = self.destination.key_ending if self.destination else ""
            allowed.require_possible_parts(blocks if self.is_block_list else None, ending)
        elif claims := self.claimed_types():
            allowed.require_possible(claims)
            for each in self._put_headers(None):
                assert self.destination
                allowed.require_possible_name(each.types, self.destination.key_ending)
        elif are_all and self.destination and self.destination.binds_type:
            # Without a type is how such a URL is tried first.
            allowed.require_possible_name((), self.destination.key_ending)

    def begin_file(self, now: float) -> None:
        """The file has begun: a grant must be here, and the fields of a POST may be. Raises UploadError."""
        self.limits.require_grant()
        if self._posted and self.destination is None:
            self._note_post(self._posted.begin_file(now))

    def end_form(self, now: float) -> None:
        """No field follows; raises UploadError for a POST that its fields do not allow."""
        if self._posted:
            self._note_post(self._posted.end_form(now))

    def require_complete(self) -> None:
        """Raise UploadError when the form has ended, and a field that the PUT needs has not come."""
        if self.destination is None:
            raise UploadError("missing_upload_url")
        if missing := self.missing_headers():
            raise signed_headers.missing_error(missing)

    def _put_headers(self, part_type: str | None) -> tuple[PutHeaders, ...]:
        """The headers of each PUT that may be made; () while URL or type are not known."""
        content_type = self.headers.get("content-type", part_type)
        if content_type is None and self.destination and self.destination.post:
            content_type = self.destination.post.content_type
        if self.destination is None or content_type is None:
            return ()
        return put_headers.possible_put_headers(self.destination, self.headers, content_type)

    def _note_url_text(self, text: str, now: float) -> None:
        """The URL of a PUT, or of a POST: that has no query."""
        self.limits.note_url(text)
        allowed = self._settings.destinations
        if self._posted is None and ("?" in text or not _may_be_of_post(text, allowed)):
            self._note_url(judge_destination(text, allowed, now))
        else:
            self._note_post(self._post_form().note_url(text, now))

    def _post_form(self) -> "PostedForm":
        if self._posted is None:
            from upload_service.upload.posted_form import PostedForm

            self._posted = PostedForm(self._settings.destinations, self.destination)
        return self._posted

    def _note_post(self, found: Destination | None) -> None:
        if found:
            if found.post and found.post.content_type:
                parse_media_type(found.post.content_type)  # refuses several types in one value
            self._note_url(found)
            self._require_fit()

    def _require_fit(self) -> None:
        """What the form says of the file must be what the policy of a POST takes."""
        if self.destination and self.destination.post:
            self.destination.post.require_fit(self.size, self.headers.get("content-type"))

    def _note_url(self, destination: Destination) -> None:
        self.limits.require_granted(destination)
        self.destination = destination
        widget_chunks.require_whole(self._chunk, destination)
        self._types_in_query = put_headers.types_in_query(destination)
        self._headers.meet(destination)

    def _note_size(self, field: str, value: str) -> None:
        """The file's length comes in `size`, `header:content-length` or both; a piece's in its range."""
        self._note_length(parse_size(field, value, self.limits))

    def _note_length(self, size: int) -> None:
        if self.size not in (None, size):
            raise UploadError(
                "size_mismatch",
                Phrase("The fields size, header:content-length and header:content-range differ."),
            )
        self.size = size
        self._require_fit()

    def _note_header(self, name: str, value: str) -> None:
        if name == "host":
            self._headers.note_host(value, self.destination)
        elif name == "content-length":
            self._note_size("header:content-length", value.strip())
        else:
            self._note_sent_header(name, value)

    def _note_sent_header(self, name: str, value: str) -> None:
        self._headers.note(name, value, self.destination, is_empty=self.size == 0)
        if name == content_range.HEADER:
            self._note_content_range(value)
        self._require_fit()

    def _note_content_range(self, value: str) -> None:
        self.content_range = piece = content_range.parse_content_range(value)
        self.limits.require_size(piece.length)
        self.limits.require_object_size(piece)
        self._note_length(piece.length)


def _may_be_of_post(text: str, allowed: AllowedDestinations) -> bool:
    from upload_service.presigned.post_destination import may_be_of_post

    return may_be_of_post(text, allowed)
