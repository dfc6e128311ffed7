"""What the tests of header and checksum fields share: files, a checksum, and how a form is refused."""

import base64

import anycrc
import pytest

from tests.support.client.raw_http import PLAIN, RETRY, form, post
from tests.support.service.running_service import Running

SMALL = b"12345"
LARGE = bytes(range(256)) * 8192  # 2 MiB: more than the plain endpoint keeps
both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])
sizes = pytest.mark.parametrize("content", [b"", SMALL, LARGE], ids=["empty", "small", "large"])


def crc64nvme(content: bytes) -> str:
    """The checksum as S3 and our receipts write it."""
    value: int = anycrc.Model("CRC64-NVME").calc(content)
    return base64.b64encode(value.to_bytes(8, "big")).decode()


def refusal(service: Running, path: str, *parts: bytes) -> tuple[str, str]:
    """The code and the sentence of the answer to a form."""
    problem = post(service.port, path, form(*parts)).json
    assert problem["success"] is False
    return problem["code"], problem["detail"]
