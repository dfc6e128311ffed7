"""Heads that cannot be read are refused in our own words and logged, and nothing of them is repeated."""

from collections.abc import Callable

import pytest

from tests.server.every_answer import BROKEN_HEADS, MARK, STRANGER, every_answer_and_broken, send
from tests.support.client.raw_http import Answer, Connection
from tests.support.service.problem_documents import assert_problem
from tests.support.service.running_service import Running


@every_answer_and_broken
def test_no_software_is_named(service: Running, make: Callable[[int, str], Answer]) -> None:
    """No answer has a Server header that names a library or a version."""
    assert make(service.port, STRANGER).headers.get("server", "upload-service") == "upload-service"


@pytest.mark.parametrize("name", BROKEN_HEADS)
def test_broken_head_is_refused(service: Running, name: str) -> None:
    """A broken head gets a problem document with 400, nothing of it comes back, and the connection closes."""
    with Connection(service.port) as connection:
        connection.send(BROKEN_HEADS[name])
        answer = connection.answer()
        assert_problem(answer, "bad_request")
        said = repr((answer.headers, answer.body))
        assert MARK.decode() not in said
        assert connection.socket.recv(1) == b""
    assert not any(MARK.decode() in line for line in service.raw_log)


def test_broken_head_is_logged_with_its_id(service: Running) -> None:
    """The id in the answer to a broken head finds its line in the log."""
    answer = send(service.port, BROKEN_HEADS["nul"])
    event = service.wait_for(lambda event: event.get("request_id") == answer.request_id)
    assert event["event"] == "bad_request_head"
