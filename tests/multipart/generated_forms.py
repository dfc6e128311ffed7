"""Generated forms: parts full of what looks like a boundary, as a sender writes them, and damage.

Knows: how browsers write a form, and what a reader of it must give back.
Rules: a whole form is one that RFC 2046 allows: no line of a part begins with two dashes and the boundary.
Backslashes in names are left out, because readers disagree about them; `test_form_reader.py` has those.
Must not know: any reader.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from upload_service.multipart.form_endings import ending_of
from upload_service.multipart.form_events import Event, Field, FileEnd, FileStart
from upload_service.multipart.length_prediction import LengthPrediction

WANTED = frozenset({"uploadUrl", "size", "max_retries"})
MAX_BOUNDARY = 200
TYPES = (None, "image/png", "IMAGE/PNG", "application/octet-stream", "text/plain; charset=utf-8")
BOUNDARY_CHARACTERS = "ABCabc019'()+_,-./:=? "
_ESCAPES = {'"': "%22", "\r": "%0D", "\n": "%0A"}


@dataclass(frozen=True)
class Part:
    """One part; a file has a `filename`."""

    name: str
    content: bytes
    filename: str | None = None
    content_type: str | None = None


@dataclass(frozen=True)
class Form:
    """A form with one part named file; `unusual` writes the parts' heads as no browser does."""

    boundary: str
    parts: tuple[Part, ...]
    preamble: bytes = b""
    unusual: bool = False

    @property
    def content_type(self) -> str:
        """The request's Content-Type; the boundary is quoted where it has to be."""
        token = re.fullmatch(r"[A-Za-z0-9'+_.-]+", self.boundary)
        return "multipart/form-data; boundary=" + (self.boundary if token else f'"{self.boundary}"')

    @property
    def file(self) -> Part:
        """The part named file."""
        return next(part for part in self.parts if part.name == "file")

    @property
    def closing(self) -> bytes:
        """The end of the last part; the body has a line break after it."""
        return f"\r\n--{self.boundary}--".encode()

    @property
    def body(self) -> bytes:
        """The request's body."""
        opening = f"--{self.boundary}\r\n".encode()
        heads = [(_unusual_head if self.unusual else _head)(part) for part in self.parts]
        written = [opening + head + part.content for head, part in zip(heads, self.parts, strict=True)]
        return self.preamble + b"\r\n".join(written) + self.closing + b"\r\n"

    @property
    def after_file(self) -> bytes:
        """What the body has between the file's last byte and the closing."""
        tail = Form(self.boundary, self.parts[self.parts.index(self.file) + 1 :], b"\r\n", self.unusual)
        return tail.body.removesuffix(self.closing + b"\r\n") if tail.parts else b""

    def events(self, *, with_length: bool) -> list[Event]:
        """What a reader gives that knows the request's length or not, the file in one piece."""
        found: list[Event] = []
        for part in self.parts:
            if part.name == "file":
                predicted = self._prediction(part) if with_length else None
                content_type = part.content_type or "application/octet-stream"
                content = [part.content] if part.content else []
                found += [FileStart(part.filename or "", content_type, predicted), *content, FileEnd()]
            elif part.name in WANTED:
                found.append(Field(part.name, part.content.decode("latin-1")))
        return found

    def _prediction(self, file: Part) -> LengthPrediction:
        length, ending = len(file.content) + len(self.after_file), len("\r\n")
        return LengthPrediction(length, length + ending, ending_of(self.boundary).is_known)


def _escape(name: str) -> str:
    return "".join(_ESCAPES.get(letter, letter) for letter in name)


def _head(part: Part) -> bytes:
    head = f'Content-Disposition: form-data; name="{_escape(part.name)}"'
    if part.filename is not None:
        head += f'; filename="{_escape(part.filename)}"'
    if part.content_type:
        head += f"\r\nContent-Type: {part.content_type}"
    return f"{head}\r\n\r\n".encode()


def _unusual_head(part: Part) -> bytes:
    kind = f"content-type:{part.content_type}\r\n" if part.content_type else ""
    filename = "" if part.filename is None else f';filename="{_escape(part.filename)}"'
    disposition = f'content-disposition:form-data{filename};name="{_escape(part.name)}"'
    return f"{kind}X-A: --\r\n{disposition}\r\n\r\n".encode()


