"""Reads a multipart/form-data body and yields its parts in the order in which they come.

Knows: the limits of a form, and which part is the file: the first one named file that has a file name.
Rules: an event is yielded as soon as possible, and the file in the chunks that arrive. Everything but the
file has a limit. The events end only after a clean closing boundary and the end of the request.
Must not know: what the fields mean, destinations, the PUT.

Source: RFC 7578 and RFC 2046 section 5.1.
"""

from collections.abc import AsyncIterator, Awaitable, Callable

from upload_service.errors.upload_error import UploadError
from upload_service.multipart.boundary import Preamble, boundary_of, charset_of
from upload_service.multipart.delimiter_search import bytes_end
from upload_service.multipart.file_names import filename_of, has_filename
from upload_service.multipart.form_endings import ending_of
from upload_service.multipart.form_events import Event, Field, FileEnd, FileStart
from upload_service.multipart.length_prediction import LengthPrediction, predict_length
from upload_service.multipart.part_headers import HeadReader, Part, content_length_of, content_type_of
from upload_service.multipart.seen_parts import SeenParts, shown_field
from upload_service.multipart.transfer_encoding import decode_field, require_plain_file
from upload_service.translation.phrase import Phrase

MAX_FIELD_BYTES = 8 * 1024
MAX_LONG_FIELD_BYTES = 32 * 1024
MAX_HEADER_BYTES = 8 * 1024
MAX_HEADERS = 16
MAX_PARTS = 64
MAX_BESIDE_FILE_BYTES = 1024 * 1024


