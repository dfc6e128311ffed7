"""The floor: aiohttp's own server and client and nothing else. Reads a body and sends it to SINK_URL.

There is no form, no URL from outside, no judging, no check and no log.
"""

import asyncio
import os

import aiohttp
from aiohttp import web
from yarl import URL


async def main() -> None:
    target = URL(os.environ["SINK_URL"], encoded=True)
    timeout, connector = aiohttp.ClientTimeout(total=None), aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:

        async def pass_on(request: web.BaseRequest) -> web.Response:
            body = await request.read()
            async with session.put(target, data=body) as response:
                await response.read()
                return web.json_response({"status": response.status})

        runner = web.ServerRunner(web.Server(pass_on, access_log=None))
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", int(os.environ["PORT"])).start()
        await asyncio.Event().wait()


asyncio.run(main())
