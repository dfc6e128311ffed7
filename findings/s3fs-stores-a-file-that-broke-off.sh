#!/usr/bin/env bash
# A file that breaks off with an exception inside `with fs.open(key, "wb")`: s3fs and OpenDAL store what came so far.
#
# One would expect: S3 has no half objects, since a PUT is all or nothing; so the old object stays when the block that writes
#   the new one ends with an exception, as it does with obstore, whose writer then aborts.
# What happens: with s3fs and OpenDAL the end of the block is a close(), with or without an exception. The part that was
#   written is completed as a whole object, over the old one. It is so for 10 bytes (one PUT) and for 60 MB (a multipart
#   upload). `with fs.transaction:` around it keeps the old object with s3fs.
# Versions: s3fs 2026.9.0 (fsspec 2026.9.0), opendal 0.47.12, obstore 0.12.1; moto 5.2.5 is the store
# Source: this script; fsspec 2026.9.0, fsspec/spec.py line 2337 (`__exit__` closes, whatever was raised);
#   filesystem-spec.readthedocs.io/en/latest/features.html#transactions
# Why it matters: a server that streams an upload into such a file and loses its client in the middle tells the client
#   nothing, and has replaced a good object by a cut one, with a right length and a right ETag of its own.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet \
  "moto[server,s3]==5.2.5" s3fs==2026.9.0 fsspec==2026.9.0 opendal==0.47.12 obstore==0.12.1
cd "$folder"

cat > see.py <<'PY'
import logging
import os
import sys
from contextlib import nullcontext
from importlib.metadata import version

import boto3
import obstore
import opendal
import s3fs
from moto.server import ThreadedMotoServer
from obstore.store import S3Store

MB = 1024 * 1024
logging.getLogger("werkzeug").setLevel(logging.ERROR)
store = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
store.start()
url = "http://{}:{}".format(*store.get_host_and_port())
keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
client = boto3.client("s3", "us-east-1", endpoint_url=url, **keys)
client.create_bucket(Bucket="bucket")

files = s3fs.S3FileSystem(endpoint_url=url, key="key", secret="secret")
operator = opendal.Operator(
    "s3", bucket="bucket", region="us-east-1", endpoint=url, access_key_id="key", secret_access_key="secret"
)
objects = S3Store("bucket", region="us-east-1", endpoint=url, client_options={"allow_http": True}, **keys)
ways = {
    "s3fs": (nullcontext, lambda key: files.open(f"bucket/{key}", "wb")),
    "opendal": (nullcontext, lambda key: operator.open(key, "wb")),
    "obstore": (nullcontext, lambda key: obstore.open_writer(objects, key)),
    "s3fs, transaction": (lambda: files.transaction, lambda key: files.open(f"bucket/{key}", "wb")),
}


def broken_off(around, opened, size):
    """What is at the key, after a file of more than `size` bytes was lost after `size` bytes."""
    client.put_object(Bucket="bucket", Key="key", Body=b"the old object")
    try:
        with around(), opened("key") as file:
            file.write(b"x" * size)
            raise ConnectionError("the sender has left")
    except ConnectionError:
        pass
    found = client.get_object(Bucket="bucket", Key="key")["Body"].read()
    return "the old object" if found == b"the old object" else f"{len(found)} bytes of the new one"


seen = {}
for name, way in ways.items():
    seen[name] = [broken_off(*way, 10), broken_off(*way, 60 * MB)]
for name in ("s3fs", "opendal", "obstore", "moto"):
    print(name, version(name))
for name, found in seen.items():
    print(f"{name}: lost after 10 bytes: {found[0]}; lost after {60 * MB} bytes: {found[1]}")
cut, kept = ["10 bytes of the new one", f"{60 * MB} bytes of the new one"], ["the old object"] * 2
sys.stdout.flush()
os._exit(seen != {"s3fs": cut, "opendal": cut, "obstore": kept, "s3fs, transaction": kept})
PY
"$folder/venv/bin/python" see.py 2> errors || { cat errors; exit 1; }
echo "as described"
