"""Signs upload URLs for the page at /, on this computer: the back end that a real application would have.

Knows: `POST /presign` with {"name": "photo.png"}, answered {"uploadUrl", "key", "viewUrl"}, and its
preflight. For a large file it offers `parts` as well; what the page asks of them has an `action`.
Rules: only the page may ask. `Origin` must be the page's, and `Host` must be this computer, so that no other
page can ask, whatever name it gives this address (DNS rebinding). Each key lies in a folder of its own, so
that nothing is overwritten. Nothing is logged. Standard library only: it also runs in the image.
Must not know: where the store is.
"""

import json
import re
import secrets
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from compose.part_uploads import PartUploads, Refused, Rules, Sign

PATH = "/presign"
# The ETags of 10,000 parts.
MOST_BYTES = 1024 * 1024
SILENCE_SECONDS = 10
NAME_LENGTH = 100


def local_names(port: int) -> set[str]:
    """What a browser on this computer calls a server on it."""
    suffix = "" if port == 80 else f":{port}"  # browsers leave the usual one out
    return {f"localhost{suffix}", f"127.0.0.1{suffix}"}


class Signer(ThreadingHTTPServer):
    """Listens at `address`. `page_names`: host:port of the page; `names`: its own, where it is published.

    `secret` seals the tokens of uploads in parts; `rules` say which files go in parts.
    """

    daemon_threads = True

    def __init__(
        self,
        address: tuple[str, int],
        sign: Sign,
        secret: bytes,
        page_names: set[str],
        names: set[str] | None = None,
        rules: Rules = Rules(),  # noqa: B008 - a tuple, which nobody can change
    ) -> None:
        super().__init__(address, _Handler)
        self.sign = sign
        self.part_uploads = PartUploads(sign, secret, rules)
        self.names = names or local_names(self.server_port)
        self.origins = {f"http://{name}" for name in page_names}

    @property
    def url(self) -> str:
        """The address that the page asks."""
        return f"http://127.0.0.1:{self.server_port}{PATH}"

    def handle_error(self, *_: object) -> None:
        """A page that closes its connection is not worth a traceback."""


def key_for(name: str) -> str:
    """A key that no other file has. Its last part is the file's name, in characters that suit a URL."""
    safe = re.sub(r"[^\w.-]+", "-", name)[-NAME_LENGTH:].strip(".-")
    return f"{secrets.token_hex(4)}/{safe or 'file'}"


class _Handler(BaseHTTPRequestHandler):
    server: Signer
    timeout = SILENCE_SECONDS

    def do_OPTIONS(self) -> None:
        self._answer(204 if self._may_ask() else 403)

    def do_POST(self) -> None:
        if not self._may_ask():
            self._answer(403, {"detail": "Only the page of this computer's upload-service may ask."})
        elif self.path != PATH:
            self._answer(404, {"detail": f"There is only {PATH}."})
        else:
            try:
                self._answer(200, self._given(self._asked()))
            except Refused as refused:
                self._answer(refused.status, {"detail": refused.detail})

    def _given(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What the page gets for what it asks."""
        part_uploads = self.server.part_uploads
        if asked.get("action", "create") != "create":
            return part_uploads.answer(asked)
        name = asked.get("name")
        if not isinstance(name, str):
            raise Refused(400, 'Send JSON such as {"name": "photo.png"}.')
        key = key_for(name)
        if "action" in asked:
            return part_uploads.create(key, asked)
        sign = self.server.sign
        given = {"uploadUrl": sign(key, "PUT", ""), "key": key, "viewUrl": sign(key, "GET", "")}
        return given | part_uploads.offer(asked.get("size"))

    def _may_ask(self) -> bool:
        return self.headers["Host"] in self.server.names and self.headers["Origin"] in self.server.origins

    def _asked(self) -> dict[str, Any]:
        """The request's JSON object; empty if the request has none or is too large."""
        length = self.headers["Content-Length"] or ""
        if not re.fullmatch(r"\d{1,7}", length, re.ASCII) or int(length) > MOST_BYTES:
            return {}
        try:
            asked = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError):
            return {}
        return asked if isinstance(asked, dict) else {}

    def _answer(self, status: int, content: dict[str, Any] | None = None) -> None:
        body = b"" if content is None else json.dumps(content).encode()
        self.send_response(status)
        if self._may_ask():
            self.send_header("Access-Control-Allow-Origin", self.headers["Origin"])
            self.send_header("Access-Control-Allow-Methods", "POST")
            self.send_header("Access-Control-Allow-Headers", "Content-Type")
        self.send_header("Vary", "Origin")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Type", "application/json")
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing is logged."""
