"""The page /docs in a browser: its forms, filled in as a person does, and all that it says and asks for."""

from dataclasses import dataclass, field
from typing import Any

from local.start_message import SAMPLE
from playwright.async_api import Page, Request

from tests.support.client.raw_http import PLAIN, RETRY

PHOTO = SAMPLE
OPERATIONS = {PLAIN: "#operations-uploads-upload", RETRY: "#operations-uploads-uploadWithRetries"}


@dataclass
class Visit:
    """A page, everything that it wrote to the console, and every request that it made."""

    page: Page
    said: list[str] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("console", lambda message: self.said.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.said.append(f"error: {error}"))
        self.page.on("request", self._note)

    def _note(self, request: Request) -> None:
        self.asked.append(request)

    async def upload(self, path: str, url: str) -> dict[str, Any]:
        """Fill in an endpoint's form as a person does, execute it, and return the answer."""
        operation = self.page.locator(OPERATIONS[path])
        await operation.locator(".opblock-summary-control").click()
        await operation.get_by_placeholder("uploadUrl").click()
        await operation.get_by_placeholder("uploadUrl").fill(url)
        await operation.locator("input[type=file]").set_input_files(PHOTO)
        async with self.page.expect_response(lambda response: response.url.endswith(path)) as asked:
            await operation.locator("button.execute").click()
        answer = await (await asked.value).json()
        await operation.locator(".live-responses-table .response .response-col_status").wait_for()
        assert isinstance(answer, dict)
        return answer

    async def kept(self) -> dict[str, object]:
        """What the browser keeps of the visit after the page is gone."""
        kept: dict[str, object] = await self.page.evaluate(
            """async () => ({
                address: location.href,
                history: history.length,
                local: Object.entries(localStorage),
                session: Object.entries(sessionStorage),
                databases: (await indexedDB.databases()).length,
                cookies: document.cookie,
            })"""
        )
        return kept
