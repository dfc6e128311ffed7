"""The image in a container, alone or under Lambda's emulator, used like `Running`.

Knows: docker, and how the emulator wants to be started.
Rules: the container shares this computer's network, so that the tests' storages on 127.0.0.1 can be reached.
Must not know: what is tested.
"""

import os
import socket
import subprocess
import time
import uuid
from http.client import HTTPException
from types import TracebackType

from local.ports import free_port

from tests.support.service.lambda_emulator import FunctionUrl, binary
from tests.support.service.running_service import Running

IMAGE = os.environ.get("UPLOAD_IMAGE", "upload-service")
AS_USERS_RUN_IT = ("--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--network", "host")
COMMAND = ("python", "-m", "upload_service")
FUNCTION = {
    "AWS_LAMBDA_FUNCTION_NAME": "image-upload-service",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
    "AWS_LAMBDA_FUNCTION_TIMEOUT": "300",
}
START_SECONDS = 90.0


class Contained(Running):
    """The image's own command in a container."""

    # Docker copies them side by side, and not line by line: in one pipe, lines would stand within others.
    stderr = subprocess.PIPE

    def __init__(self, **environment: str) -> None:
        self.name = f"upload-service-test-{uuid.uuid4().hex[:12]}"
        super().__init__(**environment)

    def command(self, settings: dict[str, str]) -> list[str]:
        """See Running."""
        return self._docker(settings, *COMMAND)

    def _docker(self, settings: dict[str, str], *command: str, options: tuple[str, ...] = ()) -> list[str]:
        given = [word for name, value in settings.items() for word in ("-e", f"{name}={value}")]
        return [
            "docker",
            "run",
            "--rm",
            "--name",
            self.name,
            *AS_USERS_RUN_IT,
            *options,
            *given,
            IMAGE,
            *command,
        ]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            super().__exit__(kind, error, trace)
        finally:
            subprocess.run(["docker", "rm", "-f", self.name], capture_output=True, check=False)


class InLambda(Contained):
    """The image under the emulator, with its Web Adapter, behind a Function URL."""

    def command(self, settings: dict[str, str]) -> list[str]:
        """See Running."""
        self._emulator_port, own = free_port(), free_port()
        self.function_url = FunctionUrl(self._emulator_port)
        settings = FUNCTION | settings | {"PORT": str(own), "AWS_LWA_PORT": str(own)}
        del settings["UPLOAD_BIND"]
        address = f"127.0.0.1:{self._emulator_port}"
        options = ("-v", f"{binary()}:/rie:ro", "--entrypoint", "/rie")
        return self._docker(
            settings, "--runtime-interface-emulator-address", address, *COMMAND, options=options
        )

    def wait_for_port(self) -> int:
        """The first invocation starts the service."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self._emulator_port), timeout=1).close()
                break
            except (OSError, HTTPException):
                time.sleep(0.1)
        return self.function_url.port

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.function_url.close()
        super().__exit__(kind, error, trace)
