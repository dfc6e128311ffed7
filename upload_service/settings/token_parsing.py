"""Parsers of the settings of signed tokens: issuer, keys, audiences.

Rules: as in `parsing.py`.
Must not know: how tokens are verified.
"""

import json
import re

from upload_service.clients.key_urls import may_be_asked


def issuer(text: str) -> str | None:
    """The URL of an issuer, kept as it is written; None when empty."""
    if text and not may_be_asked(text):
        raise ValueError(
            "must be the https URL of an issuer (http on this machine alone), such as https://login.example.com/"
        )
    if "?" in text or "#" in text:  # OpenID Connect Core 1.0 section 2, iss
        raise ValueError("must be a URL without a query and without a fragment")
    if text.endswith("/.well-known/openid-configuration"):
        raise ValueError("must be the issuer alone, without /.well-known/openid-configuration")
    return text or None


def key_source(text: str) -> str | None:
    """The URL of a key set, or `@` and the path of a file that holds one; None when empty."""
    if text.startswith("@"):
        _read_key_set(text[1:])
    elif text and not may_be_asked(text):
        raise ValueError(
            "must be the https URL of a JSON Web Key Set (http on this machine alone), or @ and the path of "
            "a file"
        )
    return text or None


def audiences(text: str) -> tuple[str, ...]:
    """Audiences separated by commas; () when empty."""
    entries = tuple(entry.strip() for entry in text.split(",")) if text else ()
    if not all(re.fullmatch(r"[!-~]+", entry) for entry in entries):
        raise ValueError("must be audiences of printable ASCII, separated by commas")
    return entries


def _read_key_set(path: str) -> None:
    try:
        with open(path, encoding="utf-8") as file:
            keys = json.load(file)["keys"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        keys = None
    if not isinstance(keys, list):
        raise ValueError("must name, after the @, a file that holds a JSON Web Key Set")
