#!/usr/bin/env bash
# An emulator of S3 answers the POST of a form without saying what it has stored.
#
# One would expect: `success_action_status=201` gives a document `PostResponse` with Location, Bucket, Key and ETag, and every
#   successful POST the header ETag, as S3 does.
# What happens: moto stores the object and answers with the status alone: no document, no ETag, an empty body that is called
#   text/html. A PUT of the same bytes has its ETag.
# Version: moto 5.2.5 (PyPI), moto_server; boto3 1.44.5 signs
# Source: this script; docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html: "If the value is set to 201, Amazon S3
#   returns an XML document with a 201 status code"
# Why it matters: a client that reads the key or the ETag of the document breaks against the emulator only, and one that wants a
#   proof that an object store has answered takes it for a web server.
set -euo pipefail

folder=$(mktemp -d)
trap 'kill "${store:-}" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet "moto[s3,server]==5.2.5" boto3==1.44.5
cd "$folder"

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
"$folder/venv/bin/moto_server" -H 127.0.0.1 -p "$port" > moto.log 2>&1 &
store=$!

cat > see.py <<'PY'
import sys
import time

import boto3
import requests
from botocore.config import Config

client = boto3.client(
    "s3",
    endpoint_url=f"http://127.0.0.1:{sys.argv[1]}",
    region_name="us-east-1",
    aws_access_key_id="key",
    aws_secret_access_key="secret",
    config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
)
for _ in range(120):
    try:
        client.create_bucket(Bucket="bucket")
        break
    except Exception:
        time.sleep(0.5)

silent = []
for status in (None, "200", "201", "204"):
    wanted = {"success_action_status": status} if status else {}
    post = client.generate_presigned_post("bucket", "object", Fields=wanted, Conditions=[wanted] if wanted else [])
    told = requests.post(post["url"], data=post["fields"], files={"file": b"hello"})
    stored = client.get_object(Bucket="bucket", Key="object")["Body"].read() == b"hello"
    print("asked for", status, "| status", told.status_code, "| ETag", told.headers.get("ETag"), told.content)
    silent.append(stored and told.ok and "ETag" not in told.headers and told.content == b"")
put = client.generate_presigned_url("put_object", {"Bucket": "bucket", "Key": "object"})
print("PUT of the same | ETag", etag := requests.put(put, data=b"hello").headers.get("ETag"))
sys.exit(not (all(silent) and etag))
PY
"$folder/venv/bin/python" see.py "$port"
echo "as described"
