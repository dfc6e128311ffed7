"""The ways in which the soak's storage misbehaves: data, one line each.

Knows: what a store, or what stands before it, may say and do at the wrong moment, and by which code the
service must tell of it.
Must not know: sockets, the service.
"""

from dataclasses import dataclass
from typing import Literal

OK = b'HTTP/1.1 200 OK\r\nETag: "e"\r\nContent-Length: 0\r\n\r\n'
HALF_OK = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<ok"
HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
GARBAGE = b"\x15\x03\x01\x00\x02\x02\x46 220 mail.example ESMTP\r\n\r\n"

At = Literal["head", "middle", "end"]
Then = Literal["keeps", "closes", "resets"]


@dataclass(frozen=True)
class Whim:
    """Read up to `at`, wait, say `says` and do `then`; what is left of the body is read on by who `keeps`.

    `stores`: a body that came whole is kept, whatever the service gets to hear. `codes`: what an upload that
    ends with this may be told; none for what must not harm it. `hundred`: seconds until 100 Continue, None
    for never. `stall`: seconds of silence in mid-body. `again`: said a moment after the answer, for nothing.
    """

    name: str
    codes: frozenset[str] = frozenset()
    at: At = "end"
    says: bytes = OK
    then: Then = "keeps"
    stores: bool = False
    hundred: float | None = 0.0
    stall: float = 0.0
    pause: float = 0.0
    slowly: bool = False
    again: bytes = b""

    @property
    def is_harmless(self) -> bool:
        """Whether this PUT is stored and told so, sooner or later."""
        return not self.codes


def refusal(status: int, code: str, *headers: str) -> bytes:
    """An answer as S3 words it, with what it must not be relayed for."""
    body = f"<Error><Code>{code}</Code><StringToSign>AWS4 secret</StringToSign></Error>".encode()
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _fault(name: str, codes: str, at: At, says: bytes, then: Then, *, stores: bool = False) -> Whim:
    return Whim(name, frozenset(codes.split()), at, says, then, stores=stores)


GOOD = Whim("behaves", stores=True)

# Each of them early with a hang-up, early with an ear for the rest, half-way, and late.
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
)

_BROKE = "storage_disconnected"
# What breaks off, or is no HTTP at all, may look like a connection that broke.
_BROKEN_ANSWER = "storage_bad_answer storage_disconnected"
_ODD = (
    _fault("resets at the head", _BROKE, "head", b"", "resets"),
    _fault("resets in the body", _BROKE, "middle", b"", "resets"),
    _fault("resets after the body", _BROKE, "end", b"", "resets"),
    _fault("stores and resets", _BROKE, "end", b"", "resets", stores=True),
    _fault("closes at the head", _BROKE, "head", b"", "closes"),
    _fault("closes in the body", _BROKE, "middle", b"", "closes"),
    _fault("closes after the body", _BROKE, "end", b"", "closes"),
    _fault("stores and closes", _BROKE, "end", b"", "closes", stores=True),
    _fault(
        "stores and says 500", "storage_error", "end", refusal(500, "InternalError"), "keeps", stores=True
    ),
    _fault("babbles at the head", _BROKEN_ANSWER, "head", GARBAGE, "closes"),
    _fault("babbles in the body", _BROKEN_ANSWER, "middle", GARBAGE, "keeps"),
    _fault("babbles after the body", _BROKEN_ANSWER, "end", GARBAGE, "keeps"),
    _fault("stores and says half", _BROKEN_ANSWER, "end", OK[:20], "closes", stores=True),
    _fault("stores and breaks off", _BROKEN_ANSWER, "end", HALF_OK, "resets", stores=True),
    _fault("stores and cuts the line", _BROKEN_ANSWER, "end", OK, "resets", stores=True),
    # Whoever had sent all by then must believe it, so what comes whole is kept.
    _fault("praises at the head", _BROKEN_ANSWER, "head", OK, "keeps", stores=True),
    _fault("praises in the body", _BROKEN_ANSWER, "middle", OK, "keeps", stores=True),
)

_HARMLESS = (
    Whim("never says 100", hundred=None, stores=True),
    Whim("says 100 late", hundred=0.6, stores=True),
    Whim("says 100 too late", hundred=1.3, stores=True),
    Whim("stalls in the body", stall=1.2, stores=True),
    Whim("stalls before the answer", pause=1.2, stores=True),
    Whim("trickles its answer", slowly=True, stores=True),
    Whim("hints first", says=HINTS + OK, stores=True),
    Whim("stores and hangs up", then="closes", stores=True),
    Whim("answers twice at once", says=OK + OK, stores=True),
    Whim("answers twice", again=OK, stores=True),
    Whim("stores and refuses later", again=refusal(403, "AccessDenied"), stores=True),
)

WHIMS = (
    *(_fault(f"{name} early, hangs up", codes, "head", says, "closes") for name, codes, says in _REFUSALS),
    *(_fault(f"{name} early", codes, "head", says, "keeps") for name, codes, says in _REFUSALS),
    *(_fault(f"{name} half-way", codes, "middle", says, "closes") for name, codes, says in _REFUSALS),
    *(_fault(f"{name} late", codes, "end", says, "keeps") for name, codes, says in _REFUSALS),
    *(Whim(f"{name} late, trickling", frozenset(codes.split()), says=says, slowly=True)
      for name, codes, says in _REFUSALS[:2]),
    *_ODD * 2,
    *_HARMLESS * 2,
)  # fmt: skip
