"""./scripts/dev/bench-instructions: instructions in user space that one upload costs, by callgrind.

Knows: valgrind, and how its tool is switched on, set to zero, and read from outside.
Rules: 16 clients send together, then all read, so that the loop of the measured process sees the same groups
of events each time. A process is measured when it is warm. Figures repeat within 3 %; times do not.
Must not know: what the steps of an upload do.
"""

import argparse
import platform
import re
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType

from bench import collector, processes, scenarios, sender
from bench.builds import THIS, Build, checked_out
from bench.processes import HERE, Program
from bench.without import STEPS

CLIENTS = 16
WARM_UP_ROUNDS = 12
SHAPES = {
    "1 KB, URL first": (1000, "url"),
    "1 KB, file first": (1000, "file"),
    "200 KB, URL first": (200_000, "url"),
    "200 KB, file first": (200_000, "file"),
}
BARE = "bare aiohttp"
Counts = dict[str, float]


class Clients:
    """Sixteen connections to one service, whose uploads go together."""

    def __init__(self, port: int) -> None:
        self._lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(CLIENTS)]
        self._sent = 0
        for line in self._lines:
            line.settimeout(60)

    def upload(self, form: bytes, rounds: int) -> None:
        """Send this form on all of them, each with a signature of its own, read all answers, and so on."""
        at = form.index(b"X-Amz-Signature=") + len("X-Amz-Signature=")
        for _ in range(rounds):
            for line in self._lines:
                self._sent += 1
                line.sendall(form[:at] + b"%08x" % self._sent + form[at + 8 :])
            for line in self._lines:
                _require_success(line)

    def close(self) -> None:
        """Hang up."""
        for line in self._lines:
            line.close()


def _require_success(line: socket.socket) -> None:
    answer = b""
    while b"\r\n\r\n" not in answer:
        if not (more := line.recv(65536)):
            raise SystemExit("the service has hung up")
        answer += more
    head, _, body = answer.partition(b"\r\n\r\n")
    found = re.search(rb"(?i)content-length: *(\d+)", head)
    while found and len(body) < int(found[1]):
        body += line.recv(65536)
    if not head.startswith(b"HTTP/1.1 200"):
        raise SystemExit(f"refused: {answer[:1000]!r}")


def form(url: str, size: int, order: str) -> bytes:
    """The bytes of a whole request."""
    before, after = sender.around(url, order)
    return sender.head(size, len(before) + size + len(after)) + before + (sender.BLOCK * 2)[:size] + after


class Counted:
    """A process under callgrind."""

    def __init__(self, program: Program, port: int, dumps: str) -> None:
        self._program = program
        self._dumps = Path(dumps)
        self.clients = Clients(port)

    def count(self, request: bytes, rounds: int) -> float:
        """Instructions of one upload: the median of three counts, as one may meet something rare."""
        self._tell("instrumentation", "on")
        self.clients.upload(request, WARM_UP_ROUNDS)
        found = [self._count(request, rounds) for _ in range(3)]
        self._tell("instrumentation", "off")
        return statistics.median(found)

    def _count(self, request: bytes, rounds: int) -> float:
        self._tell("zero")
        self.clients.upload(request, rounds)
        self._tell("dump")
        newest = max(self._dumps.parent.glob(f"{self._dumps.name}.*"), key=lambda path: int(path.suffix[1:]))
        found = re.search(r"^(?:summary|totals): (\d+)", newest.read_text(), re.MULTILINE)
        assert found, newest
        return int(found[1]) / (rounds * CLIENTS)

    def _tell(self, *words: str) -> None:
        command = ["vgdb", f"--pid={self._program.process.pid}", *words]
        subprocess.run(command, check=True, capture_output=True, timeout=60)  # noqa: S603  our own command


@contextmanager
def counted(command: list[str], env: Mapping[str, str], port: int) -> Iterator[Counted]:
    """Start a process under callgrind, not counting yet."""
    with tempfile.TemporaryDirectory() as folder:
        dumps = f"{folder}/count"
        valgrind = [
            "valgrind",
            "-q",
            "--tool=callgrind",
            "--instr-atstart=no",
            f"--callgrind-out-file={dumps}",
        ]
        # The order of a set, and with it the path through some code, must not be another one each time.
        fixed = {"PYTHONHASHSEED": "0", "PORT": str(port)}
        with Program([*valgrind, *command], fixed | dict(env), measured=True, cwd=Path(folder)) as program:
            processes.wait_until_open(program, port, seconds=120)
            found = Counted(program, port, dumps)
            try:
                yield found
            finally:
                found.clients.close()


