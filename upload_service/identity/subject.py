"""What may be told of the subject of a signed token: RFC 7519, section 4.1.2.

Must not know: whose token it is, where the subject is told.
"""

import hashlib

_HASH_DIGITS = 16


def subject_digest(subject: str) -> str:
    """The SHA-256 of a subject, in hex."""
    return hashlib.sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()


def shown_subject(subject: str | None, how: str) -> str | None:
    """What the log says of a subject: `how` is `sub`, `hash` or `off`. What cannot be printed is hashed."""
    if subject is None or how == "off":
        return None
    return subject if how == "sub" and subject.isprintable() else subject_digest(subject)[:_HASH_DIGITS]
