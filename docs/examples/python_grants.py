#!/usr/bin/env python3
"""A back end that signs a URL for each file, and the grant without which upload-service takes none.

Usage: UPLOAD_GRANT_KEY=... S3_BUCKET=... python python_grants.py [PORT]

UPLOAD_GRANT_KEY is one of the secrets in the service's UPLOAD_GRANT_KEYS. The keys of the store come from the
environment or from wherever botocore finds them; AWS_ENDPOINT_URL_S3 names a store other than S3.
"""

import hashlib
import os
import sys
import time
import uuid
from typing import Any

import jwt
from aiohttp import web
from botocore.config import Config
from botocore.session import Session

EXPIRES_SECONDS = 300
MOST_BYTES = 10_000_000
TYPES = ["image/png", "image/jpeg", "application/pdf"]

routes = web.RouteTableDef()


@routes.post("/api/grant")
async def grant(request: web.Request) -> web.Response:
    """A URL for one file of this type, its grant, and where to send both."""
    # Ask here whatever decides who may upload: a session, a captcha, a rate.
    content_type = str((await request.json())["type"])
    upload_url = presigned(f"grants/{uuid.uuid4()}", content_type)
    answer = {"uploadUrl": upload_url, "grant": grant_for(upload_url)}
    return web.json_response(answer | {"serviceUrl": os.environ.get("UPLOAD_SERVICE_URL")})


def presigned(key: str, content_type: str) -> str:
    """A URL for a PUT of one object."""
    # Stores other than S3 seldom have a host name for each bucket.
    own = "AWS_ENDPOINT_URL_S3" in os.environ
    config = Config(
        signature_version="s3v4",
        request_checksum_calculation="when_required",
        s3={"addressing_style": "path" if own else "virtual"},
    )
    s3: Any = Session().create_client("s3", config=config)
    named = {"Bucket": os.environ["S3_BUCKET"], "Key": key, "ContentType": content_type}
    url: str = s3.generate_presigned_url("put_object", named, ExpiresIn=EXPIRES_SECONDS)
    return url


def grant_for(upload_url: str) -> str:
    """What may be uploaded with this URL."""
    claims = {
        "url_sha256": hashlib.sha256(upload_url.encode()).hexdigest(),
        "exp": int(time.time()) + EXPIRES_SECONDS,
        "max_bytes": MOST_BYTES,
        "types": TYPES,
    }
    return jwt.encode(claims, os.environ["UPLOAD_GRANT_KEY"], "HS256", headers={"typ": "upload-grant+jwt"})


def main() -> int:
    """Listen on this computer alone."""
    # An empty secret is none: with it, anybody could sign.
    if not all(map(os.environ.get, ("UPLOAD_GRANT_KEY", "S3_BUCKET"))) or len(sys.argv) > 2:
        print(__doc__, file=sys.stderr)
        return 2
    app = web.Application()
    app.add_routes(routes)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]) if len(sys.argv) == 2 else 3001, print=None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
