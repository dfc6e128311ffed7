"""The `aws` of the deployment's tests: notes each call and hands it to the real AWS CLI, running in a fork.

Knows: the folder LAB with `calls` (a JSON list in each line) and `plan.json`: what AWS is to say instead of
an answer the first times that an operation is called, and after how many changes everything is killed.
"""

import json
import os
import signal
import socket
import sys
from pathlib import Path

LAB = Path(os.environ["LAB"])
READS = ("get-", "describe-", "wait", "help")


def operation(words: list[str]) -> str:
    """The operation that is called, such as create-function."""
    return next(iter(words[2:3]), "")


def changes(words: list[str]) -> bool:
    """Whether this call changes something in AWS."""
    reads = (
        operation(words).startswith(READS)
        or words[1:2] == ["configure"]
        or "--generate-cli-skeleton" in words
    )
    return words[0] == "aws" and len(words) > 2 and not reads


def earlier() -> list[list[str]]:
    """The calls so far."""
    calls = LAB / "calls"
    return [json.loads(line) for line in calls.read_text().splitlines()] if calls.exists() else []


def note(words: list[str]) -> None:
    """One more call."""
    with (LAB / "calls").open("a") as calls:
        calls.write(json.dumps(words) + "\n")


def hand_over(words: list[str]) -> int:
    """Hand the call to the real AWS CLI with our environment and standard streams; return its exit status."""
    call = json.dumps({"words": words[1:], "environment": dict(os.environ), "folder": os.getcwd()}).encode()
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(os.environ["AWS_FORKS"])
        socket.send_fds(line, [len(call).to_bytes(4, "big")], [0, 1, 2])
        line.sendall(call)
        return line.recv(1)[0]


def main() -> int:
    """One call."""
    words = ["aws", *sys.argv[1:]]
    plan = json.loads((LAB / "plan.json").read_text())
    times = sum(operation(each) == operation(words) for each in earlier())
    note(words)
    says = plan["says"].get(operation(words), [])
    if times < len(says):
        print(f"\n{says[times]}", file=sys.stderr)
        return 254
    status = hand_over(words)
    if changes(words) and sum(map(changes, earlier())) == plan["dies_after"]:
        os.killpg(0, signal.SIGKILL)
    return status


if __name__ == "__main__":
    sys.exit(main())
