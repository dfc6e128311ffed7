"""The pages' own server: an origin that is not the service's, with every page and a back end that signs.

Rules: one upload at a time; `sign` gives its URL for a type, or for any.
Must not know: which store it is, what a widget does.
"""

import html
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from widgets.bundle import CHUNKED, FOLDER
from widgets.parts_back_end import PartsBackEnd

# Gives a URL for a file of this type, or of any if there is none.
Sign = Callable[[str], str]

# Where the lines of docs/widgets.md say that the service is.
SERVICE = "http://localhost:8000"
SHELL = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>{name}</title>
{style}
<body>
{body}
{script}
</html>
"""
PLACE = '<div id="upload"></div>\n<p id="said" role="status"></p>'
PLACE_OF_URL = "{{ upload_url }}"
PARTS = "/api/parts/"
TYPES = {".js": "text/javascript", ".css": "text/css"}


class Site(ThreadingHTTPServer):
    """Serves `/KIND/NAME`, `/api/presign`, and what `parts` answers under `/api/parts/`."""

    daemon_threads = True
    sign: Sign
    parts: PartsBackEnd

    def __init__(self, bundles: Path, service_url: str) -> None:
        self.bundles, self.service_url = bundles, service_url
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        """The origin."""
        return f"http://127.0.0.1:{self.server_port}"

    def page(self, kind: str, name: str) -> str:
        """The page of a widget, with the URL in its form where it has one."""
        shown = "ours" if kind == CHUNKED else kind
        found = [FOLDER / folder / f"{name}.html" for folder in (shown, "ours")]
        body = next((path.read_text() for path in found if path.exists()), PLACE)
        built = self.bundles / kind / name
        return SHELL.format(
            name=name,
            style=f'<link rel="stylesheet" href="/{kind}/{name}.css">' if _has(built, ".css") else "",
            body=body.replace(PLACE_OF_URL, html.escape(self.sign(""))) if PLACE_OF_URL in body else body,
            script=f'<script type="module" src="/{kind}/{name}.js"></script>' if _has(built, ".js") else "",
        ).replace(SERVICE, self.service_url)

    def file(self, path: str) -> str | None:
        """A bundle, with the service's real address."""
        file = self.bundles / path
        return file.read_text().replace(SERVICE, self.service_url) if file.exists() else None


class _Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        path = self.path.partition("?")[0].lstrip("/")
        ending = Path(path).suffix
        if ending in TYPES:
            self._answer(self.server.file(path), TYPES[ending])
        elif path.count("/") == 1:
            self._answer(self.server.page(*path.split("/")), "text/html")
        else:
            self._answer(None, "")

    def do_POST(self) -> None:
        asked = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path.startswith(PARTS):
            status, text, cookie = self.server.parts.answer(self.path, asked, self.headers)
            self._answer(text, "application/json", status, cookie)
        else:
            url = self.server.sign(json.loads(asked)["type"])
            self._answer(json.dumps({"uploadUrl": url}), "application/json")

    def _answer(
        self, text: str | None, kind: str, status: int = HTTPStatus.OK, cookie: str | None = None
    ) -> None:
        self.send_response(HTTPStatus.NOT_FOUND if text is None else status)
        body = (text or "").encode()
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def _has(built: Path, ending: str) -> bool:
    return built.with_name(built.name + ending).exists()


@contextmanager
def served(bundles: Path, service_url: str) -> Iterator[Site]:
    """Serve the pages while the block lasts."""
    with Site(bundles, service_url) as site:
        threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield site
        site.shutdown()
