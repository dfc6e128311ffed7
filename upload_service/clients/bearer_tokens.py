"""API tokens: which ones are valid, and which of them a caller has sent.

Knows: how an operator writes a token, and how a caller sends it (RFC 6750, section 2.1).
Rules: only digests are kept, and only names are shown. A token that came is compared with every valid one, in
time that does not depend on how much of it is right. Text that cannot be used is a ValueError that completes
the sentence "VARIABLE …" and never quotes the text.
Must not know: requests, where the tokens are configured.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

# RFC 7518 section 3.2: a key of HS256, which secrets of grants are, has at least the size of its hash.
MIN_CHARACTERS = 32
# RFC 6750 section 3: no error code when no token came.
CHALLENGE = 'Bearer realm="upload-service"'
CHALLENGE_WRONG = f'{CHALLENGE}, error="invalid_token"'
CHALLENGE_SCOPE = f'{CHALLENGE}, error="insufficient_scope"'
NAME = r"[A-Za-z0-9._-]{1,32}"
_BEARER_LINE = re.compile(r"bearer +(\S.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class ApiToken:
    """A valid token: its name, which the log shows, and the SHA-256 digest of its text."""

    name: str
    digest: bytes = field(repr=False)


def token_digest(text: str) -> bytes:
    """The SHA-256 digest of a token. The token may have bytes that are not text, as header values may."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def parse_tokens(entries: Iterable[str]) -> tuple[ApiToken, ...]:
    """Read entries of the form `token` or `name:token`; the first colon ends the name. Raises ValueError.

    A name may have several tokens, so that an old one remains valid until all callers have the new one.
    """
    named = [parse_named(text, position, "token") for position, text in enumerate(entries, 1)]
    tokens = tuple(ApiToken(name, token_digest(token)) for name, token in named)
    if len({token.digest for token in tokens}) < len(tokens):
        raise ValueError("must not hold a token twice")
    return tokens


def parse_named(text: str, position: int, word: str) -> tuple[str, str]:
    """The name and the value of one entry. Raises ValueError, whose text calls the value by this word."""
    name, colon, value = text.partition(":")
    if not colon:
        name, value = f"{word}-{position}", text
    if not re.fullmatch(NAME, name):
        raise ValueError(f"must name {word}s with at most 32 letters, digits and . _ - before the colon")
    if not re.fullmatch(r"[!-~]*", value):
        raise ValueError(f"must hold {word}s of printable ASCII without spaces")
    if len(value) < MIN_CHARACTERS:
        raise ValueError(f"must hold {word}s of at least {MIN_CHARACTERS} characters")
    return name, value


def bearer_token(authorization: Sequence[str]) -> str | None:
    """The first bearer token in the lines of the Authorization header; None if they have none."""
    bearers = [match[1] for line in authorization if (match := _BEARER_LINE.fullmatch(line))]
    return bearers[0] if bearers else None


def authenticate(tokens: Sequence[ApiToken], authorization: Sequence[str]) -> str | None:
    """The name of the valid token in the Authorization header; None if it is not valid.

    More than one Authorization line is never valid.
    """
    shown = bearer_token(authorization) if len(authorization) == 1 else None
    if shown is None:
        return None
    shown_digest, name = token_digest(shown), None
    for token in tokens:
        if hmac.compare_digest(shown_digest, token.digest):
            name = token.name
    return name
