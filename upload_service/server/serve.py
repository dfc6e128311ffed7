"""Listening and stopping.

Knows: the listening sockets, signals, and the steps of a stop: /readyz turns 503; the socket stays open for a
while so that load balancers notice; it closes; running uploads are finished or aborted.
Rules: a second signal ends the process at once.
Must not know: about uploads, more than that they run and can be aborted.
"""

import asyncio
import os
import signal
import socket
from collections.abc import Callable

import structlog
from aiohttp import web

from upload_service import __version__
from upload_service.pages import metrics_endpoint
from upload_service.pages.app_keys import CONTEXT, METRICS
from upload_service.server import descriptors
from upload_service.server.access_control import open_access_limits
from upload_service.server.admission import OPEN_CONNECTIONS
from upload_service.server.app import make_app
from upload_service.server.connection import Connection
from upload_service.server.open_connections import OpenConnections
from upload_service.server.request_heads import HeadBudget
from upload_service.settings.settings import Settings
from upload_service.upload.app_context import AppContext

# Connections accepted just before the signal get this long to register as running uploads.
SETTLE_SECONDS = 0.1
# Aborted uploads get this long to send their responses.
FAREWELL_SECONDS = 1.0
BACKLOG = 1024
# asyncio accepts so many connections before it tells us of the first.
ACCEPTED_AT_ONCE = 16


class CannotListen(Exception):
    """A port cannot be listened on. The text is the system's reason; `setting` is the port's variable."""

    def __init__(self, reason: str, setting: str, port: int) -> None:
        super().__init__(reason)
        self.setting = setting
        self.port = port


async def serve(settings: Settings) -> None:
    """Run until told to stop. Raises CannotListen when a port cannot be listened on."""
    open_files = descriptors.raise_limit()
    runner = web.AppRunner(make_app(settings), access_log=None, shutdown_timeout=FAREWELL_SECONDS)
    await runner.setup()
    context = runner.app[CONTEXT]
    connections, heads = runner.app[OPEN_CONNECTIONS], HeadBudget()
    metrics = metrics_endpoint.metrics_only_server(runner.app[METRICS])
    try:
        server = await _listen(
            lambda: _connection(runner.server, settings, connections, heads), settings, "PORT", settings.port
        )
        ports = {"port": _port(server)}
        if settings.metrics_port is not None:
            other = await _listen(
                lambda: _connection(metrics, settings, connections, heads),
                settings,
                "UPLOAD_METRICS_PORT",
                settings.metrics_port,
            )
            ports["metrics_port"] = _port(other)
        told_to_stop = _stop_on_signals(context)
        if not (settings.asks_tokens or settings.grant_keys):
            structlog.get_logger().warning("anybody_may_upload", **open_access_limits(settings))
        structlog.get_logger().info(
            "listening", **ports, version=__version__, open_files=open_files, connections=connections.most
        )
        await told_to_stop.wait()
        structlog.get_logger().info("stopping", running=len(context.places))
        await asyncio.sleep(settings.drain_delay_seconds)
        server.close()
        await asyncio.sleep(SETTLE_SECONDS)
        await _finish(context, settings.shutdown_seconds)
    finally:
        metrics.pre_shutdown()
        await metrics.shutdown(FAREWELL_SECONDS)
        await runner.cleanup()
    structlog.get_logger().info("stopped")


async def _listen(
    answering: Callable[[], asyncio.BaseProtocol], settings: Settings, setting: str, port: int
) -> asyncio.Server:
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(answering, settings.bind, port, backlog=ACCEPTED_AT_ONCE)
    except OSError as error:
        raise CannotListen(reason(error), setting, port) from None
    for listening in server.sockets:
        # The system's own queue may be longer. asyncio has one number for both.
        with socket.socket(fileno=os.dup(listening.fileno())) as same:
            same.listen(BACKLOG)
    return server


def reason(error: OSError) -> str:
    """The system's short reason why a port cannot be listened on; asyncio's text is long."""
    number = error.errno or 0
    # The error of a name that does not resolve has a negative number.
    return os.strerror(number) if number > 0 else str(error.strerror)


def _port(server: asyncio.Server) -> int:
    return int(server.sockets[0].getsockname()[1])


def _connection(
    server: web.Server | None, settings: Settings, connections: OpenConnections, heads: HeadBudget
) -> Connection:
    assert server
    return Connection(
        server,
        settings,
        connections,
        heads,
        loop=asyncio.get_running_loop(),
        access_log=None,
        auto_decompress=False,
        # We drain what is left of a body ourselves: see middleware.py.
        lingering_time=0,
    )


def _stop_on_signals(context: AppContext) -> asyncio.Event:
    loop, told_to_stop = asyncio.get_running_loop(), asyncio.Event()

    def stop() -> None:
        context.draining = True
        told_to_stop.set()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
            signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    return told_to_stop


async def _finish(context: AppContext, seconds: float) -> None:
    """Wait for running uploads, then abort the rest."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while len(context.places) and loop.time() < deadline:  # noqa: ASYNC110  uploads may still begin, and end
        await asyncio.sleep(0.05)
    context.places.abort_all("shutting_down")
