"""The requests of one connection, one at a time: what comes behind the one at hand waits for its answer.

Knows: aiohttp's protocol class and private names of it (3.14): its `_parser` and `_loop`; `_messages`, the
parsed requests that have not begun; `_size` and `_buffer`, what of a stream has not been read; how it pauses
reading (`_reading_paused`, `_buffer_paused`, `_pause_reading_for_buffer`, `_resume_reading_if_drained`); and
whether it ends (`_close`, `_force_close`).
Rules: the parser gets heads and chunked coding, and alone says where these end. A body of known length goes
past it, straight to the request's stream: the parser would copy each byte. Nothing behind a request is
parsed before the answer, and one read of it is kept at most. No request is lost, unless there is no room for
it: then the connection ends with the answer before it.
Must not know: clocks, what is answered.
"""

from typing import Any

from aiohttp import web
from aiohttp.http_parser import HttpRequestParser
from aiohttp.streams import EMPTY_PAYLOAD, StreamReader

from upload_service.server.request_heads import MAX_HEAD_BYTES, HeadBudget, HeldBytes, RequestHead

# What of a body may wait to be read before reading stops: the newest read and the one before it, or this.
BODY_BUFFER_BYTES = 64 * 1024
# In chunked coding it is twice this and one read, or a sixteenth of it in chunks: for these the loop stands
# still while they are parsed.
CHUNKED_BUFFER_BYTES = 128 * 1024


