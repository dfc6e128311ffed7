"""Threads for calls that block: what is handed over is done, and a call that hangs holds nobody up."""

import subprocess
import sys
import threading
import time

import pytest

from upload_service.body.daemon_threads import DaemonThreads

SECONDS = 30
HANGS = """
import time
from upload_service.body.daemon_threads import DaemonThreads
threads = DaemonThreads(2, "hanging")
for _ in range(5):
    threads.submit(time.sleep, 600)
threads.close(0.2)
print("ended")
"""


def test_results_and_errors() -> None:
    """Each future has what its own call came to."""
    threads = DaemonThreads(3, "test")
    futures = [threads.submit(divmod, 7, number) for number in range(20)]
    with pytest.raises(ZeroDivisionError):
        futures[0].result(SECONDS)
    assert [each.result(SECONDS) for each in futures[1:]] == [divmod(7, number) for number in range(1, 20)]
    threads.close(SECONDS)


def test_so_many_at_once_and_no_more() -> None:
    """As many calls run at once as there are threads; the others wait, and none is lost."""
    threads, gate, running = DaemonThreads(3, "test"), threading.Event(), []

    def call() -> None:
        running.append(threading.current_thread().name)
        gate.wait(SECONDS)

    futures = [threads.submit(call) for _ in range(9)]
    deadline = time.monotonic() + SECONDS
    while len(running) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.1)
    assert len(running) == len(set(running)) == 3
    gate.set()
    threads.close(SECONDS)
    assert len(running) == 9
    assert all(each.done() for each in futures)
    assert not [each for each in threading.enumerate() if each.name.startswith("test-")]


def test_threads_are_used_again() -> None:
    """One call after another needs one thread."""
    threads = DaemonThreads(4, "test")
    names = set()
    for _ in range(10):
        names.add(threads.submit(lambda: threading.current_thread().name).result(SECONDS))
        assert threads._idle.acquire(timeout=SECONDS)  # it says so a moment after the result
        threads._idle.release()
    threads.close(SECONDS)
    assert len(names) == 1


def test_cancelled_calls_are_not_made() -> None:
    """A call that was cancelled while it waited is left out."""
    threads, gate = DaemonThreads(1, "test"), threading.Event()
    threads.submit(gate.wait, SECONDS)
    called: list[int] = []
    cancelled = threads.submit(called.append, 1)
    assert cancelled.cancel()
    gate.set()
    threads.close(SECONDS)
    assert called == []


def test_the_process_ends_while_calls_hang() -> None:
    """Neither `close` nor the interpreter waits for a call that hangs."""
    ran = subprocess.run(
        [sys.executable, "-c", HANGS], capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "ended\n", "")
