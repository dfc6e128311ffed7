"""schemathesis against the running service, in a network of their own.

Rules: runs in namespaces from which nothing reaches another machine; the service may PUT to a double alone.
`python -m tests.support.contract.schemathesis_run FOLDER` prints JSON: the exit status and the words of
schemathesis, what the uploads and checks came to, how many objects the storage got, and the service's log.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

from devtools import PYTHONPATH
from docs_generator.generate import CONTRACT, ROOT

from tests.support.service.running_service import Running
from tests.support.storage.storage_double import StorageDouble

# More than the schema's edges: made-up forms, for each operation.
EXAMPLES = 200
# A dozen on an idle machine.
SECONDS = 600


def _run(service: Running, double: StorageDouble, folder: Path) -> subprocess.CompletedProcess[str]:
    options = {
        "--url": service.url,
        "--checks": "all",
        "--phases": "examples,coverage,fuzzing",  # no answer leads to another request
        "--max-examples": str(EXAMPLES),
        "--generation-database": "none",
        "--warnings": "off",
        "--seed": "7",
    }
    told = {
        "SCHEMATHESIS_HOOKS": "tests.support.contract.schemathesis_hooks",
        "PYTHONPATH": f"{ROOT}:{PYTHONPATH}",
    }
    told |= {"CONTRACT_STORE": double.url, "CONTRACT": str(CONTRACT)}
    command = [str(Path(sys.executable).with_name("st")), "run", f"{service.url}/openapi.json"]
    return subprocess.run(
        [*command, "--no-color", "--continue-on-failure"]
        + [word for option in options.items() for word in option],
        cwd=folder, env=os.environ | told, capture_output=True, text=True, timeout=SECONDS, check=False,
    )  # fmt: skip


def main(folder: Path) -> None:
    """Run everything once, and print what came of it."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True, timeout=60)
    with StorageDouble() as double:
        with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_STALL_SECONDS="2") as service:
            ran = _run(service, double, folder)
        stored = sum(len(puts) for puts in double.puts.values())
        double.shutdown()
    codes, checked = (
        Counter(event["code"] for event in service.log if event["event"] == name)
        for name in ("upload", "check")
    )
    told = {"status": ran.returncode, "said": ran.stdout + ran.stderr, "stored": stored}
    print(json.dumps(told | {"codes": codes, "checked": checked, "log": service.raw_log}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
