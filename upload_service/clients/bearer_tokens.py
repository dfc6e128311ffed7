"""The tokens that callers show, and whether one of them is right.

Knows: how an operator writes a token, and how a caller sends it (RFC 6750, section 2.1).
Rules: only digests are kept, and names are all that is ever shown; every token is compared, in time that does
not depend on how much of it is right; a text that is not understood is a ValueError that completes the
sentence "VARIABLE …" and never quotes it.
Must not know: requests, where the tokens were written.
"""

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

MIN_TOKEN_CHARACTERS = 32
_NAME = re.compile(r"[A-Za-z0-9._-]{1,32}")
_TOKEN = re.compile(r"[!-~]*")
_BEARER_LINE = re.compile(r"bearer +(\S.*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A name for the log, and the digest of what the caller shows."""

    name: str
    digest: bytes = field(repr=False)


def token_digest(text: str) -> bytes:
    """What is kept and compared; header values may hold bytes that are no text."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


def parse_tokens(entries: Iterable[str]) -> tuple[ApiToken, ...]:
    """The tokens of entries `token` or `name:token`; the first colon ends the name.

    A name may have several tokens, so that its old one goes on until all its callers have the new one.
    """
    tokens = tuple(_parse_token(text, position) for position, text in enumerate(entries, 1))
    if len({token.digest for token in tokens}) < len(tokens):
        raise ValueError("must not hold a token twice")
    return tokens


def _parse_token(text: str, position: int) -> ApiToken:
    name, colon, token = text.partition(":")
    if not colon:
        name, token = f"token-{position}", text
    if not _NAME.fullmatch(name):
        raise ValueError("must name tokens with at most 32 letters, digits and . _ - before the colon")
    if not _TOKEN.fullmatch(token):
        raise ValueError("must hold tokens of printable ASCII without spaces")
    if len(token) < MIN_TOKEN_CHARACTERS:
        raise ValueError(f"must hold tokens of at least {MIN_TOKEN_CHARACTERS} characters")
    return ApiToken(name, token_digest(token))


def bearer_token(authorization: Sequence[str]) -> str | None:
    """The bearer token in the lines of the Authorization header, None when there is none to judge."""
    bearers = [match[1] for line in authorization if (match := _BEARER_LINE.fullmatch(line))]
    return bearers[0] if bearers else None


def authenticate(tokens: Sequence[ApiToken], authorization: Sequence[str]) -> str | None:
    """The name of the token that the one Authorization line shows; None when that is no right one."""
    shown = bearer_token(authorization) if len(authorization) == 1 else None
    if shown is None:
        return None
    shown_digest, name = token_digest(shown), None
    for token in tokens:
        if hmac.compare_digest(shown_digest, token.digest):
            name = token.name
    return name