class FormReader:
    """Reads one form; raises UploadError if the Content-Type is not that of a form.

    `read` returns the next chunk of the request's body, and b"" at its end. `content_length` is that of the
    request in bytes; None if it is unknown. `wanted` are the names of the fields that are yielded; others are
    skipped. A name that ends with a colon stands for all names that begin with it. `from_worker`: the request
    has the header CF-Worker. `long_field`: the name of the field that may have MAX_LONG_FIELD_BYTES.
    """

    def __init__(
        self,
        read: Callable[[], Awaitable[bytes]],
        content_type: str,
        content_length: int | None,
        wanted: frozenset[str],
        *,
        from_worker: bool = False,
        long_field: str | None = None,
    ) -> None:
        boundary = self._boundary = boundary_of(content_type)
        self._read = read
        self._content_type = content_type
        self._content_length = content_length
        self._delimiter = f"\r\n--{boundary}".encode("latin-1")
        self._wanted = wanted
        self._from_worker = from_worker
        self._long_field = long_field
        self._heads = HeadReader(MAX_HEADER_BYTES, MAX_HEADERS)
        # What has come and is not read yet: from `_at` on in this chunk, which begins at `_offset`.
        self._chunk = b""
        self._at = 0
        self._offset = 0
        self._file_bytes = 0
        self._file_seen = False
        self._part_follows = True
        self._parts = 0
        self._seen = SeenParts()

    async def events(self) -> AsyncIterator[Event]:
        """Yield the form's parts; raises UploadError unless form and request end cleanly."""
        await self._skip_preamble()
        while self._part_follows:
            part = await self._next_part()
            if part.name != "file" or not has_filename(part):
                if field := await self._read_field(part):
                    yield field
                continue
            yield self._begin_file(part)
            ended = False
            while not ended:
                content, ended = self._next_content()
                if content:
                    self._file_bytes += len(content)
                    yield content
                if not ended:
                    await self._more()
            if not self._file_bytes and not filename_of(part):
                raise UploadError(
                    "missing_file", Phrase("No file was chosen: the file part has no name and no bytes.")
                )
            yield FileEnd()
        await self._skip_epilogue()

    @property
    def has_misplaced_file(self) -> bool:
        """Whether a part has come that is meant as the file, and is none."""
        return self._seen.have_file

    def no_file_error(self) -> UploadError:
        """The failure of a form without a file, in words about the parts that it has instead."""
        return self._seen.no_file_error()

    async def _more(self) -> None:
        """Have more bytes, or raise UploadError because the form does not end."""
        left = self._chunk[self._at :]
        self._offset += self._at
        self._at = 0
        self._limit_bytes_beside_file()
        chunk = await self._read()
        if not chunk:
            raise UploadError("incomplete_form")
        self._chunk = left + chunk

    def _limit_bytes_beside_file(self) -> None:
        if self._offset + self._at - self._file_bytes > MAX_BESIDE_FILE_BYTES:
            raise UploadError("field_too_long") if self._file_seen else self._seen.too_long_error()

    async def _skip_preamble(self) -> None:
        self._chunk = await self._read()
        if not self._chunk:
            raise UploadError("empty_body")
        dash_boundary = self._delimiter.removeprefix(b"\r\n")
        if not self._chunk.startswith(dash_boundary + b"\r\n"):
            await self._find_boundary(Preamble(self._boundary))
        while not self._pass_boundary(len(dash_boundary)):
            await self._more()

    async def _find_boundary(self, preamble: Preamble) -> None:
        while True:
            self._chunk = preamble.skip(self._chunk)
            self._offset = preamble.read_bytes
            if self._offset > MAX_BESIDE_FILE_BYTES:
                raise UploadError(
                    "boundary_mismatch",
                    Phrase("The boundary that Content-Type names is not in the first MiB of the body."),
                )
            if preamble.ended:
                return
            self._chunk = await self._read()
            if not self._chunk:
                missing = Phrase("The boundary that Content-Type names did not come.")
                raise UploadError("incomplete_form", missing)

    def _pass_boundary(self, end: int) -> bool:
        """Pass the boundary that ends here, if the two bytes have come that tell whether a part follows."""
        mark = self._chunk[end : end + 2]
        if len(mark) < 2:
            return False
        if mark not in (b"\r\n", b"--"):
            raise UploadError("malformed_form")
        self._part_follows = mark == b"\r\n"
        self._at = end + 2
        return True

    async def _skip_epilogue(self) -> None:
        """Read what follows the end of the form."""
        while self._chunk:
            self._offset, self._at = self._offset + len(self._chunk), 0
            self._limit_bytes_beside_file()
            self._chunk = await self._read()

    async def _next_part(self) -> Part:
        part, self._at = self._heads.read(self._chunk, self._at)
        while part is None:
            await self._more()
            part, self._at = self._heads.read(self._chunk, self._at)
        self._limit_bytes_beside_file()
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise UploadError("too_many_parts")
        return part

    def _next_content(self) -> tuple[bytes, bool]:
        """What has come of a part's content, and whether the boundary behind it has, which is passed then."""
        chunk, delimiter = self._chunk, self._delimiter
        end = bytes_end(chunk, delimiter, self._at)
        content = chunk[self._at : end]
        self._at = end
        return content, chunk.startswith(delimiter, end) and self._pass_boundary(end + len(delimiter))

    async def _read_field(self, part: Part) -> Field | None:
        """The field that a part is; None if its name is not wanted."""
        self._seen.note(part)
        is_wanted = part.name in self._wanted or part.name[: part.name.find(":") + 1] in self._wanted
        value, ended = b"", False
        while not ended:
            content, ended = self._next_content()
            if is_wanted:
                value += content
                if len(value) > MAX_FIELD_BYTES:
                    self._limit_field(part.name, len(value))
            if not ended:
                await self._more()
        return Field(part.name, decode_field(part, value).decode("latin-1")) if is_wanted else None

    def _limit_field(self, name: str, length: int) -> None:
        shown = shown_field(name)
        if name != self._long_field:
            raise UploadError("field_too_long", Phrase("{field} is longer than 8 KiB.", field=shown))
        if length > MAX_LONG_FIELD_BYTES:
            raise UploadError("field_too_long", Phrase("{field} is longer than 32 KiB.", field=shown))

    def _begin_file(self, part: Part) -> FileStart:
        if self._file_seen:
            raise UploadError("multiple_files")
        require_plain_file(part)
        self._file_seen = True
        filename = filename_of(part, charset_of(self._content_type))
        return FileStart(filename, content_type_of(part), self._predict(part))

    def _predict(self, part: Part) -> LengthPrediction | None:
        """The length of the file whose content begins here."""
        longest = None
        if self._content_length is not None:
            position = self._offset + self._at
            longest = self._content_length - position - len(self._delimiter) - len("--")
        ending = ending_of(self._boundary, part.disposition, from_worker=self._from_worker)
        return predict_length(longest, ending, content_length_of(part))
