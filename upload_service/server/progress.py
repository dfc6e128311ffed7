"""Progress of a running upload, for clients that ask for it: one JSON line per event.

Knows: the names of the events, and aiohttp's response as a stream of lines.
Rules: lines begin when the request's body has ended, because a proxy in between may send no more of it once a
response has begun; sooner only for a client that says that nothing stands between. Progress costs the upload
itself nothing. While lines wait to be read, no more are written, so that there is always room for the last
one, which is the response that other clients get.
Must not know: how responses are made.

Source: https://github.com/ndjson/ndjson-spec
"""

import asyncio
import json
import time
from contextlib import suppress

from aiohttp import HttpVersion11, hdrs, web

from upload_service.errors.upload_error import UploadError
from upload_service.pages.content_negotiation import named_parameters, preferred_language
from upload_service.translation.phrase import Phrase
from upload_service.upload.record import Reading, UploadRecord
from upload_service.upload.upload import Upload

CONTENT_TYPE = "application/x-ndjson"
# Accept: application/x-ndjson;direct=true
DIRECT = ("direct", "true")
EVERY_SECONDS = 0.25
# Proxies give up a response that is silent for too long: many after 60 seconds, some after 30.
SILENCE_SECONDS = 10
HEADERS = {
    hdrs.CONTENT_TYPE: CONTENT_TYPE,
    hdrs.CACHE_CONTROL: "no-store",
    hdrs.VARY: hdrs.ACCEPT_LANGUAGE,
    # Otherwise nginx would collect the lines.
    "X-Accel-Buffering": "no",
}

# What a proxy can be the reason for that sends no more of a request once its response has begun.
HELD_BACK = {"client_stalled", "client_too_slow"}
SUSPICION = Phrase(
    "The answer had begun by then, as direct=true in Accept asked for; a proxy in between may send no more "
    "of the request after that. Leave direct=true out."
)


class Progress:
    """The progress lines of one upload. It is an Observer of the upload's storage leg."""

    def __init__(self, *, is_direct: bool) -> None:
        """`is_direct`: the client says that no proxy stands between, so that lines need not wait."""
        self._is_direct = is_direct
        self._response = web.StreamResponse(headers=HEADERS)
        self._events: list[dict[str, object]] = []
        self._something_new = asyncio.Event()
        self._may_begin = asyncio.Event()
        self._request: web.Request | None = None
        self._upload: Upload | None = None
        self._reading: Reading | None = None
        self._last_counts: dict[str, int] = {}
        self._last_written = 0.0

    async def run(self, request: web.Request, upload: Upload) -> UploadRecord:
        """Run the upload and write lines meanwhile. With the first one the status is 200, however it ends."""
        self._request, self._upload = request, upload
        request[PROGRESS] = self
        if request.version < HttpVersion11:
            self._response.force_close()  # without chunked coding, only the close ends the response
        languages = ",".join(request.headers.getall(hdrs.ACCEPT_LANGUAGE, ()))
        self._response.headers[hdrs.CONTENT_LANGUAGE] = preferred_language(languages)  # of the last line
        if self._is_direct:
            self._may_begin.set()
        else:
            request.content.on_eof(self._note_end_of_body)
        writer = asyncio.create_task(self._write_lines())
        try:
            return await upload.run()
        except UploadError as error:
            if self._is_direct and error.entry.code in HELD_BACK:
                error.cause = Phrase("{cause} {suspicion}", cause=error.cause, suspicion=SUSPICION)
            raise
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

    def scans(self) -> None:
        """The whole file has come, and the malware scanner's verdict on it is awaited."""
        self._add({"event": "scanning"})

    async def end(self, answer: web.StreamResponse) -> web.StreamResponse:
        """The response: the stream, with this answer as its last line; or the answer, if no line may come."""
        if not self._may_begin.is_set():
            return answer
        assert isinstance(answer, web.Response)
        self._note_counts()
        with suppress(ConnectionError):  # the client has left
            await self._begin()
            await self._write(f"{answer.text}\n")
        return self._response

    def _note_end_of_body(self) -> None:
        assert self._request
        if self._request.content.exception() is None:
            self._may_begin.set()

    async def _begin(self) -> None:
        assert self._request
        if not self._response.prepared:
            self._last_written = time.monotonic()
            await self._response.prepare(self._request)

    async def _write_lines(self) -> None:
        await self._may_begin.wait()
        with suppress(ConnectionError):  # the client has left: the upload will notice
            await self._begin()
            while True:
                self._something_new.clear()
                if not self._is_unread():
                    self._note_counts()
                    self._break_silence()
                    await self._write()
                with suppress(TimeoutError):
                    async with asyncio.timeout(EVERY_SECONDS):
                        await self._something_new.wait()

    def _break_silence(self) -> None:
        """Tell the last count again when there has been no news for long."""
        if not self._events and time.monotonic() - self._last_written > SILENCE_SECONDS:
            assert self._upload
            record = self._upload.record
            self._events.append(_count("received", record.file_size, self._upload.expected_bytes))

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
            self._events.append(_count(event, count, of))

    async def _write(self, last_line: str = "") -> None:
        lines = "".join(f"{json.dumps(event)}\n" for event in self._events) + last_line
        self._events.clear()
        if lines:
            self._last_written = time.monotonic()
            await self._response.write(lines.encode())


def _count(event: str, count: int, of: int | None) -> dict[str, object]:
    return {"event": event, "bytes": count, "of": of}


PROGRESS: web.RequestKey[Progress] = web.RequestKey("progress", Progress)


def asked_for(request: web.Request) -> Progress | None:
    """Progress, if Accept names the type itself; `*/*` must not change the response that everybody gets."""
    parameters = named_parameters(",".join(request.headers.getall(hdrs.ACCEPT, ())), CONTENT_TYPE)
    return None if parameters is None else Progress(is_direct=DIRECT in parameters.items())
