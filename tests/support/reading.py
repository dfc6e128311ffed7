"""Reading generated forms with the service's reader, the same ones in every run."""

import asyncio
from collections.abc import Iterable

from hypothesis import HealthCheck, settings

from tests.support.forms import WANTED
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_reader import Event, FormReader

# A run fails for a change of the code and for nothing else.
STABLE = settings(
    derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def read(content_type: str, chunks: Iterable[bytes], length: int | None) -> list[Event]:
    """All events of a form that arrives in these chunks, the file's bytes put together."""
    arriving = iter(chunks)

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


def refusal(content_type: str, chunks: Iterable[bytes], length: int | None = None) -> str | None:
    """The code with which a form is refused, or None; anything but a code of ours goes through."""
    try:
        read(content_type, chunks, length)
    except UploadError as error:
        return error.entry.code
    return None
