"""The tests in several processes at once: workers of pytest-xdist.

Knows: how many workers a run is worth, which files begin, and what the workers have heard together.
Rules: every worker has a store and services of its own. A file is never divided: its tests share them.
"""

import os
from collections import Counter
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.support.service.transcript import TRANSCRIPT

# Most tests wait for something most of the time, so that a core has time for several.
WORKERS_PER_CORE = 3
MOST_WORKERS = 12
# A worker takes a second or two to start: fewer files are not worth one.
FILES_PER_WORKER = 4

TOTALS = pytest.StashKey[Counter[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TOTALS] = Counter()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """How many workers (0: none, the tests run in this process). `-n` overrules it.

    What is to be seen while it runs (`-s`) is seen in this process alone. Of a container there is only one.
    """
    if config.getoption("capture") == "no" or config.getoption("--through") != "process":
        return 0
    wanted = min(_files(config.args) // FILES_PER_WORKER, WORKERS_PER_CORE * _cores(), MOST_WORKERS)
    return wanted if wanted > 1 else 0


def _files(arguments: Iterable[str]) -> int:
    """The number of test files that the command line names."""
    paths = [Path(each.partition("::")[0]) for each in arguments]
    return sum(len(list(path.rglob("test_*.py"))) if path.is_dir() else 1 for path in paths)


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def longest_first(items: list[pytest.Item]) -> list[pytest.Item]:
    """The files that take longest come first, so that no worker is left with one at the end.

    These are the deployments, then what needs the whole system; in the others, the number of tests tells.
    """
    tests = Counter(item.path for item in items)
    deploy = {item.path for item in items if item.get_closest_marker("deploy")}

    def order(item: pytest.Item) -> tuple[bool, bool, int, str]:
        path = item.path
        return path not in deploy, "system" not in path.parts, -tests[path], str(path)

    return sorted(items, key=order)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):
        items[:] = longest_first(items)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands over what it heard, this process counts it."""
    heard = {
        "texts": len(TRANSCRIPT.texts),
        "secrets": len(TRANSCRIPT.secrets),
        "leaks": len(TRANSCRIPT.leaks()),
    }
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["heard"] = heard
    else:
        session.config.stash[TOTALS].update(heard)


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """What a worker reports reaches this process. A lone surrogate in a message would end the whole run."""
    return _writable((yield))


def _writable(told: Any) -> Any:
    if isinstance(told, str):
        return told.encode("utf-8", "backslashreplace").decode()
    if isinstance(told, dict):
        return {name: _writable(value) for name, value in told.items()}
    if isinstance(told, list | tuple):
        return [_writable(each) for each in told]
    return told


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker has ended. One that crashed hands over nothing, and its test has failed."""
    node.config.stash[TOTALS].update(getattr(node, "workeroutput", {}).get("heard", {}))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say how much was listened to."""
    heard = config.stash[TOTALS]
    terminalreporter.write_line(
        f"{heard['texts']} log lines and answers, {heard['secrets']} secrets, said: {heard['leaks']}"
    )
