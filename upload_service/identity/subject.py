"""The subject of a signed token or a grant: what may be told of it, and how its uploads are counted.

Knows: RFC 7519 section 4.1.2.
Must not know: whose token it is, where the subject is told.
"""

import hashlib

from upload_service.clients.caller import SUBJECT_KEY, Caller

_HASH_DIGITS = 16


def subject_digest(subject: str) -> str:
    """The SHA-256 of a subject, in hex."""
    return hashlib.sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()


def shown_subject(subject: str | None, how: str) -> str | None:
    """What the log says of a subject: `how` is `sub`, `hash` or `off`. What cannot be printed is hashed."""
    if subject is None or how == "off":
        return None
    return subject if how == "sub" and subject.isprintable() else subject_digest(subject)[:_HASH_DIGITS]


def note_subject(caller: Caller, subject: str | None, how: str, *, counts: bool) -> None:
    """Let the log say whose request it is. `how`: see above. `counts`: it counts for the subject."""
    if subject is None:
        return
    caller.subject = shown_subject(subject, how)
    if counts:
        # Its own, wherever it sits: a subject is one client, as an address behind a proxy is not.
        caller.rate_limit_key, caller.is_believed = SUBJECT_KEY + subject_digest(subject), True
