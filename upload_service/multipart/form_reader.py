"""Reads a multipart/form-data body and yields its parts in the order in which they come.

Knows: the limits of a form, and which part is the file: the first one named file that has a file name.
Rules: an event is yielded as soon as possible, and the file in the chunks that arrive. Everything but the
file has a limit. The events end only after a clean closing boundary and the end of the request.
Must not know: what the fields mean, destinations, the PUT.

Source: RFC 7578 and RFC 2046 section 5.1.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from enum import Enum, auto

from multipart import MultipartError, MultipartSegment, ParserLimitReached

from upload_service.errors.upload_error import UploadError
from upload_service.multipart import part_headers
from upload_service.multipart.delimiter_search import bytes_end, end_without_part
from upload_service.multipart.file_names import filename_of, has_filename
from upload_service.multipart.form_endings import ending_of
from upload_service.multipart.form_events import Event, Field, FileEnd, FileStart
from upload_service.multipart.length_prediction import LengthPrediction, predict_length
from upload_service.multipart.parser import Preamble, StrictParser
from upload_service.multipart.seen_parts import SeenParts, shown_field
from upload_service.multipart.transfer_encoding import decode_field, require_plain_file
from upload_service.translation.phrase import Phrase

MAX_FIELD_BYTES = 8 * 1024
MAX_HEADER_BYTES = 8 * 1024
MAX_HEADERS = 16
MAX_PARTS = 64
MAX_BESIDE_FILE_BYTES = 1024 * 1024

_HEADERS_END = b"\r\n\r\n"


class _Region(Enum):
    """What of the form is being read, as far as it matters where its bytes are cut."""

    HEAD = auto()  # behind a delimiter, up to the empty line that ends a part's headers
    FIELD = auto()  # what a part has that is not the file, up to the next delimiter
    REST = auto()  # the file and whatever follows it, or what follows the end of a form without a file


class FormReader:
    """Reads one form; raises UploadError if the Content-Type is not that of a form.

    `read` returns the next chunk of the request's body, and b"" at its end. `content_length` is that of the
    request in bytes; None if it is unknown. `wanted` are the names of the fields that are yielded; others are
    skipped. A name that ends with a colon stands for all names that begin with it. `from_worker`: the request
    has the header CF-Worker.
    """

    def __init__(
        self,
        read: Callable[[], Awaitable[bytes]],
        content_type: str,
        content_length: int | None,
        wanted: frozenset[str],
        *,
        from_worker: bool = False,
    ) -> None:
        boundary = self._boundary = part_headers.boundary_of(content_type)
        self._read = read
        self._content_type = content_type
        self._content_length = content_length
        self._delimiter = f"\r\n--{boundary}".encode("latin-1")
        self._wanted = wanted
        self._from_worker = from_worker
        self._parser = StrictParser(boundary, max_header_size=MAX_HEADER_BYTES, max_header_count=MAX_HEADERS)
        self._preamble = Preamble(boundary)
        self._fed_bytes = 0
        self._file_bytes = 0
        # Bytes of the file part that the parser still holds, because a delimiter may begin there. None while
        # no file part is being read.
        self._held_bytes: int | None = None
        self._parts = 0
        self._seen = SeenParts()
        self._carry = b""
        self._region = _Region.HEAD
        self._file_seen = False
        self._part: MultipartSegment | None = None
        self._value = bytearray()

    async def events(self) -> AsyncIterator[Event]:
        """Yield the form's parts; raises UploadError unless form and request end cleanly."""
        try:
            while chunk := await self._read():
                if not self._preamble.ended:
                    chunk = self._skip_preamble(chunk)
                chunk, start = self._carry + chunk, 0
                while (end := self._region_end(chunk, start)) >= 0:
                    for event in self._parse(chunk[start:end]):
                        yield event
                    start = end
                if self._held_bytes == 0 and (end := bytes_end(chunk, self._delimiter, start)) > start:
                    self._fed_bytes += end - start
                    self._file_bytes += end - start
                    yield chunk[start:end]
                    start = end
                end = self._whole_end(chunk, start)
                self._carry = chunk[end:]
                for event in self._parse(chunk[start:end]):
                    yield event
            for event in self._parse(self._carry):
                yield event
        except ParserLimitReached:
            raise UploadError("part_headers_too_long") from None
        except MultipartError:
            raise UploadError("malformed_form") from None
        self._require_end()

    @property
    def has_misplaced_file(self) -> bool:
        """Whether a part has come that is meant as the file, and is none."""
        return self._seen.have_file

    def no_file_error(self) -> UploadError:
        """The failure of a form without a file, in words about the parts that it has instead."""
        return self._seen.no_file_error()

    def _require_end(self) -> None:
        try:
            self._parser.close()
        except MultipartError:
            if not self._fed_bytes:
                raise UploadError("empty_body") from None
            missing = Phrase("The boundary that Content-Type names did not come.")
            raise UploadError("incomplete_form", None if self._preamble.ended else missing) from None

    def _region_end(self, chunk: bytes, start: int) -> int:
        """Where the head or field that is read at `start` ends in `chunk`; -1 if it does not, or is neither.

        A field ends with the head behind it, if all of that is there.

        Until the file has begun, the parser gets each head separately. So the position of the file's first
        byte is known, which the parser does not tell. Empty lines are looked for in heads only: a field may
        consist of them.
        """
        end = -1
        if self._region is _Region.FIELD and (end := chunk.find(self._delimiter, start)) >= 0:
            self._region = _Region.HEAD
            start = end = end + len(self._delimiter)
        if self._region is _Region.HEAD and (head_end := chunk.find(_HEADERS_END, start)) >= 0:
            self._region = _Region.REST  # unless it is the head of a field: see _begin_part
            end = head_end + len(_HEADERS_END)
        return end

    def _whole_end(self, chunk: bytes, start: int) -> int:
        """Where `chunk` ends without the beginning of what ends the region; its length if there is none."""
        if self._region is _Region.HEAD:
            return end_without_part(chunk, _HEADERS_END, start)
        return bytes_end(chunk, self._delimiter, start) if self._region is _Region.FIELD else len(chunk)

    def _parse(self, fed: bytes) -> Iterator[Event]:
        if not fed:
            return
        self._fed_bytes += len(fed)
        if self._held_bytes is not None:
            self._held_bytes += len(fed)
        for event in self._parser.parse(fed):
            if isinstance(event, MultipartSegment):
                yield from self._begin_part(event)
            elif event is None:
                yield from self._end_part()
            elif self._held_bytes is not None:
                self._file_bytes += len(event)
                self._held_bytes -= len(event)
                yield bytes(event)
            else:
                self._append_to_value(event)
        self._limit_bytes_beside_file()

    def _skip_preamble(self, chunk: bytes) -> bytes:
        chunk = self._preamble.skip(chunk)
        self._fed_bytes = self._preamble.read_bytes
        if self._fed_bytes > MAX_BESIDE_FILE_BYTES:
            raise UploadError(
                "boundary_mismatch",
                Phrase("The boundary that Content-Type names is not in the first MiB of the body."),
            )
        return chunk

    def _limit_bytes_beside_file(self) -> None:
        if self._fed_bytes - self._file_bytes > MAX_BESIDE_FILE_BYTES:
            raise UploadError("field_too_long") if self._file_seen else self._seen.too_long_error()

    def _begin_part(self, part: MultipartSegment) -> Iterator[Event]:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise UploadError("too_many_parts")
        part_headers.refuse_doubtful_headers(part)
        self._part = part
        self._value.clear()
        if part.name != "file" or not has_filename(part):
            if not self._file_seen:
                self._region = _Region.FIELD
            return self._seen.note(part)
        if self._file_seen:
            raise UploadError("multiple_files")
        require_plain_file(part)
        self._file_seen = True
        self._held_bytes = 0
        filename = filename_of(part, part_headers.charset_of(self._content_type))
        yield FileStart(filename, part_headers.content_type_of(part), self._predict(part))

    def _end_part(self) -> Iterator[Event]:
        part, self._part = self._part, None
        assert part is not None
        if self._held_bytes is not None:
            self._held_bytes = None
            if not self._file_bytes and not filename_of(part):
                raise UploadError(
                    "missing_file", Phrase("No file was chosen: the file part has no name and no bytes.")
                )
            yield FileEnd()
        elif self._is_wanted(part.name):
            yield Field(part.name, decode_field(part, bytes(self._value)).decode("latin-1"))

    def _append_to_value(self, chunk: bytes | bytearray) -> None:
        if self._part is None or not self._is_wanted(self._part.name):
            return  # an unknown field is skipped
        self._value += chunk
        if len(self._value) > MAX_FIELD_BYTES:
            shown = shown_field(self._part.name)
            raise UploadError("field_too_long", Phrase("{field} is longer than 8 KiB.", field=shown))

    def _is_wanted(self, name: str) -> bool:
        return name in self._wanted or name[: name.find(":") + 1] in self._wanted

    def _predict(self, part: MultipartSegment) -> LengthPrediction | None:
        """The length of the file whose part's head has just come."""
        longest = None
        if self._content_length is not None:
            longest = self._content_length - self._fed_bytes - len(self._delimiter) - len("--")
        disposition = str(part.header("Content-Disposition"))
        ending = ending_of(self._boundary, disposition, from_worker=self._from_worker)
        return predict_length(longest, ending, part_headers.content_length_of(part))
