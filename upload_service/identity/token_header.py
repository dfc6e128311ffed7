"""The head of a signed token: which key and which algorithm it asks for.

Knows: the compact form of a JSON Web Signature (RFC 7515 section 3.1), and the types of tokens that let
somebody call.
Rules: bounded before anything is decoded. The head chooses among known keys, and does nothing else: a key, a
URL of keys or a certificate in it (`jwk`, `jku`, `x5c`, `x5u`) is never looked at. Whatever is critical
(`crit`) is refused, as this service knows no extension.
Must not know: keys, claims.
"""

import re
from typing import NamedTuple

from upload_service.identity.strict_json import encoded_object

# As long as the line of a request's head may be. Most tokens have 1 or 2 KiB.
MAX_TOKEN_CHARACTERS = 8 * 1024
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
# RFC 7519 section 5.1, RFC 9068 section 2.1. A logout token or a security event is signed by the same keys.
_TYPES = frozenset({"jwt", "at+jwt", "application/at+jwt", "application/jwt"})


class TokenHeader(NamedTuple):
    """The algorithm that the token says it is signed by, and the id of its key; None if it names none."""

    algorithm: str
    key_id: str | None


def is_signed_token(token: str) -> bool:
    """Whether this has the form of a signed token, whatever is in it."""
    return len(token) <= MAX_TOKEN_CHARACTERS and _COMPACT.fullmatch(token) is not None


def read_header(token: str) -> TokenHeader:
    """The head of a token. Raises ValueError, whose text quotes nothing of it."""
    if not is_signed_token(token):
        raise ValueError("not three parts of base64url within the bound")
    header = encoded_object(token.partition(".")[0])
    algorithm, key_id, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if not isinstance(algorithm, str) or not (key_id is None or isinstance(key_id, str)):
        raise ValueError("alg or kid is no text")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise ValueError("a token of another type")
    if "crit" in header or "b64" in header or "enc" in header:
        raise ValueError("needs an extension")
    return TokenHeader(algorithm, key_id)
