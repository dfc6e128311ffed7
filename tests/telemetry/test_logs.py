"""Logs: the register of events, and what never gets into a line."""

import asyncio
import io
import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from upload_service.telemetry import logs

PACKAGE = Path(logs.__file__).parents[1]
SIGNED = "http://store.example:8333/uploads/k?X-Amz-Credential=AKIA&X-Amz-Signature=5ec2e7"


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    """Where the log goes; everything is as before afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    target = io.StringIO()
    logs.set_up("DEBUG", target)
    yield target
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(stream: io.StringIO) -> list[dict[str, object]]:
    """The log's lines."""
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_register_is_complete() -> None:
    """Every event that the code logs stands in the register, and every entry is logged somewhere."""
    code = "".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    calls = r"(?:get_logger\(\)|\blog|\[LOG\])\.(?:debug|info|warning|error|log)\(\s*(?:[a-z.]+, )?\"(\w+)\""
    assert set(re.findall(calls, code)) == set(logs.EVENTS)


def test_line_begins_with_when_how_what(stream: io.StringIO) -> None:
    """A line is JSON and begins with time, level and event."""
    structlog.get_logger().info("stopped", value=1)
    assert list(lines(stream)[0]) == ["timestamp", "level", "event", "value"]


@pytest.mark.parametrize(
    "text",
    [
        SIGNED,
        f"Cannot connect to {SIGNED} now",
        f"exception=ClientOSError(22, 'Can not write request body for {SIGNED}')",
        "PUT /uploads/k?X-Amz-Signature=5ec2e7&x=1 HTTP/1.1",
        "https://a.example/k?sv=1&sig=5ec2e7",
        "sig=5ec2e7",
        "Signature=5ec2e7",
        "X-Goog-Signature=5ec2e7",
        "X-Amz-Security-Token=5ec2e7",
    ],
)
def test_signatures_are_scrubbed(stream: io.StringIO, text: str) -> None:
    """Whatever says it, a signature does not reach the log; the host does."""
    logging.getLogger("asyncio").error("%s", text)
    structlog.get_logger().warning("library_log", message=text)
    assert len(lines(stream)) == 2
    assert "5ec2e7" not in stream.getvalue()
    assert ("store.example" in text) == ("store.example" in stream.getvalue())


def test_exceptions_lose_their_text(stream: io.StringIO) -> None:
    """Of an exception the log tells class and place, of its cause too, and never the text."""
    try:
        try:
            raise ValueError(SIGNED)
        except ValueError as cause:
            raise RuntimeError(f"while sending to {SIGNED}") from cause
    except RuntimeError as error:
        logging.getLogger("aiohttp.server").exception("Error handling request")
        structlog.get_logger().error("internal_error", **logs.describe(error))
    for line in lines(stream):
        assert line["error"] == ["RuntimeError", "ValueError"]
        assert "test_logs.py" in str(line["at"])
    assert "5ec2e7" not in stream.getvalue()


async def test_forgotten_task_of_asyncio(stream: io.StringIO) -> None:
    """asyncio's own complaint about a forgotten exception carries no signature."""
    asyncio.get_running_loop().call_exception_handler(
        {"message": "Task exception was never retrieved", "exception": OSError(f"cannot reach {SIGNED}")}
    )
    assert lines(stream)[0]["event"] == "library_log"
    assert "5ec2e7" not in stream.getvalue()


def test_level_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    """What is less severe than LOG_LEVEL is not written."""
    target = io.StringIO()
    logs.set_up("ERROR", target)
    structlog.get_logger().warning("stopping")
    structlog.get_logger().error("internal_error")
    structlog.reset_defaults()
    assert [line["event"] for line in lines(target)] == ["internal_error"]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def test_terminal_gets_readable_lines() -> None:
    """On a terminal a line is text with colour, and just as clean."""
    target = Terminal()
    logs.set_up("INFO", target)
    structlog.get_logger().info("library_log", message=SIGNED)
    structlog.reset_defaults()
    assert "\x1b[" in target.getvalue()
    assert "5ec2e7" not in target.getvalue()


def test_repeated_line_is_counted(stream: io.StringIO) -> None:
    """What a library says again and again is said once, and its count at the end; our own events are not."""
    try:
        raise OSError(24, f"Too many open files for {SIGNED}")
    except OSError:
        for number in range(1000):
            logging.getLogger("asyncio").exception(f"socket.accept() failed\nsocket: {number}")
            structlog.get_logger().info("stopped")
    logging.getLogger("asyncio").error("something else")
    assert [line["message"] for line in lines(stream) if line["event"] == "library_log"] == [
        "socket.accept() failed\nsocket: 0",
        "something else",
    ]
    logging.getLogger().handlers[0].close()
    *others, last = lines(stream)
    assert (last["message"], last["repeated"]) == ("socket.accept() failed\nsocket: 999", 999)
    assert (last["level"], last["error"]) == ("error", ["OSError"])
    assert len([line for line in others if line["event"] == "stopped"]) == 1000
    assert "5ec2e7" not in stream.getvalue()
