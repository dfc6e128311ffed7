"""Stops an upload in parts of the page at a part that a test names.

Knows: that the page asks its signer before each part.
Rules: a request that is held is let go later, or forgotten when the page is loaded anew.
"""

import json
from contextlib import suppress
from typing import Any

from playwright.async_api import Error as PageGone
from playwright.async_api import Page, Route

from tests.support.service.transcript import TRANSCRIPT


class HeldParts:
    """Lets the page have URLs for the parts up to `most`. `actions`: what it asked the signer, in order."""

    def __init__(self, page: Page) -> None:
        self.most = 0
        self.actions: list[dict[str, Any]] = []
        self._page = page
        self._held: list[Route] = []
        page.on("framenavigated", lambda _: self._held.clear())

    async def start(self, most: int) -> None:
        """From now on."""
        self.most = most
        await self._page.route("**/presign", self._take)

    async def release(self, most: int) -> None:
        """Let it have more parts, those that it waits for as well."""
        self.most = most
        held, self._held = self._held, []
        for route in held:
            await self._take(route)

    def asked(self, action: str) -> list[dict[str, Any]]:
        """What was asked with this action."""
        return [each for each in self.actions if each.get("action") == action]

    async def _take(self, route: Route) -> None:
        asked = json.loads(route.request.post_data or "{}")
        if asked.get("action") == "sign" and asked["number"] > self.most:
            self._held.append(route)
            return
        self.actions.append(asked)
        with suppress(PageGone):  # a page that is loaded anew waits for nothing
            reply = await route.fetch()
            _hide(await reply.json())
            await route.fulfill(response=reply)


def _hide(given: dict[str, Any]) -> None:
    """What the signer gives is nobody else's business."""
    for name in ("uploadUrl", "viewUrl"):
        if secret := given.get(name):
            TRANSCRIPT.hide(secret)
