"""The usual way in aiohttp: `request.multipart()`, chunks of 64 KiB, an async generator as the body."""

import logging
import os
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web
from yarl import URL

CHUNK_BYTES = 64 * 1024
SESSION: web.AppKey[aiohttp.ClientSession] = web.AppKey("session", aiohttp.ClientSession)


async def chunks(part: aiohttp.BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await part.read_chunk(CHUNK_BYTES):
        yield chunk


async def put(session: aiohttp.ClientSession, url: str, body: object, kind: str, length: int) -> int:
    headers = {"Content-Type": kind, "Content-Length": str(length)}
    async with session.put(URL(url, encoded=True), data=body, headers=headers) as response:
        await response.read()
        return response.status


async def upload(request: web.Request) -> web.Response:
    """Streams when the URL comes first; otherwise the file waits in memory."""
    url, kept, status, kind = "", b"", 0, "application/octet-stream"
    async for part in await request.multipart():
        assert isinstance(part, aiohttp.BodyPartReader)
        if part.name == "uploadUrl":
            url = await part.text()
        elif part.name == "file":
            kind = part.headers.get("Content-Type", kind)
            if not url:
                kept = bytes(await part.read())
                continue
            # What the file's own position in the body tells; here the request names it.
            length = int(request.headers["X-File-Length"])
            status = await put(request.app[SESSION], url, chunks(part), kind, length)
    if not status:
        status = await put(request.app[SESSION], url, kept, kind, len(kept))
    return web.json_response({"success": status == 200, "status": status})


async def session(app: web.Application) -> AsyncIterator[None]:
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout) as app[
        SESSION
    ]:
        yield


logging.disable()  # wrk leaves in the middle of its last requests
app = web.Application(client_max_size=1 << 40)
app.router.add_post("/upload-with-presigned", upload)
app.cleanup_ctx.append(session)
web.run_app(app, host="127.0.0.1", port=int(os.environ["PORT"]), access_log=None, print=None)
