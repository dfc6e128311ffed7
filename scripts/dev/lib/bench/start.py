"""What importing and starting the service costs, and its first uploads: instructions and CPU.

Knows: the programs that are compared, and how each is run and counted.
Rules: nothing is installed but what the service needs, and all of it is compiled, as in the image. A program
runs from its start to its end, so a cost that only moves from the start to the first upload does not vanish.
Instructions are those in user space, counted by callgrind; they repeat within a few tenths of a per cent. CPU
is the process's own, user and system; the programs take turns, and the figures are medians.
Must not know: the image and Lambda (cold_start.py).
"""

import argparse
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.builds import checked_out
from bench.cold_start import BARE
from bench.processes import ROOT, Program, free_port
from bench.sender import BLOCK, around, head, presigned

# A process ends without taking the interpreter apart: nobody waits for that, and it is not done alike by all.
_END = "import atexit, os; atexit.register(os._exit, 0)\n"
IMPORT = f"{_END}import gc; gc.disable(); import "
RUN = f"{_END}import runpy; runpy.run_module('upload_service', run_name='__main__', alter_sys=True)"
SIZE = 1024
WAIT_SECONDS = 60.0
# Hash seeds change the order of sets, and so the count.
FIXED = {"PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}


def environment(python: str) -> str:
    """A Python, of this kind, that has what the service needs and nothing else; it is made on first use."""
    version = subprocess.check_output([python, "-V"], text=True).split()[1]  # noqa: S603  our own command
    folder, wanted = ROOT / f".venv-start-{version}", ROOT / "requirements.lock"
    stamp = folder / "start.stamp"
    if not stamp.exists() or stamp.read_text() != wanted.read_text():
        print(f"Setting up {folder.name} ...", file=sys.stderr)
        subprocess.check_call([python, "-m", "venv", "--clear", "--without-pip", str(folder)])  # noqa: S603  our own command
        own = str(folder / "bin" / "python")
        pip = [sys.executable, "-m", "pip", "--python", own, "install", "-q", "--disable-pip-version-check"]
        subprocess.check_call([*pip, "--require-hashes", "-r", str(wanted)])  # noqa: S603  our own command
        _compile(own, folder)
        stamp.write_text(wanted.read_text())
    return str(folder / "bin" / "python")


def _compile(python: str, folder: Path) -> None:
    compiling = [python, "-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", str(folder)]
    subprocess.check_call(compiling)  # noqa: S603  our own command


def build(python: str, checkout: Path, folder: Path) -> Path:
    """The service of this checkout, compiled, in a folder of its own."""
    unwanted = shutil.ignore_patterns("__pycache__")
    shutil.copytree(checkout / "upload_service", folder / "upload_service", ignore=unwanted)
    _compile(python, folder)
    return folder


class Contender:
    """One program: its command, where it runs, and how many uploads it gets before it is told to stop.

    With `uploads` None it ends by itself.
    """

    def __init__(self, command: list[str], where: Path, uploads: int | None = None) -> None:
        self._command, self._where, self._uploads = command, where, uploads

    def instructions(self, sink: int) -> int:
        """How many instructions it takes."""
        counting = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", *self._command]
        _, said = self._run(counting, sink)
        found = re.search(r"Collected : (\d+)", said)
        assert found, said
        return int(found[1])

    def cpu_seconds(self, sink: int) -> float:
        """How much CPU it takes."""
        return self._run(self._command, sink)[0]

    def _run(self, command: list[str], sink: int) -> tuple[float, str]:
        port = free_port()
        own = {"PORT": str(port), "UPLOAD_BIND": "127.0.0.1"}
        own["UPLOAD_DESTINATIONS"] = f"http://127.0.0.1:{sink}"
        with tempfile.TemporaryFile("w+") as errors:
            running = subprocess.Popen(  # noqa: S603  our own command
                command,
                cwd=self._where,
                env=os.environ | FIXED | own,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
            try:
                if self._uploads is not None:
                    _upload(port, presigned(sink), self._uploads)
                    running.send_signal(signal.SIGTERM)
                _, status, used = os.wait4(running.pid, 0)
            except BaseException:
                running.kill()
                raise
            errors.seek(0)
            said = errors.read()
        assert os.waitstatus_to_exitcode(status) == 0, said
        return used.ru_utime + used.ru_stime, said


def _upload(port: int, url: str, times: int) -> None:
    """Wait until it listens, then upload."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            line = socket.create_connection(("127.0.0.1", port), timeout=WAIT_SECONDS)
            break
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
    before, after = around(url, "url")
    body = before + BLOCK[:SIZE] + after
    with line:
        for _ in range(times):
            line.sendall(head(SIZE, len(body)) + body)
            answer = line.recv(65536)
            assert b" 200 " in answer[:20], answer


def contenders(python: str, builds: dict[str, Path], here: Path) -> dict[str, Contender]:
    """All that are compared."""
    found = {
        "Python alone": Contender([python, "-c", _END], here),
        "import aiohttp.web": Contender([python, "-c", f"{IMPORT}aiohttp.web"], here),
        "bare aiohttp started": Contender([python, "-c", _END + BARE], here, 0),
    }
    service = [python, "-c", RUN]
    for name, where in builds.items():
        found[f"import {name}"] = Contender([python, "-c", f"{IMPORT}upload_service.command"], where)
        found[f"{name} started"] = Contender(service, where, 0)
        found[f"{name} after one upload"] = Contender(service, where, 1)
        found[f"{name} after two"] = Contender(service, where, 2)
    return found


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="./scripts/dev/bench-start", description=__doc__)
    parser.add_argument("commit", nargs="?")
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--no-valgrind", action="store_true")
    chosen = parser.parse_args()
    python = environment(chosen.python)
    with (
        tempfile.TemporaryDirectory() as folder,
        Program([sys.executable, "-m", "bench.sink"], talks=True) as sink,
    ):
        here = Path(folder)
        builds = {"service": build(python, ROOT, here / "now")}
        if chosen.commit:
            with checked_out(chosen.commit) as then:
                builds[f"service at {chosen.commit}"] = build(python, then.folder, here / "then")
        port, programs = int(sink.first_line()), contenders(python, builds, here)
        runs: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(chosen.rounds):
            for name, program in programs.items():
                runs[name].append(program.cpu_seconds(port) * 1000)
        counted = (
            {} if chosen.no_valgrind else {name: each.instructions(port) for name, each in programs.items()}
        )
    _print(runs, counted)


def _print(runs: dict[str, list[float]], counted: dict[str, int]) -> None:
    middles = {name: statistics.median(each) for name, each in runs.items()}
    started = "bare aiohttp started"
    print("| | million instructions | / bare | CPU, ms | least | / bare |\n|---|---|---|---|---|---|")
    for name, middle in middles.items():
        bare = "import aiohttp.web" if name.startswith("import") else started
        count = f"{counted[name] / 1e6:.1f} | {counted[name] / counted[bare]:.3f}" if counted else "- | -"
        print(f"| {name} | {count} | {middle:.0f} | {min(runs[name]):.0f} | {middle / middles[bare]:.2f} |")


if __name__ == "__main__":
    main()
