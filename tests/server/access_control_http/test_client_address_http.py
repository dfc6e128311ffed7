"""The client's address over real sockets: who may name it, and what counts as one address."""

from tests.server.access_control_http.callers import OLD, bearer, stranger
from tests.support.client.raw_http import PLAIN, post
from tests.support.service.running_service import Running


def test_forged_address_does_nothing(untrusting: Running, body: bytes) -> None:
    """X-Forwarded-For from anybody but a trusted proxy is ignored."""
    answers = [post(untrusting.port, PLAIN, body, stranger()) for _ in range(3)]
    assert [answered.status for answered in answers] == [200, 429, 429]
    clients = {untrusting.upload_event(answered.request_id)["client"] for answered in answers}
    assert clients == {"127.0.0.1"}


def test_forged_address_behind_a_proxy(counted: Running, body: bytes) -> None:
    """What a client writes into X-Forwarded-For stands left of its own address, and is ignored."""
    address = stranger().split()[-1]
    for forged in ("9.9.9.1", "9.9.9.2", "127.0.0.1", "unknown"):
        answered = post(counted.port, PLAIN, body, bearer(OLD), f"X-Forwarded-For: {forged}, {address}:4711")
        assert counted.upload_event(answered.request_id)["client"] == address
    assert answered.status == 429
    two_lines = [f"X-Forwarded-For: {each}" for each in ("9.9.9.3", address)]
    assert post(counted.port, PLAIN, body, bearer(OLD), *two_lines).status == 429


def test_ipv6_addresses_of_one_customer(counted: Running, body: bytes) -> None:
    """The addresses of one /64 have one rate; the log has the address itself."""
    answers = [
        post(counted.port, PLAIN, body, bearer(OLD), f"X-Forwarded-For: [2001:db8::{number}]:80")
        for number in (1, 2, 3)
    ]
    assert [answered.status for answered in answers] == [200, 200, 429]
    assert counted.upload_event(answers[2].request_id)["client"] == "2001:db8::3"
    assert post(counted.port, PLAIN, body, bearer(OLD), "X-Forwarded-For: 2001:db8:0:1::1").status == 200
