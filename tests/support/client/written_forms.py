"""Forms that are written out, with the boundary B, and `<URL>` where the presigned URL stands."""

import pytest
from devtools import signed_queries

from tests.support.client import raw_http
from tests.support.client.raw_http import PLAIN, RETRY, Answer, Connection, chunked
from tests.support.service.running_service import Running

FORM = "multipart/form-data; boundary=B"
URL = b'--B\r\nContent-Disposition: form-data; name="uploadUrl"\r\n\r\n<URL>\r\n'
FILE_HEAD = (
    b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n'
)
FILE = FILE_HEAD + b"12345\r\n"
END = b"--B--\r\n"
SIZE = b'--B\r\nContent-Disposition: form-data; name="size"\r\n\r\n%b\r\n'
RETRIES = b'--B\r\nContent-Disposition: form-data; name="max_retries"\r\n\r\n%b\r\n'
OTHER = b'--B\r\nContent-Disposition: form-data; name="other"\r\n\r\n%b\r\n'
SMALL = bytes(range(256)) * 400
LARGE = bytes(range(256)) * 8192  # 2 MiB: more than the plain endpoint keeps
both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])


def file(content: bytes) -> bytes:
    """The file part with this content."""
    return FILE_HEAD + content + b"\r\n"


def post(service: Running, path: str, body: bytes, *headers: str, content_type: str = FORM) -> Answer:
    """Send this form."""
    return raw_http.post(service.port, path, body, *headers, content_type=content_type)


def post_chunked(service: Running, path: str, body: bytes) -> Answer:
    """Send this form in chunked coding, so that its length is not known in advance."""
    with Connection(service.port) as connection:
        connection.head(path, None, content_type=FORM)
        connection.send(chunked(body[at : at + 30_000] for at in range(0, len(body), 30_000)))
        return connection.answer()


OLD = signed_queries.v4(date="20200101T000000Z")
V2 = signed_queries.v2()
