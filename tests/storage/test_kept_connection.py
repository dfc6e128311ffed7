"""A connection to storage that is kept between uploads, and what storage says on it unasked."""

import socket
import threading
import time

import pytest
from devtools import signed_queries

from tests.support.double import OK, answer
from tests.support.service import Running
from tests.support.transcript import TRANSCRIPT
from tests.support.wire import PLAIN, field, file, form, post

REFUSAL = answer(403)
UNASKED_SECONDS = 0.1
QUERY = signed_queries.v2("77aa01c3")


class Talkative:
    """Answers the first PUT, and says something more on its connection; refuses every other PUT."""

    def __init__(self, unasked: bytes) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.refused = 0
        self._unasked = unasked
        self._first = True
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Its address, with a last slash."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}/"

    def _accept(self) -> None:
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(line,), daemon=True).start()

    def _serve(self, line: socket.socket) -> None:
        with line:
            while self._take(line):
                if not self._first:
                    self.refused += 1
                    line.sendall(REFUSAL)
                    continue
                self._first = False
                line.sendall(OK)
                time.sleep(UNASKED_SECONDS)
                if not self._unasked:
                    return
                line.sendall(self._unasked)

    @staticmethod
    def _take(line: socket.socket) -> bool:
        heard = b""
        while not heard.endswith(b"\r\n\r\n12345"):
            piece = line.recv(65536)
            if not piece:
                return False
            heard += piece
        return True


@pytest.mark.parametrize("unasked", [OK, REFUSAL, b"\r\n", b"nonsense", b""])
def test_what_nobody_asked_is_no_answer(unasked: bytes) -> None:
    """The next upload takes another connection, and hears what storage says to it and nothing else."""
    storage = Talkative(unasked)
    body = form(field("uploadUrl", TRANSCRIPT.hide(f"{storage.url}k?{QUERY}")), file(b"12345"))
    with Running(UPLOAD_DESTINATIONS=storage.url) as running:
        assert post(running.port, PLAIN, body).status == 200
        time.sleep(2 * UNASKED_SECONDS)
        answered = post(running.port, PLAIN, body)
    storage.listener.close()
    assert (answered.status, answered.json["code"]) == (403, "access_denied")
    assert storage.refused == 1
