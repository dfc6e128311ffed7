"""The service that this one replaces: FastAPI reads the whole file, httpx PUTs it.

Tuned: one client for all requests. With CLIENT_EACH=1 it makes a client for each request, as such code is
mostly written. Run by `uvicorn fastapi_httpx:app` with uvloop and httptools.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import httpx
from fastapi import FastAPI, File, Form, UploadFile


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=100)
    async with httpx.AsyncClient(timeout=None, limits=limits) as app.state.client:  # noqa: S113  no limit, like us
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/upload-with-presigned")
async def upload(
    file: Annotated[UploadFile, File()],
    upload_url: Annotated[str, Form(alias="uploadUrl")],
) -> dict[str, object]:
    content = await file.read()
    headers = {"Content-Type": file.content_type or "application/octet-stream"}
    if os.environ.get("CLIENT_EACH"):
        async with httpx.AsyncClient(timeout=None) as client:  # noqa: S113  no limit, as we have none
            response = await client.put(upload_url, content=content, headers=headers)
    else:
        response = await app.state.client.put(upload_url, content=content, headers=headers)
    return {"success": response.is_success, "status": response.status_code, "file_size": len(content)}
