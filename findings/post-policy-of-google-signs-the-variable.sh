#!/usr/bin/env bash
# For a key with ${filename}, Google's library signs the variable itself, and boto3 signs the text before it.
#
# One would expect: a policy for the key in/${filename} has the condition ["starts-with", "$key", "in/"], as that of boto3 and of
#   @aws-sdk/s3-presigned-post: S3 puts the file's name in before it compares the conditions, and so do SeaweedFS and MinIO.
# What happens: generate_signed_post_policy_v4 of google-cloud-storage signs {"key": "in/${filename}"}, an exact value.
#   The library for Node (@google-cloud/storage 7.22.0) does the same, in its V2 as well.
# Version: google-cloud-storage 3.17.1, boto3 1.44.5
# Source: this script; docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html, "All variables within the form
#   are expanded prior to validating the POST policy"
# Why it matters: who fills in the variable himself, or judges a policy beforehand, has to send the key of one signer as it is
#   and that of the other with the name in it.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet google-cloud-storage==3.17.1 boto3==1.44.5 cryptography==50.0.2

"$folder/venv/bin/python" - <<'PY'
import base64
import datetime
import json
from importlib.metadata import version

import boto3
from botocore.config import Config
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.cloud import storage
from google.oauth2 import service_account

KEY = "in/${filename}"
pem = rsa.generate_private_key(65537, 2048).private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
)
signer = service_account.Credentials.from_service_account_info(
    {"client_email": "a@b.example", "private_key": pem.decode(), "token_uri": "http://127.0.0.1:9/"}
)
google = storage.Client(project="p", credentials=signer).generate_signed_post_policy_v4(
    "bucket", KEY, expiration=datetime.timedelta(minutes=10)
)
amazon = boto3.client(
    "s3", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b", config=Config(signature_version="s3v4")
).generate_presigned_post("bucket", KEY)


def about_the_key(post):
    conditions = json.loads(base64.b64decode(post["fields"]["policy"]))["conditions"]
    return [each for each in conditions if "key" in each or "$key" in each]


print(f"google-cloud-storage {version('google-cloud-storage')}: {about_the_key(google)}")
print(f"boto3 {version('boto3')}: {about_the_key(amazon)}")
assert about_the_key(google) == [{"key": KEY}]
assert about_the_key(amazon) == [["starts-with", "$key", "in/"]]
PY
