"""The page's modules for parts are the published TypeScript client."""

import pytest
from docs_generator import generate, page_modules


@pytest.mark.node
def test_modules_are_the_published_client() -> None:
    """What the compiler makes of the client's source is what the page loads."""
    stale = [
        path.name
        for path, text in page_modules.compiled().items()
        if path.read_text(encoding="utf-8") != text
    ]
    assert stale == [], f"run {generate.COMMAND}"
