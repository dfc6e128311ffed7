"""Parsers of settings: from the text that an operator writes in a variable to a value.

Knows: the form of each kind of value.
Rules: a parser raises ValueError for a text that it does not understand. The error's text completes the
sentence "VARIABLE …" and never quotes the value, which may hold a secret.
Must not know: which variables there are.
"""

import os
import re
from collections.abc import Callable
from typing import TypeVar

from upload_service.clients.bearer_tokens import ApiToken, parse_tokens
from upload_service.clients.grant_keys import (
    GrantKey,
    holds_public_keys,
    parse_public_keys,
    parse_secrets,
)
from upload_service.content.allowed_types import AllowedTypes, parse_allowed_types

T = TypeVar("T")
BYTE_UNITS = {"": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30}
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def seconds(low: float, high: float = float("inf")) -> Callable[[str], float]:
    """A parser of seconds from `low` to `high`, with at most three decimals."""

    def parse(text: str) -> float:
        if not re.fullmatch(r"\d{1,9}(\.\d{1,3})?", text, re.ASCII) or not low <= float(text) <= high:
            raise ValueError(f"must be a number of seconds, at least {low:g}")
        return float(text)

    return parse


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A parser of whole numbers from `low` to `high`, both included."""

    def parse(text: str) -> int:
        if not re.fullmatch(r"\d{1,9}", text, re.ASCII) or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return int(text)

    return parse


def optional(parse: Callable[[str], T]) -> Callable[[str], T | None]:
    """A parser that returns None for an empty text and calls `parse` for any other."""
    return lambda text: parse(text) if text else None


def choice(*words: str) -> Callable[[str], str]:
    """A parser that accepts one of these words."""

    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"must be one of {', '.join(words)}")
        return text

    return parse


def byte_count(low: int, high: int | None = None) -> Callable[[str], int]:
    """A parser of a number of bytes, at least `low` and at most `high`, such as 67108864 or 64MiB."""
    bounds = f"at least {low}" if high is None else f"from {low} to {high}"

    def parse(text: str) -> int:
        match = re.fullmatch(r"(\d{1,15}) ?(|KiB|MiB|GiB)", text, re.ASCII)
        count = int(match[1]) * BYTE_UNITS[match[2]] if match else -1
        if count < low or (high is not None and count > high):
            raise ValueError(f"must be a number of bytes, {bounds}, such as 67108864 or 64MiB")
        return count

    return parse


def mebibytes(text: str) -> int:
    """A number of MiB, in bytes; 0 when empty."""
    return byte_count(0)(f"{text}MiB") if text else 0


def log_level(text: str) -> str:
    """The name of a log level of the standard library, in upper case; `text` may have any case."""
    if text.upper() not in LOG_LEVELS:
        raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}")
    return text.upper()


def metrics_namespace(text: str) -> str:
    """A namespace of CloudWatch that is not Amazon's own.

    Source: docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
    """
    if not re.fullmatch(r"(?!AWS/)[\w./#-][\w./#:-]{0,254}", text, re.ASCII):
        raise ValueError("must be up to 255 letters, digits and ._-/#: that do not begin with AWS/")
    return text


def bind_address(text: str) -> str | None:
    """A host name or IP address to listen on; None when empty."""
    if re.search(r"[\s/]", text):
        raise ValueError("must be one host name or address")
    return text or None


def existing_file(text: str) -> str | None:
    """The path of a file that exists; None when empty."""
    if text and not os.path.isfile(text):
        raise ValueError("must name a file with certificates that exists")
    return text or None


def writable_folder(text: str) -> str | None:
    """The path of a folder in which this process can create files; None when empty."""
    if text and not (os.path.isdir(text) and os.access(text, os.W_OK | os.X_OK)):
        raise ValueError("must name a folder that exists and can be written to")
    return text or None


def api_tokens(text: str) -> tuple[ApiToken, ...]:
    """Tokens separated by commas, or `@` and the path of a file with one token a line; () when empty."""
    if not text:
        return ()
    listed = _lines(_file_text(text[1:])) if text.startswith("@") else text.split(",")
    entries = [entry.strip() for entry in listed]
    if not entries:
        raise ValueError("must name a file that holds a token")
    return parse_tokens(entries)


def _file_text(path: str) -> str:
    try:
        with open(path, encoding="utf-8-sig") as file:
            return file.read()
    except (OSError, ValueError):  # the error's own text would quote the path, or a byte of the file
        raise ValueError("must name, after the @, a text file that can be read") from None


def _lines(text: str) -> list[str]:
    """The lines of a text, without blank lines and comments."""
    lines = [line.strip() for line in text.split("\n")]
    return [line for line in lines if line and not line.startswith("#")]


def upload_page(text: str) -> str:
    """`on`, `off`, or the URL of a signer, which goes to browsers and into a Content-Security-Policy."""
    signer = r"(?a)https?://[\w.-]+(:\d{1,5})?/[\w.~/%?&=+-]*"
    if text not in ("on", "off") and not re.fullmatch(signer, text):
        raise ValueError("must be on, off, or the URL of a signer such as https://app.example.com/presign")
    return text


def allowed_types(text: str) -> AllowedTypes | None:
    """Media types separated by commas, each like `image/png` or `image/*`, and the word `parts`; or None."""
    return parse_allowed_types(text.split(",")) if text else None


def grant_keys(text: str) -> tuple[GrantKey, ...]:
    """Secrets separated by commas, or `@` and a file's path: secrets, PEM or a JWK Set; () when empty."""
    if not text.startswith("@"):
        return parse_secrets(entry.strip() for entry in text.split(",")) if text else ()
    content = _file_text(text[1:])
    if holds_public_keys(content):
        return parse_public_keys(content)
    if not (lines := _lines(content)):
        raise ValueError("must name a file that holds a key")
    return parse_secrets(lines)
