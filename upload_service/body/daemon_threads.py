"""Threads for calls that block: they never hold up the end of the process.

Knows: that a call which hangs in the system (a dead name server, a dead disk) cannot be ended.
Rules: at most so many threads; what they cannot do yet waits in its order. Python waits at its end for all
threads of `ThreadPoolExecutor`, however long they hang; nobody waits for these. Calls are handed over by one
thread only, that of the event loop.
Must not know: what is called.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from queue import SimpleQueue
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_Call = tuple[Future[Any], Callable[[], Any]]


class DaemonThreads(Executor):
    """At most `most` threads, each started when it is needed first."""

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._calls: SimpleQueue[_Call | None] = SimpleQueue()
        self._idle = threading.Semaphore(0)
        self._threads: list[threading.Thread] = []

    def submit(self, call: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Hand a call over; the future has its result."""
        future: Future[T] = Future()
        self._calls.put((future, lambda: call(*args, **kwargs)))
        if not self._idle.acquire(blocking=False) and len(self._threads) < self._most:
            thread = threading.Thread(
                target=self._run, name=f"{self._name}-{len(self._threads)}", daemon=True
            )
            self._threads.append(thread)
            thread.start()
        return future

    def close(self, seconds: float) -> None:
        """Let the threads end after the calls that wait, and wait for that for at most so long."""
        for _ in self._threads:
            self._calls.put(None)
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _run(self) -> None:
        while next_one := self._calls.get():
            _answer(*next_one)
            # Not kept until the next call: it holds its arguments.
            del next_one
            self._idle.release()


def _answer(future: Future[Any], call: Callable[[], Any]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = call()
    except BaseException as error:
        future.set_exception(error)
    else:
        future.set_result(result)
