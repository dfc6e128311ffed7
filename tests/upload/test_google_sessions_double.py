"""The double of Google's sessions obeys Google's own client, so what it says of the service counts.

Rules: the client is google-resumable-media; the service is not asked here, but for the last test.
"""

import io
from collections.abc import Callable
from typing import Any, cast

import pytest
import requests
from google.resumable_media import common
from google.resumable_media import requests as googles

from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.google_sessions import UNIT_BYTES, Fault, GoogleSessions, Session
from tests.upload.session_forms import WHOLE, done, more, send

ORIGINS = {
    "JSON": "upload/storage/v1/b/bucket/o?uploadType=resumable&name=a",
    "XML": "bucket/a?X-Goog-Signature=ab",
}


class Client:
    """Google's client with one upload. It does not try again by itself, so that a fault is seen."""

    def __init__(self, google: GoogleSessions, origin: str, *, knows_length: bool) -> None:
        self.transport = requests.Session()
        headers = {"x-goog-resumable": "start"} if origin == "XML" else None
        untyped: Any = googles
        self.upload = untyped.ResumableUpload(google.url + ORIGINS[origin], UNIT_BYTES, headers=headers)
        self.upload._retry_strategy = cast(Any, common).RetryStrategy(max_retries=0)
        self.upload.initiate(
            self.transport, io.BytesIO(WHOLE), {"name": "a"}, "image/png", stream_final=knows_length
        )
        TRANSCRIPT.hide(self.upload.resumable_url)
        self.session: Session = google.sessions[self.upload.resumable_url.rpartition("=")[2]]

    def send_all(self) -> int:
        """Send all pieces; how often it had to ask how far the session is."""
        recovered = 0
        while not self.upload.finished:
            try:
                self.upload.transmit_next_chunk(self.transport)
            except (requests.ConnectionError, common.InvalidResponse):
                recovered += 1
                self.upload._make_invalid()
                self.upload.recover(self.transport)
        self.transport.close()
        return recovered


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("knows_length", [True, False])
@pytest.mark.parametrize(
    ("fault", "recovered"),
    [(None, 0), ("keeps less", 0), ("fails", 1), ("loses the answer", 1), ("cuts", 1)],
)
def test_googles_client(
    google: GoogleSessions, origin: str, knows_length: bool, fault: Fault | None, recovered: int
) -> None:
    """It uploads to the double, through each fault."""
    client = Client(google, origin, knows_length=knows_length)
    client.session.faults = [fault] if fault else []
    assert client.send_all() == recovered
    assert (client.session.content, client.session.is_complete) == (WHOLE, True)


def test_begun_by_google_and_ended_by_us(
    google: GoogleSessions, to_google: Running, begin: Callable[..., tuple[str, Session]]
) -> None:
    """Google's client sends the first piece and the third, the service the second and the rest."""
    client = Client(google, "JSON", knows_length=True)
    client.upload.transmit_next_chunk(client.transport)
    piece = WHOLE[UNIT_BYTES : 2 * UNIT_BYTES]
    url = client.upload.resumable_url
    told = f"bytes {UNIT_BYTES}-{2 * UNIT_BYTES - 1}/{len(WHOLE)}"
    assert more(send(to_google, url, piece, told)) == 2 * UNIT_BYTES
    client.upload._make_invalid()
    client.upload.recover(client.transport)
    client.upload.transmit_next_chunk(client.transport)
    client.transport.close()
    rest = f"bytes {3 * UNIT_BYTES}-{len(WHOLE) - 1}/{len(WHOLE)}"
    done(send(to_google, url, WHOLE[3 * UNIT_BYTES :], rest))
    assert client.session.content == WHOLE
