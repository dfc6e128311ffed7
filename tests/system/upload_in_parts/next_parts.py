"""The Next.js example with its routes for parts, which sign for the real store behind one who counts."""

from collections.abc import Iterator

import pytest
from local import ports
from local.store import Bucket

from tests.support.examples import next_app, parts_back_end
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.counting_store import CountingStore


@pytest.fixture(scope="module")
def next_origin(
    bucket: Bucket,
    parts_store: CountingStore,
    parts_running: Running,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The origin of the app."""
    log = tmp_path_factory.mktemp("next") / "log"
    settings = parts_back_end.environment(bucket, parts_store.endpoint, parts_running.url)
    port = ports.free_port()
    with next_app.started(port, log, **{**settings, "PATH": next_app.QUIET["PATH"]}) as origin:
        yield origin
    TRANSCRIPT.hear("next", log.read_text())
