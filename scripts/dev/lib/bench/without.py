"""Runs the service with one step of an upload left out: what the count lacks then is what the step costs.

Usage: python -m bench.without STEP, else as python -m upload_service

Knows: where each step begins, by names that all builds have.
Rules: a step that is left out does not fail: its result is that of the first upload, or nothing. So this is
no service; it only counts.
"""

import functools
import importlib
import runpy
import sys
from collections.abc import Callable
from typing import Any

Replacement = Callable[[Any], Any]


def _once(original: Callable[..., Any]) -> Callable[..., Any]:
    """The first result for every later call."""
    kept: list[Any] = []

    @functools.wraps(original)
    def again(*args: Any, **kwargs: Any) -> Any:
        if not kept:
            kept.append(original(*args, **kwargs))
        return kept[0]

    return again


def _stored(original: Callable[..., Any]) -> Callable[..., Any]:
    """A PUT that reads the body and sends nothing. The first one is real, and its outcome is that of all."""
    kept: list[Any] = []

    @functools.wraps(original)
    async def put(self: object, destination: object, reader: Any, headers: object) -> Any:
        if not kept:
            kept.append(await original(self, destination, reader, headers))
            return kept[0]
        reader.begun = True
        while await reader.next():
            pass
        return kept[0]

    return put


def _silent(original: Callable[..., Any]) -> Callable[..., Any]:
    """A logger that writes nothing of an upload."""

    @functools.wraps(original)
    def get_logger(*args: Any, **kwargs: Any) -> Any:
        return _Silent(original(*args, **kwargs))

    return get_logger


class _Silent:
    def __init__(self, logger: Any) -> None:
        self._logger = logger

    def __getattr__(self, name: str) -> Any:
        return getattr(self._logger, name)

    def bind(self) -> "_Silent":
        return self

    def info(self, event: str, **members: object) -> None:
        if event != "upload":
            self._logger.info(event, **members)


# Each step: the module and the name in it that is replaced, and by what.
STEPS: dict[str, tuple[str, str, Replacement]] = {
    "judging the URL": ("upload_service.upload.form_fields", "judge_destination", _once),
    "PUT and its answer": ("upload_service.storage.put", "Storage.put", _stored),
    "log line": ("structlog", "get_logger", _silent),
}


def main() -> None:
    """Leave a step out, and serve."""
    module, path, replace = STEPS[sys.argv.pop(1)]
    *owners, name = path.split(".")
    owner: Any = importlib.import_module(module)
    for each in owners:
        owner = getattr(owner, each)
    setattr(owner, name, replace(getattr(owner, name)))
    runpy.run_module("upload_service", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
