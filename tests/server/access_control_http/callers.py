"""What clients send in these tests: tokens, and addresses that have not been seen before."""

import itertools
import uuid

import pytest

from tests.support.client.raw_http import PLAIN, RETRY
from tests.support.service.transcript import TRANSCRIPT

MIB = 1024 * 1024
BOTH = pytest.mark.parametrize("path", [PLAIN, RETRY])
PAGES = ("/", "/docs", "/errors", "/errors/rate_limited", "/healthz", "/readyz", "/nowhere")


def secret(mark: str) -> str:
    """A token for the tests. It and its first half are secrets that nothing may say during the run."""
    text = f"{mark}{uuid.uuid4().hex}~%/+="
    TRANSCRIPT.secrets.update({text, text[: len(text) // 2]})
    return text


OLD, NEW, UNNAMED, WRONG = secret("old"), secret("new"), secret("unnamed"), secret("wrong")


def bearer(token: str, scheme: str = "Bearer") -> str:
    """The header line that shows a token."""
    return f"Authorization: {scheme} {token}"


_LAST_OCTETS = itertools.count(1)


def stranger() -> str:
    """The header line of an address that has not been seen before."""
    return f"X-Forwarded-For: 198.51.100.{next(_LAST_OCTETS)}"
