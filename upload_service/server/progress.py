"""How an upload goes, told while it runs to a caller that asks for it: one JSON line per event.

Knows: the names of the events, and aiohttp's response as a stream of lines.
Rules: what is told costs an upload nothing; where lines wait to be read, no more are written, so that the
last one always has room; it is the answer that would have been given otherwise.
Must not know: how answers are made.

Source: https://github.com/ndjson/ndjson-spec
"""

import asyncio
import json
from contextlib import suppress

from aiohttp import HttpVersion11, hdrs, web

from upload_service.pages.content_negotiation import is_named
from upload_service.upload.record import Reading, UploadRecord
from upload_service.upload.upload import Upload

CONTENT_TYPE = "application/x-ndjson"
EVERY_SECONDS = 0.25
HEADERS = {
    hdrs.CONTENT_TYPE: CONTENT_TYPE,
    hdrs.CACHE_CONTROL: "no-store",
    # nginx would collect the lines otherwise.
    "X-Accel-Buffering": "no",
}


class Progress:
    """What one caller is told of one upload. An Observer of its storage leg."""

    def __init__(self) -> None:
        self._response = web.StreamResponse(headers=HEADERS)
        self._events: list[dict[str, object]] = []
        self._news = asyncio.Event()
        self._request: web.Request | None = None
        self._upload: Upload | None = None
        self._reading: Reading | None = None
        self._told: dict[str, int] = {}

    async def run(self, request: web.Request, upload: Upload) -> UploadRecord:
        """Run the upload, and tell of it meanwhile; the status is 200 from now on, whatever comes of it."""
        self._request, self._upload = request, upload
        request[PROGRESS] = self
        if request.version < HttpVersion11:
            self._response.force_close()  # without chunks only that is an end
        with suppress(ConnectionError):  # gone already: the upload will notice
            await self._response.prepare(request)
        telling = asyncio.create_task(self._tell())
        try:
            return await upload.run()
        finally:
            telling.cancel()
            await asyncio.wait([telling])

    def attempt_begins(self, number: int, reading: Reading) -> None:
        """A PUT begins, whose body is this reading."""
        self._add({"event": "attempt", "attempt": number})
        self._reading = reading
        self._told.pop("sent", None)

    def waits(self, seconds: float, code: str) -> None:
        """Another attempt comes after so long, because the last one ended with this code."""
        self._add({"event": "waiting", "seconds": round(seconds, 3), "code": code})

    async def end(self, answer: web.StreamResponse) -> web.StreamResponse:
        """The last line: this answer. Returns the stream, which is the answer now."""
        assert isinstance(answer, web.Response)
        self._note_counts()
        with suppress(ConnectionError):  # nobody is there any more
            await self._write(f"{answer.text}\n")
        return self._response

    async def _tell(self) -> None:
        with suppress(ConnectionError):
            while True:
                self._news.clear()
                if not self._is_unread():
                    self._note_counts()
                    await self._write()
                with suppress(TimeoutError):
                    async with asyncio.timeout(EVERY_SECONDS):
                        await self._news.wait()

    def _is_unread(self) -> bool:
        """Whether lines wait here because the caller does not read: browsers only do when they have sent."""
        assert self._request
        transport = self._request.transport
        return transport is not None and transport.get_write_buffer_size() > 0

    def _add(self, event: dict[str, object]) -> None:
        self._note_counts()
        self._events.append(event)
        self._news.set()

    def _note_counts(self) -> None:
        """Bytes are looked at now and then, so that nothing has to be told on their way."""
        assert self._upload
        self._note_count("received", self._upload.record.file_size, self._upload.expected_bytes)
        if self._reading:
            self._note_count("sent", self._reading.read_bytes, self._reading.length)

    def _note_count(self, event: str, count: int, of: int | None) -> None:
        if count and self._told.get(event) != count:
            self._told[event] = count
            self._events.append({"event": event, "bytes": count, "of": of})

    async def _write(self, last_line: str = "") -> None:
        lines = "".join(f"{json.dumps(event)}\n" for event in self._events) + last_line
        self._events.clear()
        if lines:
            await self._response.write(lines.encode())


PROGRESS: web.RequestKey[Progress] = web.RequestKey("progress", Progress)


def is_asked_for(request: web.Request) -> bool:
    """Whether the caller names the type: `*/*` is not meant to change what everybody gets."""
    return is_named(",".join(request.headers.getall(hdrs.ACCEPT, ())), CONTENT_TYPE)
