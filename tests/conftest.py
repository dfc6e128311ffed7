"""Fixtures of all tests, and the last look over everything that was said."""

import os
import shutil
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from devtools import signed_queries
from local.store import Bucket, Store
from playwright.async_api import Browser

from tests.support import network_namespace
from tests.support.browser import firefox, webkit
from tests.support.browser.chromium import chromium
from tests.support.deploy.aws_account import Cloud
from tests.support.deploy.aws_servers import Servers, servers
from tests.support.proxies import running_proxy
from tests.support.scanner.running_clamd import Clamd
from tests.support.scanner.scripted_clamd import ScriptedClamd
from tests.support.service.container_service import Contained, InLambda
from tests.support.service.function_url import goes_through_a_function_url
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import StorageDouble

pytest_plugins = ["tests.support.workers", "tests.support.hypothesis_settings"]

# Tests that need a tool are marked with its name and left out, by name, where it is missing.
TOOLS = {
    "node": "Node",
    "curl": "curl",
    "chromium": "Chromium",
    "firefox": "Firefox (firefox-esr)",
    "webkit": "WebKitGTK with its driver (webkit2gtk-driver) and Xvfb",
    "unshare": "namespaces (unshare, ip)",
    "promtool": "Prometheus with its promtool",
    "jq": "jq",
    "nginx": "nginx (nginx-light)",
    "caddy": "Caddy",
    "haproxy": "HAProxy",
    "apache2": "Apache httpd (apache2-bin)",
    "clamd": "clamd (clamav-daemon)",
}


# Tests of the whole system, and those that start the command again and again.
SLOW_FOLDERS = {"system", "doctor"}
# Who uses one of these has a store or one that misbehaves, a service, a browser or a cloud.
SLOW_FIXTURES = {"store", "double", "service", "grid", "browser", "aws"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--through",
        choices=["process", "container", "lambda"],
        default="process",
        help="how the service of that fixture runs: as it is, in its image, or in its image under Lambda's "
        "emulator; the latter two leave out tests that do not use it",
    )
    parser.addoption(
        "--quick", action="store_true", help="leave out what needs a store, its double, a browser or a tool"
    )


def pytest_configure(config: pytest.Config) -> None:
    for tool, name in TOOLS.items():
        config.addinivalue_line("markers", f"{tool}: needs {name}")
    config.addinivalue_line("markers", "slow: waits for many seconds, so --quick leaves it out")
    config.addinivalue_line(
        "markers", "deploy: needs AWS CLI, moto and cfn-lint, which are installed on first use"
    )


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """The tests of the image need one: ./scripts/dev/test-image builds it."""
    asked = config.getoption("--through") != "process"
    return None if asked or collection_path.name != "image" else True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    through = config.getoption("--through")
    if through != "process":
        items[:] = [
            item
            for item in items
            if "/image/" in item.nodeid or "service" in getattr(item, "fixturenames", ())
        ]
    if through == "lambda":
        items[:] = [item for item in items if goes_through_a_function_url(item.nodeid)]
    if config.getoption("--quick"):
        items[:] = [item for item in items if _is_quick(item)]
    for item in items:
        for tool, name in TOOLS.items():
            if item.get_closest_marker(tool) and not _is_there(tool):
                item.add_marker(pytest.mark.skip(reason=f"needs {name}, not to be had here"))


def _is_quick(item: pytest.Item) -> bool:
    """Whether it tests a part of the service, and needs nothing but Python."""
    tools = any(item.get_closest_marker(tool) for tool in (*TOOLS, "deploy", "slow"))
    slow = SLOW_FIXTURES.intersection(getattr(item, "fixturenames", ()))
    return not (tools or slow or SLOW_FOLDERS.intersection(item.path.parts))


def _is_there(tool: str) -> bool:
    """Whether it is installed; namespaces may also be forbidden."""
    if tool == "unshare":
        return network_namespace.is_possible()
    if tool == "webkit":
        return webkit.is_there()
    names = {"chromium": ("chromium-headless-shell", "chromium"), "firefox": firefox.NAMES}
    return any(shutil.which(name, path=running_proxy.PROGRAMS) for name in names.get(tool, (tool,)))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """With LEAVE_OUT=nothing, as in CI, a test that was left out fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("LEAVE_OUT") == "nothing" and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session", autouse=True)
def nothing_said_a_secret() -> Iterator[None]:
    """After the whole run, no log line and no answer contains more of a presigned URL than its host."""
    yield
    assert TRANSCRIPT.leaks() == []


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A real object store."""
    with Store(tmp_path_factory.mktemp("store"), s3_port=0) as running:
        yield running


@pytest.fixture(scope="session")
def bucket(store: Store) -> Bucket:
    """The bucket of the real store."""
    return store.bucket


@pytest.fixture(scope="session")
def double() -> Iterator[StorageDouble]:
    """A storage that misbehaves on cue."""
    with StorageDouble() as running:
        yield running
        running.shutdown()


@pytest.fixture(scope="session")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clamd]:
    """A real malware scanner, which tells when it has not looked. Tests that use it are marked `clamd`."""
    with Clamd(tmp_path_factory.mktemp("clamd"), AlertExceedsMax="yes") as running:
        yield running


@pytest.fixture(scope="module")
def scripted() -> Iterator[ScriptedClamd]:
    """A malware scanner that says what it is told to."""
    with ScriptedClamd() as running:
        yield running


@pytest.fixture(scope="session")
def closed_port() -> Iterator[int]:
    """A port that refuses connections: bound, and never listened on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture(scope="session")
def service(
    request: pytest.FixtureRequest, bucket: Bucket, double: StorageDouble, closed_port: int
) -> Iterator[Running]:
    """The service, allowed to PUT to the real store, to the double, and to a port that refuses."""
    kinds = {"process": Running, "container": Contained, "lambda": InLambda}
    kind = kinds[request.config.getoption("--through")]
    listed = f"{bucket.url},{double.url},http://127.0.0.1:{closed_port}"
    # As talkative as it can be: `nothing_said_a_secret` listens to all of it.
    with kind(UPLOAD_DESTINATIONS=listed, LOG_LEVEL="DEBUG") as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    """A browser for the tests of a file, whose `asyncio` mark must have that scope as well."""
    async with chromium() as running:
        yield running


@pytest.fixture
def presign(bucket: Bucket) -> Callable[..., str]:
    """Sign a PUT URL for the real store; its signature is a secret of the run."""

    def sign(key: str, **options: object) -> str:
        return TRANSCRIPT.hide(bucket.presign(key, **options))  # type: ignore[arg-type]  # passed on

    return sign


@pytest.fixture
def double_url(double: StorageDouble) -> Callable[[str], str]:
    """A presigned-looking URL of the double for a key; its signature is a secret of the run."""

    def sign(key: str) -> str:
        return TRANSCRIPT.hide(f"{double.url}{key}?{signed_queries.v4()}")

    return sign


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """AWS, as far as moto plays it, and the AWS CLI."""
    with servers(tmp_path_factory.mktemp("aws")) as running:
        yield running


@pytest.fixture
def cloud(aws: Servers, tmp_path: Path) -> Cloud:
    """An empty AWS account to deploy into."""
    aws.function_url.status = 200
    aws.function_url.asked.clear()
    return Cloud(tmp_path, aws.endpoint, aws.forks, aws.function_url.port)
