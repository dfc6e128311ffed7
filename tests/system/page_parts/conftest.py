"""A port with a signer, and two files for it."""

import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from local import ports
from local.page_signer import signing
from local.store import Bucket

from tests.support.browser.parts_page import RULES, Place


@pytest.fixture(scope="package")
def place(bucket: Bucket) -> Iterator[Place]:
    """The service is for each test to start."""
    with ExitStack() as stack:
        port = ports.free_port()
        yield Place(bucket, port, stack.enter_context(signing(bucket, port, RULES)))


@pytest.fixture(scope="package")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of 24 MB, in five parts of which each is another."""
    file = tmp_path_factory.mktemp("large") / "film.mp4"
    file.write_bytes(random.Random(19).randbytes(24_000_000))
    return file


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A file of 11 MB, in three parts, for one test."""
    file = tmp_path / "clip.mp4"
    file.write_bytes(random.Random(20).randbytes(11_000_000))
    return file
