"""The npm package `oidc-provider`, a certified OpenID provider, in a process of its own.

Knows: how it is started, stopped, paused, and asked for a token.
"""

import json
import os
import shutil
import signal
import subprocess
from typing import Any, Self

import pytest
import requests
from devtools.node_packages import IDENTITY_PROVIDER, NoNodePackages, node_modules

from tests.support.service.transcript import TRANSCRIPT

AUDIENCE = "https://uploads.example.com"
WAIT_SECONDS = 60


class IdentityProvider:
    """Runs from `with` on. `key`: the id of its signing key, which is made anew at each start.

    `clock_seconds`: how far its clock is ahead of the right time.
    """

    def __init__(
        self, key: str = "first", algorithm: str = "RS256", clock_seconds: int = 0, port: int = 0
    ) -> None:
        self._wanted = {"key": key, "algorithm": algorithm, "clockSeconds": clock_seconds, "ttlSeconds": 600}
        self._port = port
        self.issuer = ""

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self, **wanted: object) -> None:
        """Start, or start again on the same port with a new key; `wanted` replaces what was wanted."""
        node = shutil.which("node")
        if node is None:
            pytest.skip("node is not installed")
        try:
            node_modules(IDENTITY_PROVIDER)
        except NoNodePackages as error:
            pytest.skip(str(error))
        self._wanted |= wanted
        words = [
            node,
            str(IDENTITY_PROVIDER / "provider.mjs"),
            json.dumps({**self._wanted, "port": self._port}),
        ]
        self._process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, self._process.communicate()[1][-2000:]
        self.issuer = json.loads(line)["issuer"]
        self._port = int(self.issuer.rpartition(":")[2])

    def kill(self) -> None:
        """End it at once."""
        self._process.send_signal(signal.SIGCONT)
        self._process.kill()
        self._process.communicate()

    def pause(self) -> None:
        """Let it answer nothing any more, while it still listens."""
        self._process.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WNOWAIT)

    def resume(self) -> None:
        """Let it answer again."""
        self._process.send_signal(signal.SIGCONT)

    def token(self, audience: str = AUDIENCE, scope: str = "uploads:write") -> str:
        """An access token that it issues. It and its parts are secrets that nothing may say."""
        asked = {
            "grant_type": "client_credentials", "client_id": "app", "client_secret": "secret",
            "resource": audience, "scope": scope,
        }  # fmt: skip
        answer = requests.post(f"{self.issuer}/token", asked, timeout=WAIT_SECONDS)
        told: dict[str, Any] = answer.json()
        token = str(told["access_token"])
        TRANSCRIPT.secrets.update({token, *token.split(".")[1:]})
        return token
