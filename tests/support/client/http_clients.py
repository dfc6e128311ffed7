"""The HTTP clients that callers use, each sending the same form in its own way.

Knows: how each client is told the order of the fields and the name of the file. On the wire the name is
UTF-8 for all of them; a quotation mark in it is `%22`, as browsers write it, and `\\"` from aiohttp and from
older curls. aiohttp writes all of the name in percent-encoding unless it is told `quote_fields=False`.
No client asks the environment for a proxy.
"""

import asyncio
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import httpx
import requests

from tests.support.client.raw_http import Answer
from tests.support.service.transcript import TRANSCRIPT

TYPE = "image/png"
SECONDS = 300
SCRIPT = Path(__file__).with_name("send.mjs")

# A name and a tuple, whose shape each library types in its own way.
Part = tuple[str, Any]


@dataclass(frozen=True)
class Form:
    """What to send, and where to."""

    endpoint: str
    upload_url: str
    path: Path
    url_first: bool = True
    filename: str = "photo.png"


Client = Callable[[Form], Answer]


def curl(form: Form) -> Answer:
    """curl -F, with the parts in the order of its arguments. `-q` ignores the user's settings."""
    name = form.filename.replace("\\", "\\\\").replace('"', '\\"')
    url = ["--form-string", f"uploadUrl={form.upload_url}"]
    file = ["-F", f'file=@"{form.path}";type={TYPE};filename="{name}"']
    fields = url + file if form.url_first else file + url
    command = ["curl", "-q", "-sS", "--noproxy", "*", "-m", str(SECONDS), "-w", "\n%{http_code}", *fields]
    body, _, status = _run(*command, form.endpoint).rpartition(b"\n")
    return _answer(int(status), body)


def node(form: Form) -> Answer:
    """Node's fetch and FormData, in the order of the appends; the file is a Blob that is read as it goes."""
    order = "url-first" if form.url_first else "file-first"
    words = [form.endpoint, str(form.path), form.filename, TYPE, form.upload_url, order]
    status, _, body = _run("node", str(SCRIPT), *words).partition(b"\n")
    return _answer(int(status), body)


def python_requests(form: Form) -> Answer:
    """requests, which builds the form in memory; `data` would always precede `files`, so all are `files`."""
    with form.path.open("rb") as file, requests.Session() as session:
        session.trust_env = False
        url = ("uploadUrl", (None, form.upload_url))
        fields = _ordered(form, url, ("file", (form.filename, file, TYPE)))
        with session.post(form.endpoint, files=fields, timeout=SECONDS) as response:
            return _answer(response.status_code, response.content)


def python_httpx(form: Form) -> Answer:
    """httpx, which streams the file; `data` would always precede `files`, so all are `files`."""
    with form.path.open("rb") as file, httpx.Client(trust_env=False, timeout=SECONDS) as client:
        url = ("uploadUrl", (None, form.upload_url.encode()))
        fields = _ordered(form, url, ("file", (form.filename, file, TYPE)))
        response = client.post(form.endpoint, files=fields)
        return _answer(response.status_code, response.content)


def python_aiohttp(form: Form) -> Answer:
    """aiohttp, which streams the file, with the file's name as it is."""
    return asyncio.run(_aiohttp(form, quote_fields=False))


def python_aiohttp_quoting(form: Form) -> Answer:
    """aiohttp as it is by default: with the file's name in percent-encoding."""
    return asyncio.run(_aiohttp(form, quote_fields=True))


async def _aiohttp(form: Form, *, quote_fields: bool) -> Answer:
    with form.path.open("rb") as file:
        fields = aiohttp.FormData(quote_fields=quote_fields)
        if form.url_first:
            fields.add_field("uploadUrl", form.upload_url)
        fields.add_field("file", file, filename=form.filename, content_type=TYPE)
        if not form.url_first:
            fields.add_field("uploadUrl", form.upload_url)
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS)) as session,
            session.post(form.endpoint, data=fields) as response,
        ):
            answered = _answer(response.status, await response.read())
    await asyncio.sleep(0.05)  # aiohttp closes its connections behind itself
    return answered


def _ordered(form: Form, url: Part, file: Part) -> list[Part]:
    return [url, file] if form.url_first else [file, url]


def _run(*command: str) -> bytes:
    done = subprocess.run(command, capture_output=True, timeout=SECONDS + 10, check=False)
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return done.stdout


def _answer(status: int, body: bytes) -> Answer:
    TRANSCRIPT.hear("answer", body.decode("utf-8", "replace"))
    return Answer(status, {}, body)
