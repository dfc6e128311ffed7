"""Checks whether the service can listen on its ports, or whether it is running there already.

Knows: how to recognise this service on each of its ports.
Rules: the check really opens each port, and closes it again. A response from another program there is never
trusted.
Must not know: presigned URLs.
"""

import asyncio
import http.client
import json
import re
from collections.abc import Callable

from upload_service.doctor.finding import Finding, fail, ok, warn
from upload_service.server.serve import reason
from upload_service.settings.settings import Settings
from upload_service.telemetry.metric_definitions import BUILD

GET_TIMEOUT_SECONDS = 2
MAX_RESPONSE_BYTES = 256 * 1024
# The address at which a service on all interfaces is asked.
LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  only compared


async def check_ports(settings: Settings) -> list[Finding]:
    """Whether the service can listen on PORT and UPLOAD_METRICS_PORT, or does so already."""
    findings = [await _check_port(settings, "PORT", settings.port, _version_of_service)]
    if settings.metrics_port is not None:
        findings.append(
            await _check_port(settings, "UPLOAD_METRICS_PORT", settings.metrics_port, _version_of_metrics)
        )
    return findings


async def _check_port(
    settings: Settings, variable: str, port: int, version_at: Callable[[str, int], str | None]
) -> Finding:
    where = f"port {port} of {settings.bind or 'all interfaces'}"
    if not port:
        return warn("port", f"{variable} is 0: the system takes another one at each start", f"set {variable}")
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(asyncio.Protocol, settings.bind, port, start_serving=False)
    except OSError as error:
        host = LOOPBACK.get(settings.bind or "0.0.0.0", settings.bind) or ""  # noqa: S104
        if version := await asyncio.to_thread(version_at, host, port):
            return ok("port", f"upload-service {version} runs here already; {where} is taken")
        cure = f"stop what uses it, or set {variable}"
        return fail("port", f"cannot listen on {where} ({reason(error)})", cure)
    server.close()
    return ok("port", f"{where} is free")


def _version_of_service(host: str, port: int) -> str | None:
    """The version of this service that answers on a port; None if another program answers."""
    try:
        answer = json.loads(_get(host, port, "/"))
        return str(answer["version"]) if answer["message"] == "upload-service is running" else None
    except (ValueError, KeyError, TypeError):
        return None


def _version_of_metrics(host: str, port: int) -> str | None:
    """The same for a port that serves /metrics only."""
    text = _get(host, port, "/metrics").decode(errors="replace")
    match = re.search(rf'^{BUILD.name}{{version="([^"]+)"}} ', text, re.MULTILINE)
    return match[1] if match else None


def _get(host: str, port: int, path: str) -> bytes:
    """The beginning of the response's body; empty without an HTTP response, as from another program."""
    connection = http.client.HTTPConnection(host, port, timeout=GET_TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().read(MAX_RESPONSE_BYTES)
    except (OSError, http.client.HTTPException):
        return b""
    finally:
        connection.close()
