"""The ways in which the soak's storage misbehaves: a table, one line each.

Knows: what a store, or a proxy in front of it, may send and do at the wrong moment, and with which error
codes the service may report that.
Must not know: sockets, the service.
"""

from dataclasses import dataclass
from typing import Literal

OK = b'HTTP/1.1 200 OK\r\nETag: "e"\r\nContent-Length: 0\r\n\r\n'
HALF_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<ok"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
GARBAGE = b"\x15\x03\x01\x00\x02\x02\x46 220 mail.example ESMTP\r\n\r\n"

# In a response it stands for the signature of the URL, which has as many characters.
SIGNATURE = b"S" * 64

ReadsTo = Literal["head", "middle", "end"]
Then = Literal["keeps", "closes", "resets", "stays"]


@dataclass(frozen=True)
class Misbehaviour:
    """Read the body as far as `reads_to`, wait, send `response`, then do `then`.

    With `keeps` the connection stays open and the rest of the body is read; with `stays` it stays open, and
    nothing happens any more until the service leaves. With `stores` a body that arrived
    whole counts as stored, whatever the service is told. `codes` are the error codes that an upload may end
    with whose last PUT met this; none, if this must not harm an upload. `second_response` is sent shortly
    after the first, to no request.
    """

    name: str
    codes: frozenset[str] = frozenset()
    reads_to: ReadsTo = "end"
    response: bytes = OK
    then: Then = "keeps"
    stores: bool = False
    continue_seconds: float | None = 0.0  # until it sends 100 Continue; None: it never does
    stall_seconds: float = 0.0  # of silence in the middle of the body
    delay_seconds: float = 0.0  # between the body and the response
    trickles: bool = False  # sends the response byte by byte
    second_response: bytes = b""

    @property
    def is_harmless(self) -> bool:
        """Whether the PUT is stored and the service is told so, sooner or later."""
        return not self.codes


def refusal(status: int, code: str, *headers: str) -> bytes:
    """A refusal as S3 words it, with a string in it that the service must not pass on."""
    body = f"<Error><Code>{code}</Code><StringToSign>AWS4 secret</StringToSign></Error>".encode()
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _fault(
    name: str, codes: str, reads_to: ReadsTo, response: bytes, then: Then, *, stores: bool = False
) -> Misbehaviour:
    return Misbehaviour(name, frozenset(codes.split()), reads_to, response, then, stores=stores)


GOOD = Misbehaviour("behaves", stores=True)

# Each is sent early and the connection closed, early and the rest of the body read, half-way, and at the end.
_REFUSALS = (
    ("403", "access_denied", refusal(403, "AccessDenied")),
    ("404", "no_such_bucket", refusal(404, "NoSuchBucket")),
    ("412", "precondition_failed", refusal(412, "PreconditionFailed")),
    ("413", "entity_too_large", refusal(413, "EntityTooLarge")),
    ("500", "storage_error", refusal(500, "InternalError")),
    ("503", "storage_error storage_throttled", refusal(503, "SlowDown", "Retry-After: 0")),
    ("503 at once", "storage_error storage_throttled", refusal(503, "SlowDown")),
    ("429", "storage_throttled", refusal(429, "TooManyRequests", "Retry-After: 0")),
    ("400 timeout", "storage_timeout", refusal(400, "RequestTimeout")),
    ("409", "storage_conflict", refusal(409, "OperationAborted")),
    ("307", "storage_redirected", refusal(307, "TemporaryRedirect", "Location: /elsewhere")),
    ("417", "storage_rejected", refusal(417, "ExpectationFailed")),
    ("501", "header_not_supported", refusal(501, "NotImplemented")),
    ("507", "storage_full", refusal(507, "XMinioStorageFull")),
)

_DISCONNECTED = "storage_disconnected"
# A response that breaks off, or is not HTTP at all, can look like a broken connection.
_BAD_RESPONSE = "storage_bad_answer storage_disconnected"
_BROKEN_CONNECTIONS_AND_RESPONSES = (
    _fault("resets at the head", _DISCONNECTED, "head", b"", "resets"),
    _fault("resets in the body", _DISCONNECTED, "middle", b"", "resets"),
    _fault("resets after the body", _DISCONNECTED, "end", b"", "resets"),
    _fault("stores and resets", _DISCONNECTED, "end", b"", "resets", stores=True),
    _fault("closes at the head", _DISCONNECTED, "head", b"", "closes"),
    _fault("closes in the body", _DISCONNECTED, "middle", b"", "closes"),
    _fault("closes after the body", _DISCONNECTED, "end", b"", "closes"),
    _fault("stores and closes", _DISCONNECTED, "end", b"", "closes", stores=True),
    _fault(
        "stores and says 500", "storage_error", "end", refusal(500, "InternalError"), "keeps", stores=True
    ),
    _fault("sends garbage after the head", _BAD_RESPONSE, "head", GARBAGE, "closes"),
    _fault("sends garbage in the body", _BAD_RESPONSE, "middle", GARBAGE, "keeps"),
    _fault("sends garbage after the body", _BAD_RESPONSE, "end", GARBAGE, "keeps"),
    _fault("stores and sends part of a head", _BAD_RESPONSE, "end", OK[:20], "closes", stores=True),
    _fault("stores, sends half a response and resets", _BAD_RESPONSE, "end", HALF_OK, "resets", stores=True),
    _fault("stores, sends 200 and resets", _BAD_RESPONSE, "end", OK, "resets", stores=True),
    # A service that had sent the whole body by then must believe it. So a body that arrives whole is stored.
    _fault("sends 200 after the head", _BAD_RESPONSE, "head", OK, "keeps", stores=True),
    _fault("sends 200 in the body", _BAD_RESPONSE, "middle", OK, "keeps", stores=True),
)

