"""Requests that are meant to hurt, as bytes: what one connection sends, write by write.

Knows: the requests that cost a server most for each byte, and how many responses each may get.
Must not know: how they are sent, what they cost.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from bench.processes import NOBODY
from bench.sender import BOUNDARY, FILE_HEAD, around

UPLOAD = "/upload-with-presigned"
FORM = f"multipart/form-data; boundary={BOUNDARY}"
OTHER = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="other"\r\n'.encode()
ASK_MUCH = b"GET /openapi.json HTTP/1.1\r\nHost: a\r\n\r\n"
QUOTED_PRINTABLE = b"Content-Transfer-Encoding: quoted-printable\r\n"
END = f"\r\n--{BOUNDARY}--\r\n".encode()


@dataclass(frozen=True)
class Attack:
    """`writes` makes from a presigned URL what is sent, write by write, on one connection with `requests`.

    `pause`: seconds between the writes. `silence`: seconds for which the connection is then left as it is,
    and nothing is read, before it is closed; 0 for a client that reads its responses.
    """

    name: str
    writes: Callable[[str], list[bytes]]
    requests: int = 1
    pause: float = 0.0
    silence: float = 0.0


def head(*lines: str, kind: str = FORM, path: str = UPLOAD) -> bytes:
    """The head of an upload with these lines."""
    whole = (f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Type: {kind}", *lines)
    return "\r\n".join(whole).encode() + b"\r\n\r\n"


def sized(body: bytes, kind: str = FORM, path: str = UPLOAD) -> bytes:
    """An upload with its length."""
    return head(f"Content-Length: {len(body)}", kind=kind, path=path) + body


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


def field(name: str, value: bytes, *headers: bytes) -> bytes:
    """A text field."""
    return OTHER.replace(b"other", name.encode()) + b"".join(headers) + b"\r\n" + value + b"\r\n"


def _behind(url: str, value: bytes) -> list[bytes]:
    """An upload with an unknown field behind its file."""
    form_without_end = form(url, b"12345")[: -len(END) + len(b"\r\n")]
    return [sized(form_without_end + field("other", value) + END.removeprefix(b"\r\n"))]


def _many_heads(url: str, value: bytes) -> bytes:
    return sized(field("a", b"", b"X-A: %b\r\n" % value * 15) * 62 + form(url, b"1"))


def _many_headers(url: str, value: bytes) -> bytes:
    return sized(b"".join(field(f"header:x-amz-meta-{each}", value) for each in range(60)) + form(url, b"1"))


def _long_heads(lines: int, count: int) -> bytes:
    """Requests whose answers are large, and behind them heads of so many lines of 7 KB."""
    return (
        ASK_MUCH * 40
        + head(*[f"X-{each}: {'x' * 7000}" for each in range(lines)], "Content-Length: 0") * count
    )


def _retry(url: str) -> bytes:
    """An upload that has to be tried again, because nobody listens there."""
    return sized(form(NOBODY + url.split("/", 3)[3], b"12345"), path=f"{UPLOAD}-retry")


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
    Attack("a field of line breaks, 1 MB",
           lambda url: [sized(field("a", b"\r\n" * 500_000) + form(url, b"1"))]),
    Attack("a field of almost boundaries, 1 MB",
           lambda url: [sized(field("a", b"\r\n--a\r\n\r\n" * 110_000) + form(url, b"1"))]),
    Attack("a field of line breaks behind the file, 1 MB", lambda url: _behind(url, b"\r\n" * 500_000)),
    Attack("line breaks before the form, 1 MB", lambda url: [sized(b"\r\n" * 500_000 + form(url, b"1"))]),
    Attack("a form that has ended, and parts, 1 MB",
           lambda _: [_with_boundary(b"--" + BOUNDARY.encode() + b"--" + b"\r\n--b\r\n\r\n" * 100_000, "b")]),
    Attack("62 parts with 16 headers", lambda url: [_many_heads(url, b"b")]),
    Attack("62 parts with 16 long headers, 1 MB", lambda url: [_many_heads(url, b"b" * 1000)]),
    Attack("8 parts with 1,900 options, 62 KB",
           lambda url: [sized(field('a"' + ";a=b" * 1900 + ';c="', b"") * 8 + form(url, b"1"))]),
    Attack("60 headers of percent signs", lambda url: [_many_headers(url, b"%41" * 600)]),
    Attack("a quoted-printable field",
           lambda url: [sized(field("checksum", b"=41" * 2700, QUOTED_PRINTABLE) + form(url, b"1"))]),
    Attack("a name in words of mail",
           lambda url: [sized(form(url, b"1").replace(b"a.png", b"=?utf-8?b?YQ==?= " * 400))]),
    Attack("a file name of file names",
           lambda url: [sized(form(url, b"1").replace(b'"a.png"', b'""' + b';filename=""' * 600))]),
    Attack("heads of 0.9 MB behind unread answers", lambda _: [_long_heads(125, 30)], silence=0.5),
    Attack("heads of 63 KB behind unread answers", lambda _: [_long_heads(9, 60)], silence=0.5),
    Attack("2000 answers that nobody reads", lambda _: [ASK_MUCH * 2000], silence=0.5),
    Attack("1000 small answers that nobody reads",
           lambda _: [b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n" * 1000], 1000, silence=0.5),
    Attack("half a head", lambda _: [b"GET / HTTP/1.1\r\nX-Half: " + b"x" * 8000], silence=0.5),
    Attack("half a head of 63 KB", lambda _: [head(*["X-A: " + "b" * 7000] * 9)[:-2]], silence=0.5),
    Attack("a form that has begun, then silence",
           lambda url: [sized(form(url, bytes(99_000)))[:1500]], silence=0.5),
    Attack("retries whose caller leaves", lambda url: [_retry(url)], silence=0.01),
    Attack("a file name of options",
          lambda url: [sized(form(url, b"12345").replace(b"filename", b";filename*=a" * 99 + b";filename"))]),
)  # fmt: skip
