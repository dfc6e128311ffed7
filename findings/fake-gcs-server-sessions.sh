#!/usr/bin/env bash
# An emulator of Google Cloud Storage ends a resumable session that is only asked, and stores resent bytes twice.
#
# One would expect: a PUT with `Content-Range: bytes */*` and no body asks how far a session is, is answered 308, and changes
#   nothing. Bytes that a session has already are ignored when they come again, as after a lost answer.
# What happens: fake-gcs-server answers the question with 200 and makes an object of the pieces that have come. It appends
#   whatever comes and looks at no offset, so a piece that is sent again is in the object twice, and 200 is the answer. The
#   Range in its 308 is what the piece said, not what the session holds.
# Version: fake-gcs-server 1.56.1 (Go module proxy); google-resumable-media 2.11.0, whose `recover()` asks in this way
# Source: this script; docs.cloud.google.com/storage/docs/performing-resumable-uploads#status-check and
#   /resumable-uploads#resent-data
# Why it matters: a client whose recovery was only ever tested against the emulator stores cut or doubled objects there, and
#   nobody sees it in the answers: compare the object's `size` with the file's.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill "${store:-}" 2>/dev/null || true; wait 2>/dev/null || true; chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
GOBIN=$folder go install github.com/fsouza/fake-gcs-server@v1.56.1 2>/dev/null
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet google-resumable-media==2.11.0 requests==2.32.5
cd "$folder"
port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
./fake-gcs-server -scheme http -host 127.0.0.1 -port "$port" -public-host "127.0.0.1:$port" -backend memory >store.log 2>&1 &
store=$!

cat > see.py <<'PY'
import io
import sys
import time

import requests
from google.resumable_media.requests import ResumableUpload

UNIT = 256 * 1024
base, web = f"http://127.0.0.1:{sys.argv[1]}", requests.Session()
for _ in range(100):
    try:
        web.post(f"{base}/storage/v1/b", json={"name": "bucket"})
        break
    except requests.ConnectionError:
        time.sleep(0.1)


def begun(name, count):
    """A session of this many units, whose first one was sent."""
    address = f"{base}/upload/storage/v1/b/bucket/o?uploadType=resumable&name={name}"
    upload = ResumableUpload(address, UNIT)
    upload.initiate(web, io.BytesIO(b"a" * UNIT * count), {"name": name}, "text/plain")
    upload.transmit_next_chunk(web)
    return upload.resumable_url


def size(name):
    found = web.get(f"{base}/storage/v1/b/bucket/o/{name}")
    return int(found.json()["size"]) // UNIT if found.ok else None


def put(url, told, body=b""):
    return web.put(url, data=body, headers={"Content-Range": told, "Content-Length": str(len(body))}).status_code


asked = put(begun("asked", 2), "bytes */*")
print(f"asked after 1 of 2 units: status {asked}, the object has {size('asked')} unit")
url = begun("twice", 2)
again = put(url, f"bytes 0-{UNIT - 1}/{2 * UNIT}", b"a" * UNIT)
last = put(url, f"bytes {UNIT}-{2 * UNIT - 1}/{2 * UNIT}", b"a" * UNIT)
print(f"first of 2 units sent twice: statuses {again} and {last}, the object has {size('twice')} units")
sys.exit((asked, size("asked"), again, last, size("twice")) != (200, 1, 308, 200, 3))
PY
echo "fake-gcs-server 1.56.1"
"$folder/venv/bin/python" see.py "$port"
echo "as described"