_HARMLESS = (
    Misbehaviour("never sends 100 Continue", continue_seconds=None, stores=True),
    Misbehaviour("sends 100 Continue late", continue_seconds=0.6, stores=True),
    Misbehaviour("sends 100 Continue too late", continue_seconds=1.3, stores=True),
    Misbehaviour("stalls in the body", stall_seconds=1.2, stores=True),
    Misbehaviour("stalls before the response", delay_seconds=1.2, stores=True),
    Misbehaviour("trickles its response", trickles=True, stores=True),
    Misbehaviour("sends 103 first", response=HINTS + OK, stores=True),
    Misbehaviour("stores and closes after 200", then="closes", stores=True),
    Misbehaviour("responds twice at once", response=OK + OK, stores=True),
    Misbehaviour("responds twice", second_response=OK, stores=True),
    Misbehaviour("stores and refuses later", second_response=refusal(403, "AccessDenied"), stores=True),
)

MISBEHAVIOURS = (
    *(_fault(f"{name} early, closes", codes, "head", sent, "closes") for name, codes, sent in _REFUSALS),
    *(_fault(f"{name} early", codes, "head", sent, "keeps") for name, codes, sent in _REFUSALS),
    *(_fault(f"{name} half-way", codes, "middle", sent, "closes") for name, codes, sent in _REFUSALS),
    *(_fault(f"{name} late", codes, "end", sent, "keeps") for name, codes, sent in _REFUSALS),
    *(Misbehaviour(f"{name} late, trickling", frozenset(codes.split()), response=sent, trickles=True)
      for name, codes, sent in _REFUSALS[:2]),
    *_BROKEN_CONNECTIONS_AND_RESPONSES * 2,
    *_HARMLESS * 2,
)  # fmt: skip

# What the chaos run has beside these. It accepts every code of the catalogue, so these are not exact.
_FAILS = "storage_bad_answer"
_BIG = b"\r\nContent-Length: 3000000\r\n\r\n" + bytes(3_000_000)
_ECHO = SIGNATURE.decode()
_NO_ETAG = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
_OTHER_CRC = OK.replace(b"ETag", b"x-amz-checksum-crc64nvme: AAAAAAAAAAE=\r\nETag")
_OTHER_MD5 = OK.replace(b'"e"', b'"9e107d9d372bb6826bd81d3542a419d6"')
_CHAOS = (
    _fault("stores, 200 without ETag", _FAILS, "end", _NO_ETAG, "keeps", stores=True),
    _fault("another file's checksum", _FAILS, "end", _OTHER_CRC, "keeps"),
    _fault("another file's ETag", _FAILS, "end", _OTHER_MD5, "keeps"),
    _fault("stores, ends in mid-answer", _FAILS, "end", HALF_OK, "closes", stores=True),
    _fault(
        "stores, a head that never ends", _FAILS, "end", OK[:16] + b"X: " + b"x" * 5000, "stays", stores=True
    ),
    _fault(
        "a head of 100 kB", _FAILS, "end", b"HTTP/1.1 403 No\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", "keeps"
    ),
    _fault("503 with 3 MB", _FAILS, "end", b"HTTP/1.1 503 Slow" + _BIG, "keeps"),
    _fault("403 with 3 MB early", _FAILS, "head", b"HTTP/1.1 403 No" + _BIG, "keeps"),
    _fault("403 with an echo", _FAILS, "end", refusal(403, _ECHO, f"x-amz-request-id: {_ECHO}"), "keeps"),
    _fault("503, later", _FAILS, "end", refusal(503, "SlowDown", "Retry-After: 1"), "keeps"),
    _fault("503, much later", _FAILS, "head", refusal(503, "SlowDown", "Retry-After: 600"), "closes"),
    _fault("answers nothing", _FAILS, "end", b"", "stays"),
    _fault("stores and answers nothing", _FAILS, "end", b"", "stays", stores=True),
    _fault("takes nothing of the body", _FAILS, "head", b"", "stays"),
    _fault("stops in the body", _FAILS, "middle", b"", "stays"),
    Misbehaviour("ETag with an echo", response=OK.replace(b'"e"', b'"' + SIGNATURE + b'"'), stores=True),
    Misbehaviour("200 with 3 MB", response=b'HTTP/1.1 200 OK\r\nETag: "e"' + _BIG, stores=True),
)
_UNASKED = tuple(each for each in MISBEHAVIOURS if each.second_response or each.response == OK + OK)
QUIET_CHAOS = (*(each for each in MISBEHAVIOURS if each not in _UNASKED), *_CHAOS * 3)
TALKATIVE_CHAOS = (*MISBEHAVIOURS, *_UNASKED * 10, *_CHAOS)
