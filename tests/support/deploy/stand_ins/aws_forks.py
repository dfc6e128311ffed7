"""The real AWS CLI, loaded once: a fork for each call, which takes a small part of the time of a new process.

Usage: PYTHON aws_forks.py SOCKET, where PYTHON is one that has the package awscli.
Rules: no settings of the AWS CLI are in its environment and its home, for it prepares itself before any call.
Knows: a call is three streams, then four bytes of length, then JSON; the answer is one byte, the exit status.
"""

import functools
import gc
import json
import os
import signal
import socket
import sys
import traceback
from typing import Any

from awscli import clidriver  # type: ignore[import-not-found]  # it is in .venv-deploy


def serve(driver: Any, line: socket.socket) -> int:
    """One call, in a process of its own."""
    head, streams, *_ = socket.recv_fds(line, 4, 3)
    length, call = int.from_bytes(head, "big"), b""
    while len(call) < length:
        call += line.recv(65536)
    asked = json.loads(call)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    # Its import has said there where its data are.
    data = os.environ["AWS_DATA_PATH"]
    os.environ.clear()
    os.environ.update(asked["environment"], AWS_DATA_PATH=data)
    os.chdir(asked["folder"])
    sys.argv = ["aws", *asked["words"]]
    try:
        return driver.main() or 0
    except SystemExit as leaves:
        return int(leaves.code or 0)


def warmed_up() -> Any:
    """The CLI, which has read the descriptions of AWS's services and of their commands."""
    driver = clidriver.create_clidriver()
    loader = type(driver.session.get_component("data_loader").file_loader)
    read = loader.load_file
    known = functools.cache(lambda path: read(loader(), path))
    loader.load_file = lambda _, path: known(path)
    for service in ("ecr", "iam", "lambda", "logs", "sts"):
        driver.session.create_client(
            service, "eu-west-1", aws_access_key_id="none", aws_secret_access_key="none"
        )
        driver._get_command_table()[service]._get_command_table()
    gc.freeze()  # forks share what is not looked at
    return driver


def main() -> None:
    """Until killed."""
    driver = warmed_up()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listening:
        # Who finds the name can connect.
        listening.bind(f"{sys.argv[1]}.new")
        listening.listen()
        os.rename(f"{sys.argv[1]}.new", sys.argv[1])
        while True:
            line, _ = listening.accept()
            if not os.fork():
                status = 255
                try:
                    status = serve(driver, line)
                    sys.stdout.flush()
                    sys.stderr.flush()
                except Exception:
                    traceback.print_exc()
                finally:
                    line.sendall(bytes([status]))
                    os._exit(0)
            line.close()


if __name__ == "__main__":
    main()
