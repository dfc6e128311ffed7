#!/usr/bin/env bash
# A temporary URL of OpenStack Swift for an object whose name has a space.
#
# One would expect: what python-swiftclient's generate_temp_url returns (and the command `swift tempurl` prints) is a URL
#   path that can be used, or at least that a path which is escaped before it is signed can.
# What happens: the path is signed and returned as it is given. Given as it is, it comes back with a bare space in it, which
#   no HTTP client may send. Given escaped, as it stands in a URL, it is signed escaped, and Swift, which verifies the name
#   without escapes, answers 401 "Temp URL invalid", as to a forged signature. Only this works: sign the bare name, then
#   escape what came back up to its question mark.
# Versions: python-swiftclient 4.11.0, swift 2.38.3
# Source: this script; swift/common/middleware/tempurl.py (the path that is signed is put together from the unquoted one)
# Why it matters: signers escape keys first because S3's do, try names of plain letters, and fail for users with others.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill "${store:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/client" && "$folder/client/bin/pip" install --quiet python-swiftclient==4.11.0
python3 -m venv "$folder/store" && "$folder/store/bin/pip" install --quiet swift==2.38.3

cat > "$folder/store.py" <<'PY'
import logging, os, sys, eventlet
eventlet.monkey_patch()
import eventlet.wsgi
from swift.common import utils
from swift.common.middleware import tempurl
from swift.common.ring.builder import RingBuilder
from swift.common.wsgi import SwiftHttpProtocol
utils.HASH_PATH_SUFFIX = utils.config.HASH_PATH_SUFFIX = b"x"
from swift.account.server import AccountController
from swift.container.server import ContainerController
from swift.obj.server import ObjectController
from swift.proxy.server import Application

root = sys.argv[1]
os.makedirs(f"{root}/devices/d")
conf = {"devices": f"{root}/devices", "swift_dir": root, "mount_check": "false"}
listening = {name: eventlet.listen(("127.0.0.1", 0)) for name in ("account", "container", "object", "proxy")}
makers = {"account": AccountController, "container": ContainerController, "object": ObjectController}
for name in makers:
    port, builder = listening[name].getsockname()[1], RingBuilder(2, 1, 0)
    builder.add_dev({"region": 1, "zone": 1, "weight": 1, "device": "d", "ip": "127.0.0.1", "port": port,
                     "replication_ip": "127.0.0.1", "replication_port": port})
    builder.rebalance()
    builder.get_ring().save(f"{root}/{name}.ring.gz")
apps = {name: make(conf) for name, make in makers.items()}
apps["proxy"] = tempurl.filter_factory({})(
    Application({**conf, "account_autocreate": "true", "allow_account_management": "true"}))
for name, app in apps.items():
    eventlet.spawn(eventlet.wsgi.server, listening[name], app, logging.getLogger("x"), protocol=SwiftHttpProtocol)
with open(f"{root}/port.part", "w") as port:
    port.write(str(listening["proxy"].getsockname()[1]))
os.rename(f"{root}/port.part", f"{root}/port")
while True:
    eventlet.sleep(3600)
PY
mkdir "$folder/data"
"$folder/store/bin/python" "$folder/store.py" "$folder/data" >/dev/null 2>"$folder/log" & store=$!
for _ in $(seq 100); do [ -e "$folder/data/port" ] && break; sleep 0.1; done

cat > "$folder/see.py" <<'PY'
import http.client, sys
from importlib.metadata import version
from urllib.parse import quote
from swiftclient.utils import generate_temp_url

port, seen = int(sys.argv[1]), {}

def ask(path, headers={}, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("PUT", path, body=body, headers=headers)
    reply = connection.getresponse()
    return f"{reply.status} {reply.read().decode().strip()}".strip()

assert ask("/v1/AUTH_a", {"X-Account-Meta-Temp-URL-Key": "key"}).startswith("201")
assert ask("/v1/AUTH_a/c").startswith("201")
sign = lambda path: generate_temp_url(path, "600", "key", "PUT", digest="sha256")

def as_it_is():
    try:
        return ask(sign("/v1/AUTH_a/c/a b"), body=b"x")
    except http.client.InvalidURL:
        return "refused by http.client: a bare space"

seen["signed as it is, sent as it came back"] = as_it_is()
seen["escaped, then signed"] = ask(sign(quote("/v1/AUTH_a/c/a b")), body=b"x")
path, _, query = sign("/v1/AUTH_a/c/a b").rpartition("?")
seen["signed as it is, then escaped"] = ask(f"{quote(path)}?{query}", body=b"x")
print("python-swiftclient", version("python-swiftclient"))
for how, what in seen.items():
    print(f"{how}: {what}")
expected = ["refused by http.client: a bare space", "401 401 Unauthorized: Temp URL invalid", "201"]
sys.exit(list(seen.values()) != expected)
PY
"$folder/client/bin/python" "$folder/see.py" "$(cat "$folder/data/port")"
