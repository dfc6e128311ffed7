"""What the tests of the TypeScript client share: where it runs, and what a call led to."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.support.storage.storage_double import Reply, answer
from tests.system.upload_client import runners

TOKEN = secrets.token_hex(32)
RUNNERS = [
    pytest.param(runners.in_node, marks=pytest.mark.node, id="node"),
    pytest.param(runners.in_chromium, marks=[pytest.mark.node, pytest.mark.chromium], id="chromium"),
]
# Files of a disk: a page is given none by their paths (its files: test_examples_next.py).
IN_NODE = RUNNERS[:1]
CORS = "Access-Control-Allow-Origin: *"
PREFLIGHT = Reply(
    answer(204, b"", CORS, "Access-Control-Allow-Headers: *, Authorization", "Access-Control-Max-Age: 600",
           "Connection: close"),
    after="head",
    then="close",
)  # fmt: skip
STORED = Reply(answer(200, b'{"success": true}', CORS))
# Runs an upload and returns its outcome.
Upload = Callable[..., Awaitable[dict[str, Any]]]


def content(size: int) -> bytes:
    """The file that is sent."""
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def phases(outcome: dict[str, Any]) -> list[str]:
    """The phases that were reported, without repetitions."""
    told = [event["phase"] for event in outcome["told"]]
    return [phase for before, phase in zip([None, *told], told, strict=False) if phase != before]
