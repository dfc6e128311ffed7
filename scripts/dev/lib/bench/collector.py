"""A collector for what the service tells of its uploads: it takes spans, and throws them away.

Must not know: what is in them.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# Batches of a quarter of the usual size, so that some leave while so few uploads are counted.
BATCH = "128"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is printed."""


@contextmanager
def traced() -> Iterator[Mapping[str, Mapping[str, str]]]:
    """The environments of a service that tells nothing of its uploads, and of one that tells everything."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    common = {
        "UPLOAD_TRACES": "otlp",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE": BATCH,
    }
    try:
        yield {
            "traces on, none sampled": common | {"OTEL_TRACES_SAMPLER": "always_off"},
            "traces on, all sampled": common | {"OTEL_TRACES_SAMPLER": "always_on"},
        }
    finally:
        server.shutdown()
        server.server_close()
