"""The register of spans: what a trace tells of an upload, under which names, and what each means.

Knows: every span and every attribute. The names are those of OpenTelemetry's semantic conventions for HTTP
(opentelemetry.io/docs/specs/semconv/http/http-spans), where they have one; ours begin with `upload_service.`.
Rules: a span or an attribute that is not here is a mistake, and a test fails on it. Nothing of a presigned
URL beyond its host and port, no file name, no header and nothing of a token is an attribute. So `url.full`
and `url.path` are left out, although the conventions ask for them.
Must not know: how an upload runs, OpenTelemetry's library.
"""

from typing import Literal, NamedTuple

from upload_service.errors.upload_error import CATALOGUE

Kind = Literal["SERVER", "CLIENT", "INTERNAL"]


class Attribute(NamedTuple):
    """One attribute. `values`: in words, what it may have."""

    name: str
    values: str


METHOD = Attribute("http.request.method", "`POST`; of an attempt `PUT`, or `POST` with a presigned POST")
ROUTE = Attribute("http.route", "the endpoint")
SCHEME = Attribute("url.scheme", "`http`, or `https` where a connection of the service itself is encrypted")
STATUS = Attribute("http.response.status_code", "the status; absent when there was no answer")
ERROR = Attribute("error.type", "the code of the failure, as in `/errors`; absent when all went well")
HOST = Attribute("server.address", "the host of the presigned URL")
PORT = Attribute("server.port", "its port")
RESEND = Attribute("http.request.resend_count", "how many attempts came before; absent for the first")
FILE_SIZE = Attribute("upload_service.file_size", "bytes of the file that came")
STORED = Attribute("upload_service.stored", "whether storage has the file; absent when nobody knows")
SENT = Attribute("upload_service.sent_bytes", "bytes of the file that were handed to the connection")
SCAN_RESULT = Attribute(
    "upload_service.scan_result",
    "`ok`, `found`, `too_large`, `unavailable`, or `given_up` when the upload ended around it",
)

ATTRIBUTES = (METHOD, ROUTE, SCHEME, STATUS, ERROR, HOST, PORT, RESEND, FILE_SIZE, STORED, SENT, SCAN_RESULT)


class Definition(NamedTuple):
    """One span. `name`: as it is told; with the request's own parts in braces."""

    name: str
    kind: Kind
    meaning: str
    attributes: tuple[Attribute, ...] = ()


UPLOAD = Definition(
    "POST {http.route}", "SERVER",
    "one upload: from the request's head until its answer is made",
    (METHOD, ROUTE, SCHEME, STATUS, ERROR, FILE_SIZE, STORED),
)  # fmt: skip
CHECK = Definition(
    "POST /check", "SERVER", "one check of a form",
    (METHOD, ROUTE, SCHEME, STATUS, ERROR),
)  # fmt: skip
CLIENT_LEG = Definition(
    "receive form", "INTERNAL",
    "the client leg: until all of the form had come; when that never happened, until the upload's end",
    (FILE_SIZE,),
)  # fmt: skip
SCAN = Definition(
    "scan", "INTERNAL",
    "the malware scan, where there is one: from the file's first byte until the scanner's verdict",
    (SCAN_RESULT,),
)  # fmt: skip
VERDICT = Definition(
    "await verdict", "INTERNAL",
    "the end of a scan, below it: the scanner has all the bytes that it gets, and has not answered yet",
)  # fmt: skip
ATTEMPT = Definition(
    "{http.request.method}", "CLIENT",
    "one attempt: from its begin until storage's answer was read. Between two attempts is the wait",
    (METHOD, HOST, PORT, STATUS, ERROR, RESEND, SENT),
)  # fmt: skip
LOOK_UP = Definition(
    "look up name",
    "INTERNAL",
    "the look-up of storage's name, where one was needed: below its attempt",
    (HOST,),
)
CONNECT = Definition(
    "connect", "INTERNAL",
    "a new connection, TLS included: below its attempt. An attempt without it had one that was kept",
    (HOST, PORT),
)  # fmt: skip

SPANS = (UPLOAD, CHECK, CLIENT_LEG, SCAN, VERDICT, ATTEMPT, LOOK_UP, CONNECT)


def is_failed_attempt(code: str) -> bool:
    """Whether an attempt ended badly; "given_up" is one around which its upload ended."""
    return code in CATALOGUE or code == "given_up"
