"""Presigned POSTs as vendors' own libraries make them: botocore, and in Node those of AWS and Google.

Knows: how each is called, and that Google's keys are made here for nothing else.
Must not know: the service, what becomes of a POST.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from botocore.config import Config
from botocore.session import Session
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from devtools.node_packages import FOLDER, NoNodePackages, node_modules

SIGNERS = FOLDER / "signers"
NODE_SECONDS = 60
EMAIL = "signer@project.iam.gserviceaccount.com"


class Wish(NamedTuple):
    """What a policy is to say."""

    key: str
    conditions: Sequence[object] = ()
    fields: Mapping[str, str] = {}
    seconds: int = 600


class Place(NamedTuple):
    """Where a POST goes, and who signs it. `endpoint` has no last slash."""

    endpoint: str
    bucket: str
    access_key: str = ""
    secret_key: str = ""


class SignedPost(NamedTuple):
    """What a library returns."""

    url: str
    fields: dict[str, str]


def botocore(place: Place, wish: Wish, version: str = "s3v4") -> SignedPost:
    """As boto3's `generate_presigned_post`, which is this one. `version`: "s3" for Signature Version 2."""
    session = Session()
    session.set_credentials(place.access_key, place.secret_key)
    config = Config(signature_version=version, s3={"addressing_style": "path"})
    client: Any = session.create_client("s3", "us-east-1", endpoint_url=place.endpoint, config=config)
    post = client.generate_presigned_post(
        place.bucket,
        wish.key,
        Fields=dict(wish.fields),
        Conditions=list(wish.conditions) + [{name: value} for name, value in wish.fields.items()],
        ExpiresIn=wish.seconds,
    )
    return SignedPost(post["url"], post["fields"])


def aws_sdk(place: Place, wishes: Sequence[Wish]) -> list[SignedPost]:
    """As `createPresignedPost` of @aws-sdk/s3-presigned-post; raises NoNodePackages."""
    keys = {"accessKey": place.access_key, "secretKey": place.secret_key}
    return _in_node("aws", place, wishes, keys)


def google(place: Place, wishes: Sequence[Wish], version: int = 4) -> list[SignedPost]:
    """As `generateSignedPostPolicyV4`, or V2, of @google-cloud/storage; raises NoNodePackages."""
    pem = google_key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return _in_node(f"google{version}", place, wishes, {"email": EMAIL, "privateKey": pem.decode()})


@cache
def google_key() -> rsa.RSAPrivateKey:
    """The key of a service account that exists nowhere."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _in_node(kind: str, place: Place, wishes: Sequence[Wish], signer: Mapping[str, str]) -> list[SignedPost]:
    node = shutil.which("node")
    if node is None:
        raise NoNodePackages("node is not installed")
    wanted = [
        {
            **signer,
            "kind": kind,
            "endpoint": place.endpoint,
            "bucket": place.bucket,
            **wish._asdict(),
            "range": _range_of(wish),
        }
        for wish in wishes
    ]
    environment = {**os.environ, "NODE_PATH": str(node_modules(SIGNERS))}
    done = subprocess.run(  # noqa: S603 - our own command, never a shell
        [node, "--no-warnings", SIGNERS / "sign_posts.cjs"],
        input=json.dumps(wanted),
        env=environment,
        capture_output=True,
        text=True,
        timeout=NODE_SECONDS,
        check=False,
    )
    if done.returncode:
        raise NoNodePackages(f"the signer failed: {done.stderr.strip()[-300:]}")
    return [SignedPost(each["url"], each["fields"]) for each in json.loads(done.stdout)]


def _range_of(wish: Wish) -> list[object]:
    """The bounds of the file's length that Google's version 2 takes apart from the conditions."""
    for condition in wish.conditions:
        if isinstance(condition, list) and condition[0] == "content-length-range":
            return condition[1:]
    return [0, 10**12]