class OneRequestAtATime(web.RequestHandler):
    """aiohttp's server protocol, which would parse many requests ahead."""

    def __init__(self, server: web.Server, heads: HeadBudget, **options: Any) -> None:
        super().__init__(server, **options)
        self._parser = self._new_parser()
        self._head = RequestHead()
        self._held = HeldBytes(heads)
        # The body of the request at hand. `_body_left`: how much of it has not come; None in chunked coding.
        self._body: StreamReader | None = None
        self._body_left: int | None = 0
        self._is_answering = False
        # What has come behind the request at hand. Where that is chunked, the parser may have had some of it
        # already: whole requests, and as much of a head as `_next_head` has counted.
        self._behind = b""
        self._next_head: RequestHead | None = None
        # The last bytes that the parser was given, and those before them: all of its last read, for as long
        # as it may not have come to the end of that. It stops while too much of a body waits to be read.
        self._given = self._before_given = b""

    def _new_parser(self) -> HttpRequestParser:
        """Like aiohttp's own, but it stops behind each request: it alone knows where chunked coding ends."""
        return HttpRequestParser(
            self,
            self._loop,
            CHUNKED_BUFFER_BYTES,
            payload_exception=web.RequestPayloadError,
            auto_decompress=False,
            max_msg_queue_size=1,
        )

    def _head_begins(self) -> None:
        """The first byte of a head has come, or has waited until now, and its last has not."""

    def _refuse(self, code: str) -> None:
        """Refuse the head that is coming."""
        raise NotImplementedError

    def connection_lost(self, exc: BaseException | None) -> None:
        """As in aiohttp."""
        self._behind = self._given = b""
        self._held.set(0)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """As in aiohttp, which calls it without data when its parser shall go on with a body."""
        if data:
            self._take(self._behind + data)
        elif self._body_left is None:
            self._parse(data)

    def pause_reading(self) -> None:
        """As in aiohttp, whose streams ask for it, but only in chunked coding: see _take_body."""
        if self._body_left is None:
            super().pause_reading()

    def resume_reading(self, resume_parser: bool = True) -> None:
        """As in aiohttp, but not for nothing: a stream asks for it whenever little of it waits.

        In chunked coding the parser may have more, even if reading has not stopped.
        """
        if self._reading_paused or self._body_left is None:
            super().resume_reading(resume_parser)

    def _take(self, data: bytes) -> None:
        """Take what belongs to the request at hand, and keep what is behind it."""
        self._behind = b""
        while data and not (self._close or self._force_close):
            if self._body_left is None:
                self._parse(data)
                data = b""
            elif self._body_left:
                data = self._take_body(data, self._body_left)
            elif self._is_answering:
                self._keep(data)
                break
            else:
                data = self._take_head(data)

    def _keep(self, data: bytes) -> None:
        """Keep this until the request at hand is answered; if there is no room, that one is the last."""
        if self._held.set(self._head.size + len(data)):
            self._behind = data
            self._pause_reading_for_buffer()
        else:
            self.close()

    def _take_head(self, data: bytes) -> bytes:
        """Give the parser what `data` has of a head; what is behind it."""
        data = self._head.skip_line_breaks(data)
        had_begun, count = self._head.size, self._head.take(data)
        if count and not had_begun and not self._head.is_whole:
            self._head_begins()
        if self._head.is_too_long:
            self._refuse("request_head_too_large")
        elif not self._held.set(self._head.size):
            self._refuse("too_busy")
        else:
            self._parse(data[:count])
            return data[count:]
        return b""

    def _take_body(self, data: bytes, left: int) -> bytes:
        """Give the stream what `data` has of the `left` bytes of a body; what is behind them."""
        assert self._body
        body = data[:left]  # not a copy, unless something stands behind the body
        self._body.feed_data(body)
        self._body_left = left - len(body)
        if not self._body_left:
            self._body.feed_eof()
        elif self._body._size > BODY_BUFFER_BYTES and len(self._body._buffer) > 1:
            super().pause_reading()  # one read alone is mostly taken at once: to stop costs two system calls
        return data[left:]

    def _parse(self, data: bytes) -> None:
        waiting = len(self._messages)
        if data:
            self._before_given, self._given = (self._before_given + self._given)[-3:], data
        super().data_received(data)
        if len(self._messages) > waiting:
            self._begin_request() if not self._is_answering else self._break_body()
        if self._body_left is None and self._body and self._body.is_eof():
            self._end_chunked_body()
        if not self._next_head and not (self._body_left is None and self._reading_paused):
            self._given = self._given[-3:]

    def _begin_request(self) -> None:
        """A head is complete, or broken. Its request runs as soon as aiohttp comes to it."""
        message, self._body = self._messages[-1]
        self._is_answering = True
        headers = getattr(message, "headers", {})  # a broken one has none
        if getattr(message, "chunked", False):
            self._body_left = None
            return
        # Behind a chunked body, the parser may have had some of this one already.
        self._body_left = int(headers.get("Content-Length", 0)) - self._body.total_bytes
        if self._body_left and self._body.is_eof():
            # aiohttp (3.14) reads no body of a CONNECT, and takes the largest number of 64 bits for none.
            self._body_left = 0
            self.close()
        elif not self._body_left and not self._body.is_eof():
            super().data_received(b"")  # it has stopped between the body's last byte and its end

    def _end_chunked_body(self) -> None:
        """A chunked body has ended. The parser has what stands behind it in its last read, however much.

        It is kept if there is room for all of that read. Otherwise, if anything stands there, this request is
        the last one. Clients must not send such a thing: only requests that may be repeated may be followed
        by another before their answer (RFC 9112 section 9.3.2).
        """
        self._body_left = 0
        read = self._before_given + self._given
        self._next_head = RequestHead()
        self._next_head.take(read[read.rfind(b"\r\n\r\n") + 4 :].lstrip(b"\r\n"))
        if len(read) <= MAX_HEAD_BYTES and self._held.set(self._head.size + len(read)):
            return
        self._given = read[-3:]
        waiting = len(self._messages)
        super().data_received(b"")  # begins what stands there, if it is a whole head
        if self._next_head.size or len(self._messages) > waiting:
            while len(self._messages) > waiting:
                self._messages.pop()
            self._parser = None
            self.close()

    def _break_body(self) -> None:
        """Fail the reader of a body whose chunked coding is broken.

        aiohttp (3.14) only queues its refusal after the running request, which would wait for ever. A request
        that does not run yet is refused in its stead.
        """
        assert self._body
        if len(self._messages) > 1:
            self._messages.popleft()
            self._body, self._body_left = EMPTY_PAYLOAD, 0
            return
        if not self._body.is_eof():
            self._body.set_exception(web.RequestPayloadError())
            self._body.feed_eof()  # nothing more will come
        self.close()

    async def finish_response(
        self, request: web.BaseRequest, resp: web.StreamResponse, start_time: float | None
    ) -> tuple[web.StreamResponse, bool]:
        """As in aiohttp; then the next request begins, if it has come already."""
        finished = await super().finish_response(request, resp, start_time)
        if resp.keep_alive and self._body and self._body.is_eof() and self.transport:
            self._go_on()
        return finished

    def _go_on(self) -> None:
        self._head, self._is_answering = RequestHead(), False
        self._held.set(len(self._given) if self._next_head else 0)
        if self._next_head:
            self._parse(b"")  # what it has had already
            if not self._is_answering:
                self._head, self._next_head = self._next_head, None
                self._given = self._given[-3:]
                if self._head.size:
                    self._head_begins()
            elif self._body_left:
                self._next_head = None  # it has had nothing behind this body's beginning
            elif self._body is not EMPTY_PAYLOAD:
                self._next_head = RequestHead(self._next_head.last)  # that was a body, or begins behind it
        elif self._body is not EMPTY_PAYLOAD:
            self._parser = self._new_parser()  # the old one still waits for the body that went past it
        if self._behind:
            self._take(self._behind)
        if self._buffer_paused and not self._behind:
            self._resume_reading_if_drained()

    def _resume_reading_if_drained(self) -> None:
        """As in aiohttp, but not while bytes wait for an answer before theirs."""
        if not self._behind:
            super()._resume_reading_if_drained()