def _contents(boundary: bytes) -> SearchStrategy[bytes]:
    """Bytes rich in line breaks, dashes and beginnings of the boundary, none of which is one."""
    delimiter = b"\r\n--" + boundary
    whole = [
        b"--" + boundary,
        b"\r--" + boundary,
        b"\n--" + boundary,
        b"\r\n-" + boundary,
        boundary + b"--\r\n",
    ]
    look_alikes = [*whole, delimiter[:-1] + b"~", delimiter[:-1] + b"--\r\n", b"--" + boundary + b"X\r\n"]
    piece = st.one_of(
        st.sampled_from(
            [b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"-", b"--", b"\r\r\n", b"\r\n--", *look_alikes]
        ),
        st.integers(1, len(delimiter) - 1).map(lambda length: delimiter[:length]),
        st.binary(max_size=30),
    )

    def defuse(pieces: list[bytes]) -> bytes:
        lines = b"\r\n" + b"".join(pieces)
        while delimiter in lines:
            lines = lines.replace(delimiter, b"\r\n-")
        return lines[2:]

    return st.lists(piece, max_size=12).map(defuse)


_letters = st.characters(exclude_categories=["Cc", "Cs"], include_characters="\r\n", exclude_characters="\\")
_names = st.text(_letters, min_size=1, max_size=20).filter(
    lambda name: not re.search("%[0-9A-Fa-f]{2}", name)
)
_unknown = st.one_of(st.sampled_from(["File", "uploadurl", "name"]), _names)
_boundaries = st.one_of(
    st.sampled_from(["B", "-", "--", "----WebKitFormBoundary7MA4YWxkTrZu0gW", "-" * MAX_BOUNDARY]),
    st.text(BOUNDARY_CHARACTERS, min_size=1, max_size=12),
    st.text(BOUNDARY_CHARACTERS, min_size=100, max_size=MAX_BOUNDARY),
).map(lambda text: text[:-1] + text[-1].replace(" ", "?"))


@st.composite
def forms(draw: DrawFn, max_others: int = 4) -> Form:
    """A form: the file, and up to `max_others` other parts around it."""
    boundary = draw(_boundaries)
    content = _contents(boundary.encode())
    types = st.sampled_from(TYPES)
    field = st.builds(Part, st.sampled_from(sorted(WANTED)), content)
    unknown = st.builds(Part, _unknown, content) | st.builds(Part, _unknown, content, _names, types)
    others = draw(st.lists(field | unknown.filter(lambda part: part.name != "file"), max_size=max_others))
    others.insert(draw(st.integers(0, len(others))), Part("file", draw(content), draw(_names), draw(types)))
    preamble = draw(st.sampled_from([b"", b"", b"\r\n", b"a preamble - of\r\n\r\n--two lines\r\n"]))
    if f"--{boundary}".encode() in preamble:
        preamble = b""
    return Form(boundary, tuple(others), preamble, draw(st.booleans()))


def sizes() -> SearchStrategy[list[int]]:
    """The sizes, over and over, of the pieces in which a body arrives."""
    return st.just([1]) | st.lists(st.integers(1, 300), min_size=1, max_size=6)


def split(body: bytes, lengths: list[int]) -> Iterator[bytes]:
    """The body in pieces."""
    start, lengths_again = 0, cycle(lengths)
    while start < len(body):
        piece = body[start : start + next(lengths_again)]
        start += len(piece)
        yield piece


@st.composite
def edits(draw: DrawFn, body: bytes, start: int, end: int) -> bytes:
    """The body with one byte between the offsets changed, left out or put in."""
    at = draw(st.integers(start, end - 1))
    byte = draw(st.sampled_from([b"\r", b"\n", b"-", b"X", b"", b"\x00"]))
    insert = bool(byte) and at > start and draw(st.booleans())
    return body[:at] + byte + body[at if insert else at + 1 :]


@st.composite
def damaged(draw: DrawFn, form: Form) -> bytes:
    """The form's body, cut off anywhere, or with one byte wrong in one of its boundaries."""
    body = form.body
    if draw(st.booleans()):
        return body[: draw(st.integers(0, len(body) - 1))]
    boundary = re.compile(rb"(\r\n|\A)--" + re.escape(form.boundary.encode()) + rb"(--)?\r\n")
    start, end = draw(st.sampled_from([found.span() for found in boundary.finditer(body)]))
    # Not its last byte: readers disagree about one line feed too many before a head.
    return draw(edits(body, start, end - 1))
