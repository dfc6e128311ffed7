"""How long Lambda waits for the service to start: INIT in the image, under the Runtime Interface Emulator.

The service and a bare aiohttp
application take turns in the same image; figures are medians.
"""

import argparse
import json
import re
import socket
import statistics
import subprocess
import time
import urllib.request
import uuid
from pathlib import Path

BARE = """
import os
from aiohttp import web

async def ok(request):
    return web.json_response({})

app = web.Application()
app.add_routes([web.get("/healthz", ok)])
web.run_app(app, port=int(os.environ["PORT"]), print=None)
"""
COMMANDS = {"service": ["python", "-m", "upload_service"], "bare aiohttp": ["python", "-c", BARE]}
INVOCATIONS = "/2015-03-31/functions/function/invocations"
EVENT = {
    "version": "2.0",
    "rawPath": "/healthz",
    "rawQueryString": "",
    "headers": {},
    "requestContext": {"http": {"method": "GET", "path": "/healthz", "sourceIp": "192.0.2.1"}},
    "isBase64Encoded": False,
}


def init_ms(image: str, emulator: Path, command: list[str]) -> float:
    """One cold start: what the emulator reports."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    name = f"cold-start-{uuid.uuid4().hex[:12]}"
    function = ("AWS_LAMBDA_FUNCTION_NAME=cold", "AWS_LAMBDA_FUNCTION_VERSION=$LATEST",
                "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=1024", "AWS_LAMBDA_FUNCTION_TIMEOUT=60")  # fmt: skip
    settings = [word for each in function for word in ("-e", each)]
    run = ["docker", "run", "-d", "--name", name, "-v", f"{emulator}:/rie:ro", "--entrypoint", "/rie",
           "-p", f"127.0.0.1:{port}:8080", *settings, image, *command]  # fmt: skip
    subprocess.run(run, check=True, capture_output=True)  # noqa: S603  our own command, never a shell
    try:
        _invoke(port)
        return _reported(name)
    finally:
        subprocess.run(["docker", "rm", "-f", name], check=True, capture_output=True)  # noqa: S603, S607  our own command


def _invoke(port: int) -> None:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{INVOCATIONS}", json.dumps(EVENT).encode())
    deadline = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(request, timeout=30).close()  # noqa: S310  only http, to this machine
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _reported(name: str) -> float:
    log = subprocess.run(["docker", "logs", name], check=True, capture_output=True, text=True)  # noqa: S603, S607  our own
    found = re.search(r"INIT REPORT\(durationMs: ([\d.]+)\)", log.stdout + log.stderr)
    assert found, log
    return float(found[1])


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="./scripts/dev/bench-cold-start", description=__doc__)
    parser.add_argument("emulator", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--image", default="upload-service")
    chosen = parser.parse_args()
    found: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(chosen.rounds):
        for name, command in COMMANDS.items():
            found[name].append(init_ms(chosen.image, chosen.emulator.resolve(), command))
    bare = statistics.median(found["bare aiohttp"])
    print("| INIT, ms | runs | median | |\n|---|---|---|---|")
    for name, runs in found.items():
        middle = statistics.median(runs)
        print(
            f"| {name} | {', '.join(f'{each:.0f}' for each in runs)} | {middle:.0f} | {middle / bare:.2f}x |"
        )


if __name__ == "__main__":
    main()
