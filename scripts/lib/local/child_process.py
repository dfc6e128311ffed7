"""One child process, from start to end.

Knows: how to start a program so that a Ctrl-C in the terminal does not reach it, and how to end it: SIGTERM,
some patience, then SIGKILL.
Must not know: what the program is for.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

# A wait calls it between short sleeps. True means that the wait should end early.
Asked = Callable[[], bool]

PAUSE_SECONDS = 0.05


def never() -> bool:
    """For a wait that nobody can cut short."""
    return False


class ChildProcess:
    """A program in a session of its own. Its output goes to the file `log`, or without one to our own output.

    `inherit`: file descriptors that it gets as well.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        env: Mapping[str, str],
        cwd: Path | None = None,
        log: Path | None = None,
        inherit: Sequence[int] = (),
    ) -> None:
        output = None if log is None else log.open("ab")
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own command, never a shell
                [str(word) for word in command],
                env=dict(env),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=inherit,
                start_new_session=True,
            )
        finally:
            if output is not None:
                output.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self._process.poll()

    def ending(self) -> str:
        """How it ended, for a message."""
        code = self.exit_code
        if code is None:
            return "it still runs"
        return f"exit code {code}" if code >= 0 else f"signal {-code}"

    def stop(self, *, patience_seconds: float, hurry: Asked = never) -> None:
        """End it and all that it started: SIGTERM; after `patience_seconds` or when `hurry()`, SIGKILL."""
        deadline = time.monotonic() + patience_seconds
        self._signal(signal.SIGTERM)
        while self.exit_code is None and time.monotonic() < deadline and not hurry():
            time.sleep(PAUSE_SECONDS)
        if self.exit_code is None:
            self._signal(signal.SIGKILL)
        self._process.wait()

    def send(self, number: signal.Signals) -> None:
        """Send it this signal, if it still runs."""
        self._signal(number)

    def _signal(self, number: signal.Signals) -> None:
        # After poll() has seen the end, the id may belong to somebody else.
        if self.exit_code is None:
            os.killpg(self.pid, number)
