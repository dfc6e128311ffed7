"""Whether the service's ports can be had, or who has them.

Knows: by what this service is known on each of its ports.
Rules: a port is tried for real, and given back; what a stranger answers there is not believed.
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

ASK_SECONDS = 2
MAX_RESPONSE_BYTES = 256 * 1024
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  only compared


async def look(settings: Settings) -> list[Finding]:
    """Whether the service could listen, or does already."""
    found = [await _port(settings, "PORT", settings.port, _version_of_service)]
    if settings.metrics_port is not None:
        found.append(await _port(settings, "UPLOAD_METRICS_PORT", settings.metrics_port, _version_of_metrics))
    return found


async def _port(
    settings: Settings, variable: str, port: int, version_at: Callable[[str, int], str | None]
) -> Finding:
    where = f"port {port} of {settings.bind or 'all interfaces'}"
    if not port:
        return warn("port", f"{variable} is 0: the system takes another one at each start", f"set {variable}")
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(asyncio.Protocol, settings.bind, port, start_serving=False)
    except OSError as error:
        host = EVERYWHERE.get(settings.bind or "0.0.0.0", settings.bind) or ""  # noqa: S104
        if version := await asyncio.to_thread(version_at, host, port):
            return ok("port", f"upload-service {version} runs here already; {where} is taken")
        cure = f"stop what uses it, or set {variable}"
        return fail("port", f"cannot listen on {where} ({reason(error)})", cure)
    server.close()
    return ok("port", f"{where} is free")


def _version_of_service(host: str, port: int) -> str | None:
    """The version of this service that answers on a port; None when it is something else."""
    try:
        said = json.loads(_answer(host, port, "/"))
        return str(said["version"]) if said["message"] == "upload-service is running" else None
    except (ValueError, KeyError, TypeError):
        return None


def _version_of_metrics(host: str, port: int) -> str | None:
    """The same of a port that has metrics alone."""
    text = _answer(host, port, "/metrics").decode(errors="replace")
    found = re.search(rf'^{BUILD.name}{{version="([^"]+)"}} ', text, re.MULTILINE)
    return found[1] if found else None


def _answer(host: str, port: int, path: str) -> bytes:
    """What is said there, if HTTP is spoken; a stranger may say anything."""
    connection = http.client.HTTPConnection(host, port, timeout=ASK_SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().read(MAX_RESPONSE_BYTES)
    except (OSError, http.client.HTTPException):
        return b""
    finally:
        connection.close()
