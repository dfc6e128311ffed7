"""What must be true of the form reader for any bytes: `check` raises AssertionError when it is not.

Knows: an input is the request's Content-Type, a line feed, and the body.
Rules: however the bytes are cut, the same events come out, or the same refusal. Nothing but a refusal is
raised. The file's bytes that come out are bytes that went in. The length that is predicted for a whole form
is the file's length. A file's name can be written down, and what is said of a form is one short line.
Must not know: the fuzzer, so that the tests can replay its inputs.
"""

import random
import zlib
from collections.abc import AsyncIterator, Iterable, Iterator

from upload_service.errors.upload_error import UploadError
from upload_service.multipart import form_reader
from upload_service.multipart.form_endings import LINE_BREAK
from upload_service.multipart.form_events import Event, FileEnd, FileStart
from upload_service.multipart.form_reader import FormReader
from upload_service.multipart.length_prediction import FROM_PART, FROM_REQUEST, LengthPrediction

WANTED = frozenset({"uploadUrl", "size", "max_retries"})
MOST_BYTES = 4096
MOST_SAID = 600
# Small enough for short inputs to reach them; the rules are the same.
LIMITS = {"MAX_FIELD_BYTES": 64, "MAX_HEADER_BYTES": 128, "MAX_HEADERS": 4, "MAX_PARTS": 4}
# A form with more than one fault: which of them is met first depends on how it is cut.
FAULTS = frozenset({"malformed_form", "field_too_long", "part_headers_too_long", "too_many_parts"})

Outcome = tuple[list[Event], str | None]


def check(given: bytes) -> None:
    """Read `given` in several ways."""
    kind, _, body = given[:MOST_BYTES].partition(b"\n")
    content_type = kind.decode("latin-1")
    chance = random.Random(zlib.crc32(given))  # noqa: S311 - the same cuts in every replay
    saved = {name: getattr(form_reader, name) for name in LIMITS}
    try:
        for name, value in LIMITS.items():
            setattr(form_reader, name, value)
        for length in (None, len(body)):
            first = read(content_type, [body], length)
            _assert_sound(first, body, length)
            for chunks in (bytewise(body), cut(body, chance), cut(body, chance)):
                again = read(content_type, chunks, length)
                _assert_sound(again, body, length)
                _assert_same(first, again)
    finally:
        for name, value in saved.items():
            setattr(form_reader, name, value)


def read(content_type: str, chunks: Iterable[bytes], length: int | None) -> Outcome:
    """All events, neighbouring bytes of the file put together, and the code of a refusal."""
    arriving = iter(chunks)
    found: list[Event] = []

    async def next_chunk() -> bytes:
        return next(arriving, b"")

    try:
        reader = FormReader(next_chunk, content_type, length, WANTED)
        for event in _run(reader.events()):
            last = found[-1] if found else None
            if isinstance(event, bytes) and isinstance(last, bytes):
                found[-1] = last + event
            else:
                found.append(event)
        _assert_sentence(reader.no_file_error())
    except UploadError as error:
        _assert_sentence(error)
        return found, error.entry.code
    return found, None


def _assert_sentence(error: UploadError) -> None:
    """What the caller is told is short, and one line of text."""
    assert error.cause.isprintable()
    assert len(error.cause) <= MOST_SAID


def _run(events: AsyncIterator[Event]) -> Iterator[Event]:
    """Without a loop: nothing here ever waits."""
    while True:
        try:
            events.__anext__().__await__().send(None)
        except StopIteration as step:
            yield step.value
        except StopAsyncIteration:
            return


def bytewise(body: bytes) -> Iterator[bytes]:
    """Byte by byte."""
    return (body[at : at + 1] for at in range(len(body)))


def cut(body: bytes, chance: random.Random) -> Iterator[bytes]:
    """In chunks of any size, mostly small ones."""
    at = 0
    while at < len(body):
        size = chance.choice((1, 2, 3, 7, 40, 500))
        yield body[at : at + size]
        at += size


def _assert_sound(outcome: Outcome, body: bytes, length: int | None) -> None:
    events, refused = outcome
    starts = [event for event in events if isinstance(event, FileStart)]
    content = b"".join(event for event in events if isinstance(event, bytes))
    assert len(starts) <= 1
    assert starts or not content
    assert content in body
    for start in starts:
        start.filename.encode()  # it can be written down: no half a character
        _assert_prediction(start, length)
    if not refused:
        assert events.count(FileEnd()) == len(starts)
        if starts and (predicted := starts[0].predicted) and predicted.longest_bytes is not None:
            assert len(content) <= predicted.longest_bytes <= len(body)
            if body.endswith(b"--\r\n") and events[-1:] == [FileEnd()] and _is_usual(predicted):
                # Behind the file comes what is no field that we know, or nothing.
                assert predicted.file_bytes >= len(content)


def _assert_prediction(start: FileStart, length: int | None) -> None:
    predicted = start.predicted
    if predicted is None:
        return
    if predicted.longest_bytes is None:
        assert length is None
        assert predicted.source == FROM_PART
    else:
        assert length is not None
        assert 0 <= predicted.file_bytes <= predicted.longest_bytes


def _is_usual(predicted: LengthPrediction) -> bool:
    """Whether it counts on one line break behind the form."""
    assert predicted.longest_bytes is not None
    return predicted.source == FROM_REQUEST and predicted.longest_bytes - predicted.file_bytes == LINE_BREAK


def _assert_same(first: Outcome, again: Outcome) -> None:
    if first[1] in FAULTS and again[1] in FAULTS:
        return
    assert first[1] == again[1], (first[1], again[1])
    if first[1] is None:
        assert first[0] == again[0]
