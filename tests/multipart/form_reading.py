"""Reading forms with the service's reader: all events, what they are put together, or the refusal."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

from tests.multipart.generated_forms import WANTED
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_events import Event, Field, FileEnd, FileStart
from upload_service.multipart.form_reader import FormReader
from upload_service.multipart.length_prediction import LengthPrediction

FORM_TYPE = "multipart/form-data; boundary=B"
CLOSING = b"\r\n--B--\r\n"
URL_PART = b'--B\r\nContent-Disposition: form-data; name="uploadUrl"\r\n\r\nhttps://x/?a\r\n'
FILE_HEAD = (
    b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
)


def read(content_type: str, chunks: Iterable[bytes], length: int | None) -> list[Event]:
    """All events of a form that arrives in these chunks, the file's bytes put together."""
    arriving = iter([chunk for chunk in chunks if chunk])

    async def next_chunk() -> bytes:
        return next(arriving, b"")

    async def collect() -> list[Event]:
        found: list[Event] = []
        async for event in FormReader(next_chunk, content_type, length, WANTED).events():
            last = found[-1] if found else None
            if isinstance(event, bytes) and isinstance(last, bytes):
                found[-1] = last + event
            else:
                found.append(event)
        return found

    return asyncio.run(collect())


def usual(length: int) -> LengthPrediction:
    """What the reader predicts for a file of this length that a form with the boundary B has last."""
    return LengthPrediction(length, length + len("\r\n"), is_sure=False)


def refusal(content_type: str, chunks: Iterable[bytes], length: int | None = None) -> str | None:
    """The code with which a form is refused, or None; anything but a code of ours goes through."""
    try:
        read(content_type, chunks, length)
    except UploadError as error:
        return error.entry.code
    return None


@dataclass
class Parts:
    """What a form was, put together again from events."""

    fields: list[Field]
    start: FileStart | None
    content: bytes
    ended: bool


def parts(events: Iterable[Event]) -> Parts:
    """Put events together."""
    found = Parts([], None, b"", ended=False)
    for event in events:
        match event:
            case Field():
                found.fields.append(event)
            case FileStart():
                found.start = event
            case FileEnd():
                found.ended = True
            case bytes():
                found.content += event
    return found