def of_build(
    build: Build,
    url: str,
    shapes: Mapping[str, tuple[int, str]],
    rounds: int,
    python: str,
    without: str = "",
    settings: Mapping[str, str] = MappingProxyType({}),
) -> Counts:
    """The counts of a build with these settings; with `without`, of all but one of its steps."""
    program = ["-m", "bench.without", without] if without else ["-m", "upload_service"]
    env = build.environment() | {
        "UPLOAD_BIND": "127.0.0.1",
        # Near its limit a service looks at each of its sockets, also those that are closed and not yet freed.
        "UPLOAD_MAX_CONCURRENT": "1000",
        "UPLOAD_DESTINATIONS": url.rsplit("/", 2)[0] + "/",
        **settings,
    }
    with counted([python, "-P", *program], env, processes.free_port()) as running:
        return {name: running.count(form(url, *shape), rounds) for name, shape in shapes.items()}


def of_bare(url: str, shapes: Mapping[str, tuple[int, str]], rounds: int, python: str) -> Counts:
    """The counts of aiohttp alone, whose bodies are as long as the forms are."""
    env = {"SINK_URL": url}
    command = [python, "-P", str(HERE / "other_implementations/aiohttp_bare.py")]
    with counted(command, env, processes.free_port()) as running:
        return {name: running.count(form(url, *shape), rounds) for name, shape in shapes.items()}


def table(found: Mapping[str, Counts], shapes: Mapping[str, object]) -> str:
    """The counts in thousands, and each as a multiple of bare aiohttp's."""
    rows = [f"| thousands of instructions | {' | '.join(shapes)} |", f"|---|{'---|' * len(shapes)}"]
    bare = found.get(BARE)
    for name, counts in found.items():
        cells = [
            f"{counts[shape] / 1000:,.0f}" + (f" ({counts[shape] / bare[shape]:.2f}x)" if bare else "")
            for shape in shapes
        ]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="./scripts/dev/bench-instructions", description=__doc__)
    parser.add_argument("--against", nargs="*", default=[], metavar="COMMIT", help="builds to compare with")
    parser.add_argument(
        "--steps", action="store_true", help="also what each step costs: the count without it"
    )
    parser.add_argument("--quick", action="store_true", help="1 KB only, fewer uploads")
    parser.add_argument("--traces", action="store_true", help="also what UPLOAD_TRACES=otlp costs")
    parser.add_argument("--twice", action="store_true", help="this checkout again at the end, as a control")
    parser.add_argument("--python", default=sys.executable, help="an interpreter with the same packages")
    options = parser.parse_args()
    asked = [options.python, "-VV"]
    version = subprocess.check_output(asked, text=True).split("(")[0].strip()  # noqa: S603  our own command
    print(f"{platform.machine()}, {version}, {CLIENTS} clients\n", flush=True)
    shapes = dict(list(SHAPES.items())[:2]) if options.quick else SHAPES
    rounds, found = 5 if options.quick else 10, {}
    with ExitStack() as stack:
        _, url, _ = stack.enter_context(scenarios.sink())
        builds = [stack.enter_context(checked_out(commit)) for commit in options.against] + [THIS]
        found[BARE] = of_bare(url, shapes, rounds, options.python)
        for build in builds:
            found[build.name] = of_build(build, url, shapes, rounds, options.python)
        if options.twice:
            found["this checkout, again"] = of_build(THIS, url, shapes, rounds, options.python)
        if options.traces:
            for name, settings in stack.enter_context(collector.traced()).items():
                found[name] = of_build(THIS, url, shapes, rounds, options.python, settings=settings)
        print(table(found, shapes), flush=True)
        if options.steps:
            for build in builds:
                steps(build, url, shapes, rounds, options.python, found[build.name])


def steps(
    build: Build,
    url: str,
    shapes: Mapping[str, tuple[int, str]],
    rounds: int,
    python: str,
    whole: Counts,
) -> None:
    """Print what each step of a build costs: the whole less the count without it."""
    found = {}
    for step in STEPS:
        rest = of_build(build, url, shapes, rounds, python, step)
        found[step] = {name: whole[name] - rest[name] for name in shapes}
    found["everything else"] = {
        name: whole[name] - sum(each[name] for each in found.values()) for name in shapes
    }
    print(f"\n{build.name}, by step\n\n{table(found, shapes)}", flush=True)


if __name__ == "__main__":
    main()
