"""The pages' back end for parts: docs/examples/python_backend.py, and what a trial sees and spoils of it.

Knows: the routes' names, and the members that tell a URL and the object.
Rules: cookies pass both ways.
Must not know: widgets, the store.
"""

import json
import urllib.request
from collections.abc import Callable
from email.message import Message
from typing import Any, NamedTuple
from urllib.error import HTTPError

ELSEWHERE = "https://elsewhere.example"
SECONDS = 60


class Answer(NamedTuple):
    """What a route answered. `cookie`: what it sets."""

    status: int
    body: str
    cookie: str | None


class PartsBackEnd:
    """The back end at `base`, of which one upload is seen. `key`: of its object, once there is one.

    `is_elsewhere`: its URLs lead to a host that the service does not know. All URLs go through `noted`.
    """

    def __init__(self, base: str, *, is_elsewhere: bool = False, noted: Callable[[str], str] = str) -> None:
        self.key = ""
        self._base, self._is_elsewhere, self._noted = base, is_elsewhere, noted

    def answer(self, path: str, asked: bytes, headers: Message) -> Answer:
        """Pass a POST on."""
        sent = {"Content-Type": "application/json", "Cookie": headers.get("Cookie", "")}
        address = f"{self._base}{path}"
        request = urllib.request.Request(address, asked, sent, method="POST")  # noqa: S310 - this computer's
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as reply:  # noqa: S310 - see above
                said = self._seen(json.loads(reply.read()))
                return Answer(reply.status, json.dumps(said), reply.headers["Set-Cookie"])
        except HTTPError as refused:
            with refused:
                return Answer(refused.code, refused.read().decode(), None)

    def _seen(self, said: dict[str, Any]) -> dict[str, Any]:
        self.key = said.get("key", self.key)
        if url := said.get("uploadUrl"):
            self._noted(url)
            if self._is_elsewhere:
                return {"uploadUrl": f"{ELSEWHERE}/{url.rpartition('/')[2]}"}
        return said
