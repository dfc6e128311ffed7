"""Progress of a running upload, for clients that ask for it: one JSON line per event.

Knows: the names of the events, and aiohttp's response as a stream of lines.
Rules: progress costs the upload itself nothing. While lines wait to be read, no more are written, so that
there is always room for the last one, which is the response that other clients get.
Must not know: how responses are made.

Source: https://github.com/ndjson/ndjson-spec
"""

import asyncio
import json
from contextlib import suppress

from aiohttp import HttpVersion11, hdrs, web

from upload_service.pages.content_negotiation import is_named, preferred_language
from upload_service.upload.record import Reading, UploadRecord
from upload_service.upload.upload import Upload

CONTENT_TYPE = "application/x-ndjson"
EVERY_SECONDS = 0.25
HEADERS = {
    hdrs.CONTENT_TYPE: CONTENT_TYPE,
    hdrs.CACHE_CONTROL: "no-store",
    hdrs.VARY: hdrs.ACCEPT_LANGUAGE,
    # Otherwise nginx would collect the lines.
    "X-Accel-Buffering": "no",
}


class Progress:
    """The progress lines of one upload. It is an Observer of the upload's storage leg."""

    def __init__(self) -> None:
        self._response = web.StreamResponse(headers=HEADERS)
        self._events: list[dict[str, object]] = []
        self._something_new = asyncio.Event()
        self._request: web.Request | None = None
        self._upload: Upload | None = None
        self._reading: Reading | None = None
        self._last_counts: dict[str, int] = {}

    async def run(self, request: web.Request, upload: Upload) -> UploadRecord:
        """Run the upload and write lines meanwhile. The status is 200 from now on, however it ends."""
        self._request, self._upload = request, upload
        request[PROGRESS] = self
        if request.version < HttpVersion11:
            self._response.force_close()  # without chunked coding, only the close ends the response
        languages = ",".join(request.headers.getall(hdrs.ACCEPT_LANGUAGE, ()))
        self._response.headers[hdrs.CONTENT_LANGUAGE] = preferred_language(languages)  # of the last line
        with suppress(ConnectionError):  # the client has left: the upload will notice
            await self._response.prepare(request)
        writer = asyncio.create_task(self._write_lines())
        try:
            return await upload.run()
        finally:
            writer.cancel()
            await asyncio.wait([writer])

    def attempt_begins(self, number: int, reading: Reading) -> None:
        """A PUT begins and reads the body by `reading`."""
        self._add({"event": "attempt", "attempt": number})
        self._reading = reading
        self._last_counts.pop("sent", None)

    def waits(self, seconds: float, code: str) -> None:
        """Another attempt follows after so many seconds, because the last one ended with this code."""
        self._add({"event": "waiting", "seconds": round(seconds, 3), "code": code})

    async def end(self, answer: web.StreamResponse) -> web.StreamResponse:
        """Write the last line, this response. Returns the stream, which is the response now."""
        assert isinstance(answer, web.Response)
        self._note_counts()
        with suppress(ConnectionError):  # the client has left
            await self._write(f"{answer.text}\n")
        return self._response

    async def _write_lines(self) -> None:
        with suppress(ConnectionError):
            while True:
                self._something_new.clear()
                if not self._is_unread():
                    self._note_counts()
                    await self._write()
                with suppress(TimeoutError):
                    async with asyncio.timeout(EVERY_SECONDS):
                        await self._something_new.wait()

    def _is_unread(self) -> bool:
        """Whether the client does not read. Browsers read only when they have sent everything."""
        assert self._request
        transport = self._request.transport
        return transport is not None and transport.get_write_buffer_size() > 0

    def _add(self, event: dict[str, object]) -> None:
        self._note_counts()
        self._events.append(event)
        self._something_new.set()

    def _note_counts(self) -> None:
        """Look up how many bytes have passed. Done now and then, so the byte path does no work for it."""
        assert self._upload
        self._note_count("received", self._upload.record.file_size, self._upload.expected_bytes)
        if self._reading:
            self._note_count("sent", self._reading.read_bytes, self._reading.length)

    def _note_count(self, event: str, count: int, of: int | None) -> None:
        if count and self._last_counts.get(event) != count:
            self._last_counts[event] = count
            self._events.append({"event": event, "bytes": count, "of": of})

    async def _write(self, last_line: str = "") -> None:
        lines = "".join(f"{json.dumps(event)}\n" for event in self._events) + last_line
        self._events.clear()
        if lines:
            await self._response.write(lines.encode())


PROGRESS: web.RequestKey[Progress] = web.RequestKey("progress", Progress)


def is_asked_for(request: web.Request) -> bool:
    """Whether Accept names the type itself; `*/*` must not change the response that everybody gets."""
    return is_named(",".join(request.headers.getall(hdrs.ACCEPT, ())), CONTENT_TYPE)
