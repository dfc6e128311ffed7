"""A double of Google's resumable sessions, written from their documentation, with faults on cue.

Knows: the JSON and the XML way to begin a session, pieces, questions, and the refusals of sessions.
Rules: a session keeps what came of a piece that breaks off, in whole units; bytes that it has already are
ignored when they come again; a piece that begins behind its last
byte is refused with 503 in plain text; whatever comes after the end is answered as the end was.
Must not know: the service.

Sources: docs.cloud.google.com/storage/docs/performing-resumable-uploads and /resumable-uploads#resent-data;
github.com/googleapis/storage-testbench, testbench/rest_server.py; the 503 is from JsonResumableSessionPutTask
in github.com/googleapis/java-storage. google-resumable-media is its judge: test_google_sessions_double.py.
"""

import base64
import hashlib
import json
import re
import secrets
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal, cast
from urllib.parse import parse_qs, quote, urlsplit

import anycrc

UNIT_BYTES = 256 * 1024
CRC32C = anycrc.Model("CRC32C")
_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")
# keeps less: of the next piece only its first unit. loses the answer: the piece is kept, and the connection
# ends. cuts: the connection ends after one unit, which is kept. fails: 503 before anything is kept.
# damages: the last byte is stored as another one.
Fault = Literal["damages", "keeps less", "loses the answer", "cuts", "fails"]


@dataclass
class Session:
    """One session. `name` is that of the object, `ranges` the Content-Range of each PUT that came."""

    name: str
    is_json: bool
    content_type: str
    content: bytes = b""
    is_complete: bool = False
    is_gone: bool = False
    never_completes: bool = False
    faults: list[Fault] = field(default_factory=list)
    ranges: list[str | None] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)


