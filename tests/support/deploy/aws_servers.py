"""What stands in for AWS while the tests of the deployment run: moto, the CLI's forks, and a Function URL."""

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests
from local import ports

from tests.support.deploy.aws_account import STAND_INS
from tests.support.deploy.tools import tools
from tests.support.storage.certificates import authority

START_SECONDS = 180.0


@dataclass
class FunctionUrl:
    """Answers for every host name, with a status that can be changed."""

    port: int
    status: int = 200
    asked: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Servers:
    """Where they are."""

    endpoint: str
    forks: Path
    function_url: FunctionUrl


@contextmanager
def function_url(folder: Path) -> Iterator[FunctionUrl]:
    """A server with a certificate that need not be trusted."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            here.asked.append(f"https://{self.headers['Host']}{self.path}")
            body = json.dumps({"status": "ok"}).encode()
            self.send_response(here.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        server.socket = authority(folder).trusted.wrap_socket(server.socket, server_side=True)
        here = FunctionUrl(server.server_port)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield here
        server.shutdown()


def _wait_for(program: subprocess.Popen[bytes], endpoint: str, forks: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        assert program.poll() is None, "moto did not start"
        assert time.monotonic() < deadline, "moto or the AWS CLI did not start"
        try:
            requests.get(f"{endpoint}/moto-api/data.json", timeout=60)
        except requests.ConnectionError:
            time.sleep(0.1)
        else:
            if forks.exists():
                return


def _without_aws() -> dict[str, str]:
    """Our environment, without settings of the AWS CLI."""
    return {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}


@contextmanager
def servers(folder: Path) -> Iterator[Servers]:
    """Start all servers, and wait until they answer."""
    python = str(tools() / "python")
    forks = folder / "forks"
    with ExitStack() as stack:
        port = ports.free_port()
        moto = [
            "-c",
            "import sys; from moto.server import main; main(sys.argv[1:])",
            "-H",
            "127.0.0.1",
            "-p",
            str(port),
        ]
        for words in (moto, [str(STAND_INS / "aws_forks.py"), str(forks)]):
            # An image must be in the registry before a function can run it.
            env = {**_without_aws(), "HOME": str(folder), "MOTO_LAMBDA_STUB_ECR": "false"}
            program = subprocess.Popen(
                [python, *words], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            stack.callback(program.wait)
            stack.callback(program.kill)
        endpoint = f"http://127.0.0.1:{port}"
        url = stack.enter_context(function_url(folder))
        _wait_for(program, endpoint, forks)
        yield Servers(endpoint, forks, url)
