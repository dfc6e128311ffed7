"""Requests that are meant to hurt, as bytes: what one connection sends, write by write.

Knows: the requests that cost a server most for each byte, and how many responses each may get.
Must not know: how they are sent, what they cost.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bench.sender import BOUNDARY, FILE_HEAD, around

UPLOAD = "/upload-with-presigned"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
OTHER = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="other"\r\n'.encode()
END = f"\r\n--{BOUNDARY}--\r\n".encode()


@dataclass(frozen=True)
class Attack:
    """`writes` makes from a presigned URL what is sent, write by write, on one connection with `requests`.

    `pause`: seconds between the writes.
    """

    name: str
    writes: Callable[[str], list[bytes]]
    requests: int = 1
    pause: float = 0.0


def head(*lines: str, kind: str = FORM) -> bytes:
    """The head of an upload with these lines."""
    whole = (f"POST {UPLOAD} HTTP/1.1", "Host: localhost", f"Content-Type: {kind}", *lines)
    return "\r\n".join(whole).encode() + b"\r\n\r\n"


def sized(body: bytes, kind: str = FORM) -> bytes:
    """An upload with its length."""
    return head(f"Content-Length: {len(body)}", kind=kind) + body


def chunked(body: bytes, size: int, kind: str = FORM, extension: bytes = b"") -> bytes:
    """An upload in chunks of `size`."""
    chunks = b"".join(b"%x%b\r\n%b\r\n" % (len(part), extension, part) for part in cut(body, size))
    return head("Transfer-Encoding: chunked", kind=kind) + chunks + b"0\r\n\r\n"


def form(url: str, content: bytes, order: str = "url") -> bytes:
    """A form as browsers write it."""
    before, after = around(url, order)
    return before + content + after


def cut(whole: bytes, size: int = 1) -> list[bytes]:
    """The bytes in parts of this size."""
    return [whole[at : at + size] for at in range(0, len(whole), size)]


def plain_upload(total: int) -> Callable[[str], list[bytes]]:
    """An upload whose request has about `total` bytes; the smallest there is when that is less."""

    def writes(url: str) -> list[bytes]:
        least = len(sized(form(url, b"")))
        return [sized(form(url, bytes(max(0, total - least))))]

    return writes


def _dense(size: int, boundary: str) -> bytes:
    """Line breaks and dashes in stretches as long as the boundary: worst for a search from the end."""
    width = len(boundary) + 3
    return (b"\r" * width + b"-" * width) * (size // width // 2)


def _with_boundary(body: bytes, boundary: str) -> bytes:
    whole = body.replace(BOUNDARY.encode(), boundary.encode())
    return sized(whole, f"multipart/form-data; boundary={boundary}")


def _dense_upload(url: str, boundary: str) -> list[bytes]:
    return [_with_boundary(form(url, _dense(1_000_000, boundary)), boundary)]


def _folded(count: int) -> bytes:
    """A part whose headers are one line, folded again and again."""
    return OTHER + b"X-Folded: a" + b"\r\n a" * count + b"\r\n\r\n\r\n"


def _typed(content_type: bytes) -> bytes:
    return FILE_HEAD.replace(b"image/png", content_type) + b"12345"


def _many_parts(url: str, count: int) -> bytes:
    return around(url, "url")[0] + b"12345" + (b"\r\n" + OTHER + b"\r\n") * count + END


def _signed_names(url: str, count: int) -> list[bytes]:
    """Signed names, as many as a URL has room for, and a field for each of the first 60."""
    names = [f"x-amz-meta-{number}" if count < 64 else f"x-amz-{number:x}" for number in range(count - 1)]
    signed = re.sub("(?<=SignedHeaders=)[^&]*", ";".join(["host", *names]), url)
    fields = b"".join(
        OTHER[:-2].replace(b"other", b"header:" + name.encode()) + b"\r\n\r\n1\r\n" for name in names[:60]
    )
    begin, end = around(signed, "url")
    return [sized(begin.replace(FILE_HEAD, fields + FILE_HEAD) + b"12345" + end)]


# A tenth of a megabyte where nothing else is said.
ATTACKS = (
    Attack("1-byte chunks", lambda url: [chunked(form(url, bytes(100_000)), 1)]),
    Attack("1-byte chunks, file first", lambda url: [chunked(form(url, bytes(100_000), "file"), 1)]),
    Attack("16-byte chunks", lambda url: [chunked(form(url, bytes(100_000)), 16)]),
    Attack("256-byte chunks, 1 MB", lambda url: [chunked(form(url, bytes(1_000_000)), 256)]),
    Attack("600-byte chunks, 10 MB", lambda url: [chunked(form(url, bytes(10_000_000)), 600)]),
    Attack("600-byte chunks, file first, 10 MB",
          lambda url: [chunked(form(url, bytes(10_000_000), "file"), 600)]),
    Attack("1-byte chunks, 1 KB in all", lambda url: [chunked(form(url, bytes(500)), 1)]),
    Attack("1-byte chunks of what is refused at once", lambda _: [chunked(bytes(100_000), 1, "text/plain")]),
    Attack("what is refused at once, 10 MB", lambda _: [sized(bytes(10_000_000), "text/plain")]),
    Attack("chunk extensions", lambda url: [chunked(form(url, bytes(1000)), 100, extension=b";a" * 2000)]),
    Attack("one chunk extension, 10 MB",
          lambda url: [chunked(form(url, b"12345"), 9999, extension=b";" + b"a" * 10_000_000)]),
    Attack("trailers", lambda url: [chunked(form(url, b"12345"), 999)[:-2] + b"a:b\r\n" * 20_000 + b"\r\n"]),
    Attack("1-byte segments of a head", lambda _: cut(head("Content-Length: 0", "X-Long: " + "x" * 999))),
    Attack("1-byte segments of a file", lambda url: cut(sized(form(url, bytes(2000))))),
    Attack("1-byte segments, 1 ms apart", lambda url: cut(sized(form(url, bytes(500)))), pause=0.001),
    Attack("600-byte segments, 1 ms apart",
          lambda url: cut(sized(form(url, bytes(300_000))), 600), pause=0.001),
    Attack("1-byte segments of what is refused", lambda _: cut(sized(bytes(2000), "text/plain"))),
    Attack("128 header lines", lambda _: [head(*["a: b"] * 120, "Content-Length: 0")]),
    Attack("20,000 header lines", lambda _: [head(*["a: b"] * 20_000, "Content-Length: 0")]),
    Attack("line breaks before the request", lambda url: [b"\r\n" * 50_000, *plain_upload(0)(url)]),
    Attack("a broken head", lambda _: [b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n"]),
    Attack("100 requests for nothing, at once", lambda _: [b"GET /x HTTP/1.1\r\nHost: a\r\n\r\n" * 100], 100),
    Attack("100 refused uploads, at once", lambda _: [head("Content-Length: 0") * 100], 100),
    Attack("60 tiny parts", lambda url: [sized(_many_parts(url, 60))]),
    Attack("2000 tiny parts", lambda url: [sized(_many_parts(url, 2000))]),
    Attack("boundaries and nothing else, 1 MB",
          lambda url: [sized(form(url, b"".join([b"\r\n--", BOUNDARY.encode()] * 25_000)))]),
    Attack("the shortest boundary and nothing else, 1 MB",
          lambda url: [_with_boundary(form(url, b"\r\n--b" * 200_000), "b")]),
    Attack("almost boundaries, 1 MB", lambda url: [sized(form(url, (END[:-5] + b"!") * 25_000))]),
    Attack("line feeds and dashes, 1 MB", lambda url: _dense_upload(url, "-" * 60)),
    Attack("the same with the longest boundary", lambda url: _dense_upload(url, "-" * 200)),
    Attack("folded lines in a part's head", lambda url: [sized(_folded(2000) * 12 + form(url, b"12345"))]),
    Attack("a boundary in epilogues", lambda url: [sized(form(url, b"12345") + END * 20_000)]),
    Attack("a type full of addresses", lambda _: [sized(_typed(b"=" + b"http://" * 1100) + END)]),
    Attack("4000 query parameters", lambda url: [sized(form(url + "&a" * 3900, b"12345"))]),
    Attack("60 fields for 678 signed names", lambda url: _signed_names(url, 678)),
    Attack("60 fields for 61 signed names", lambda url: _signed_names(url, 61)),
    Attack("8 KB field names",
           lambda url: [sized(OTHER.replace(b"other", b"n" * 8000) * 9 + form(url, b""))]),
    Attack("a file name of options",
          lambda url: [sized(form(url, b"12345").replace(b"filename", b";filename*=a" * 99 + b";filename"))]),
)  # fmt: skip