class GoogleSessions(ThreadingHTTPServer):
    """Listens on 127.0.0.1. `sessions` by their ids."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sessions: dict[str, Session] = {}
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Its address, with a last slash."""
        return f"http://127.0.0.1:{self.server_address[1]}/"

    def begin(self, *faults: Fault, is_json: bool = True, query: str = "") -> tuple[str, Session]:
        """A new session: its URL, and what becomes of it. `query`: what is left in an XML session's URL."""
        name = f"photo {secrets.token_hex(4)}.png"
        identity = self.add(Session(name, is_json, "image/png", faults=list(faults)))
        return self.location(identity, query), self.sessions[identity]

    def add(self, session: Session) -> str:
        """The session's new id."""
        identity = f"ABPtcP{secrets.token_urlsafe(60)}"
        self.sessions[identity] = session
        return identity

    def location(self, identity: str, query: str = "") -> str:
        """The session's URL."""
        session = self.sessions[identity]
        if session.is_json:
            name = quote(session.name, safe="")
            path = f"{self.url}upload/storage/v1/b/bucket/o"
            return f"{path}?uploadType=resumable&name={name}&upload_id={identity}"
        return f"{self.url}bucket/{quote(session.name)}?{query and query + '&'}upload_id={identity}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        """Begin a session, as the JSON API does with uploadType=resumable, and the XML API with a header."""
        told = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        url = urlsplit(self.path)
        is_json = url.path.startswith("/upload/")
        if is_json:
            named = parse_qs(url.query).get("name") or [json.loads(told)["name"]]
            kind = self.headers.get("X-Upload-Content-Type", "application/octet-stream")
        else:
            assert self.headers["x-goog-resumable"] == "start"
            named, kind = [url.path.rpartition("/")[2]], self.headers.get("Content-Type", "")
        server = cast(GoogleSessions, self.server)
        identity = server.add(Session(named[0], is_json, kind))
        location = server.location(identity, "" if is_json else url.query)
        self._answer(200 if is_json else 201, headers={"Location": location})

    def do_DELETE(self) -> None:
        """Cancel a session."""
        session = self._session()
        if session:
            session.is_gone = True
        self._answer(499)

    def do_PUT(self) -> None:
        """A piece, or a question."""
        session, length = self._session(), int(self.headers.get("Content-Length", "0"))
        if self.headers.get("Expect"):
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        if session is None or session.is_gone:
            self.rfile.read(length)
            self._answer(410 if session else 404, b"Not Found", {"Content-Type": "text/html; charset=UTF-8"})
            return
        told = self.headers.get("Content-Range")
        session.ranges.append(told)
        session.heads.append({name.lower(): value for name, value in self.headers.items()})
        fault = session.faults.pop(0) if session.faults and length else None
        if fault == "cuts":
            self._take(session, told, self.rfile.read(min(length, UNIT_BYTES)), length)
            self.close_connection = True
            return
        body = self._receive(length)
        if len(body) < length:
            self._take(session, told, body, length)
            self.close_connection = True
            return
        if fault == "fails":
            self._answer(503, b"Service Unavailable", {"Content-Type": "text/plain"})
            return
        if fault == "damages":
            body = body[:-1] + b"\0"
        if not self._take(session, told, body[: UNIT_BYTES if fault == "keeps less" else None], length):
            return
        if fault == "loses the answer":
            self.close_connection = True
            return
        self._tell(session)

    def _receive(self, length: int) -> bytes:
        """What comes of so many bytes before the connection ends."""
        body = bytearray()
        with suppress(ConnectionError):
            while len(body) < length and (piece := self.rfile.read1(length - len(body))):
                body += piece
        return bytes(body)

    def _take(self, session: Session, told: str | None, body: bytes, length: int) -> bool:
        """Keep what is new of a piece; False when it was refused."""
        match = _RANGE.fullmatch(told or f"bytes 0-{length - 1}/{length}" if length else told or "bytes */0")
        if match is None:
            return self._refuse(400, b"Invalid Content-Range")
        first, last, total = match.groups()
        if session.is_complete:
            return True
        if first is not None:
            if int(last) - int(first) + 1 != length or (length % UNIT_BYTES and total != str(int(last) + 1)):
                return self._refuse(400, b"Invalid request. The number of bytes is not what was announced.")
            if int(first) > len(session.content):
                return self._refuse(503, b"Invalid request. The first byte of Content-Range is ahead.")
            session.content += body[len(session.content) - int(first) :]
        if total != "*" and len(session.content) == int(total):
            session.is_complete = not session.never_completes
        elif session.content and len(session.content) % UNIT_BYTES:
            session.content = session.content[: len(session.content) // UNIT_BYTES * UNIT_BYTES]
        return True

    def _tell(self, session: Session) -> None:
        if not session.is_complete:
            held = {"Range": f"bytes=0-{len(session.content) - 1}"} if session.content else {}
            self._answer(308, headers=held)
            return
        digest = hashlib.md5(session.content, usedforsecurity=False)
        md5, size = base64.b64encode(digest.digest()).decode(), str(len(session.content))
        if session.is_json:
            resource = {"kind": "storage#object", "name": session.name, "size": size, "md5Hash": md5}
            headers = {"Content-Type": "application/json", "ETag": "CJ8="}
            self._answer(200, json.dumps(resource).encode(), headers)
        else:
            crc = CRC32C.calc(session.content).to_bytes(4, "big")
            hashes = f"crc32c={base64.b64encode(crc).decode()},md5={md5}"
            headers = {"ETag": f'"{digest.hexdigest()}"', "x-goog-hash": hashes}
            self._answer(200, headers={**headers, "x-goog-stored-content-length": size})

    def _refuse(self, status: int, words: bytes) -> bool:
        self._answer(status, words, {"Content-Type": "text/plain; charset=utf-8"})
        return False

    def _session(self) -> Session | None:
        """The session that the URL names."""
        found = parse_qs(urlsplit(self.path).query).get("upload_id", [""])
        return cast(GoogleSessions, self.server).sessions.get(found[0])

    def _answer(self, status: int, body: bytes = b"", headers: Mapping[str, str] = {}) -> None:
        self.send_response(status)
        identity = parse_qs(urlsplit(self.path).query).get("upload_id", ["new"])[0]
        # Google says the session's id, its secret, in the header for the ids of requests.
        for name, value in {**headers, "X-GUploader-UploadID": identity}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
