#!/usr/bin/env bash
# A file of gzip.open() as the body of a PUT: aiohttp sends as much of its content as the compressed file is long.
#
# One would expect: what is sent is what read() gives, the decompressed bytes, as with http.client and requests; or an error,
#   as with httpx. Objects of gzip.open(), bz2.open() and lzma.open() are binary files as io.BufferedIOBase describes them,
#   and aiohttp takes file objects as bodies.
# What happens: aiohttp takes the Content-Length from os.fstat(fileno()), so from the compressed file on the disk, and sends
#   the first bytes of the decompressed content, up to that number. The server sees a whole request and answers 200; no
#   error, no warning. In a form the part is cut in the same way, and the form around it is whole, with its later fields and
#   its end.
# Versions: aiohttp 3.14.5; httpx 0.28.1, requests 2.34.2 and the http.client of Python's library do it otherwise
# Source: this script; aiohttp 3.14.5, aiohttp/payload.py line 560 (`os.fstat(self._value.fileno()).st_size`) and line 621
#   (the chunk is cut); docs.python.org/3/library/gzip.html, "in binary or text mode, returning a
#   file object"
# Why it matters: `session.put(presigned_url, data=gzip.open("export.csv.gz"))` stores the beginning of the export, and every
#   status, length and checksum that storage gives belongs to just these bytes. Read it into memory, or give a generator of
#   its pieces and the Content-Length, and the whole file is sent.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet aiohttp==3.14.5 httpx==0.28.1 requests==2.34.2
cd "$folder"

cat > see.py <<'PY'
import asyncio
import bz2
import gzip
import http.client
import lzma
import os
import platform
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version

import aiohttp
import httpx
import requests

content = b"0,1,2,3,4,5,6,7,8,9\r\n" * 50_000
for kind in (gzip, bz2, lzma):
    with kind.open(kind.__name__, "wb") as written:
        written.write(content)
received = {}


class Storage(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_PUT(self):
        body, length = b"", self.headers["Content-Length"]
        if length:
            body = self.rfile.read(int(length))
        else:  # chunked
            while count := int(self.rfile.readline(), 16):
                body += self.rfile.read(count)
                self.rfile.readline()
            self.rfile.readline()
        received[self.path] = (length, body)
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PUT

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Storage)
threading.Thread(target=server.serve_forever, daemon=True).start()
url = f"http://127.0.0.1:{server.server_port}"


async def send(method, path, body):
    async with aiohttp.ClientSession() as session, session.request(method, url + path, data=body) as reply:
        return reply.status


def put(kind):
    """One PUT with aiohttp: the status, and whether just the first bytes came, as many as the disk has."""
    name = kind.__name__
    status = asyncio.run(send("PUT", f"/{name}", kind.open(name)))
    length, body = received[f"/{name}"]
    print(f"aiohttp, {name}.open: status {status}, Content-Length {length}, {len(body)} of {len(content)} bytes came")
    return status == 200 and len(body) == os.path.getsize(name) < len(content) and content.startswith(body)


def post():
    """One form with aiohttp: whether the form is whole and the file in it is cut."""
    form = aiohttp.FormData()
    form.add_field("file", gzip.open("gzip"), filename="export.csv")
    form.add_field("note", "the last field")
    status = asyncio.run(send("POST", "/form", form))
    _, body = received["/form"]
    delimiter = b"\r\n" + body.partition(b"\r\n")[0]
    file = body.partition(b"\r\n\r\n")[2].partition(delimiter)[0]
    whole = b"the last field" in body and body.endswith(b"--\r\n")
    print(f"aiohttp, form: status {status}, {len(file)} of {len(content)} bytes came, the form is whole: {whole}")
    return status == 200 and whole and len(file) == os.path.getsize("gzip") and content.startswith(file)


def others():
    """What the other clients do: the whole content, or an error."""
    requests.put(f"{url}/requests", data=gzip.open("gzip"))
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port)
    connection.request("PUT", "/http.client", gzip.open("gzip"))
    connection.getresponse().read()
    try:
        httpx.put(f"{url}/httpx", content=gzip.open("gzip"))
        error = None
    except Exception as raised:  # h11's, in this version
        error = str(raised)
    whole = [received[path][1] == content for path in ("/requests", "/http.client")]
    print(f"requests and http.client: the whole content came: {whole}; httpx: {error}")
    return whole == [True, True] and error == "Too much data for declared Content-Length"


print(f"aiohttp {version('aiohttp')}, httpx {version('httpx')}, requests {version('requests')}, "
      f"Python {platform.python_version()}")
seen = [put(gzip), put(bz2), put(lzma), post(), others()]
sys.exit("this has changed" if not all(seen) else 0)
PY
"$folder/venv/bin/python" see.py
echo "as described"
