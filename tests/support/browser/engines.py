"""The engines that a test of pages can run in, each with the tools that it needs."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from tests.support.browser.chromium_tab import chromium_tab
from tests.support.browser.firefox import firefox
from tests.support.browser.tab import Tab
from tests.support.browser.webkit import webkit

# Starts a browser; `language` and `dark` tell what its person prefers.
Engine = Callable[..., AbstractAsyncContextManager[Tab]]

CHROMIUM = pytest.param(chromium_tab, marks=pytest.mark.chromium, id="chromium")
FIREFOX = pytest.param(firefox, marks=pytest.mark.firefox, id="firefox")
WEBKIT = pytest.param(webkit, marks=pytest.mark.webkit, id="webkit")
