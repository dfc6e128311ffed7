"""`upload-service --check`: the ports of the service and of its metrics."""

import socket

from local.ports import free_port

from tests.doctor.run_check import PATIENT, check
from tests.support.service.running_service import Running
from upload_service import __version__


def test_port_of_another() -> None:
    """A port that another program uses is a failure that names the port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        seen = check(PORT=str(port))
    assert (seen.status, seen.verdicts("port")) == (1, ["fail"])
    assert f"cannot listen on port {port} of 127.0.0.1 (Address already in use)" in seen.said


def test_port_of_ours(service: Running) -> None:
    """A port on which this service already answers is fine, because the check runs beside it."""
    seen = check(PORT=str(service.port), program=PATIENT)
    assert (seen.status, seen.verdicts("port")) == (0, ["ok"])
    assert f"upload-service {__version__} runs here already; port {service.port}" in seen.said


def test_port_of_metrics() -> None:
    """The port of metrics is checked like the other, under its own setting."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        seen = check(PORT=str(free_port()), UPLOAD_METRICS="prometheus", UPLOAD_METRICS_PORT=port)
    assert (seen.status, seen.verdicts("port")) == (1, ["ok", "fail"])
    assert "stop what uses it, or set UPLOAD_METRICS_PORT" in seen.said
    assert f"GET /metrics on port {port}" in seen.said


def test_port_of_metrics_is_a_strangers(service: Running) -> None:
    """Another program on the port of metrics is a failure, also while the service runs on its own port."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        seen = check(PORT=str(service.port), UPLOAD_METRICS="prometheus", UPLOAD_METRICS_PORT=port)
    assert (seen.status, seen.verdicts("port")) == (1, ["ok", "fail"])
    assert f"cannot listen on port {port} of 127.0.0.1" in seen.said


def test_both_ports_of_ours() -> None:
    """Both ports of a running service are recognised as its own; with the ports swapped neither is."""
    metrics = {"UPLOAD_METRICS": "prometheus"}
    with Running(UPLOAD_METRICS_PORT="0", **metrics) as running:
        own, other = str(running.port), str(running.log[-1]["metrics_port"])
        seen = check(PORT=own, UPLOAD_METRICS_PORT=other, program=PATIENT, **metrics)
        swapped = check(PORT=other, UPLOAD_METRICS_PORT=own, **metrics)
    assert (seen.status, seen.verdicts("port")) == (0, ["ok", "ok"])
    assert f"upload-service {__version__} runs here already; port {other}" in seen.said
    assert (swapped.status, swapped.verdicts("port")) == (1, ["fail", "fail"])
