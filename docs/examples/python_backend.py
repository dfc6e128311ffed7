#!/usr/bin/env python3
"""A back end that signs the parts of large uploads, with aiohttp and botocore.

Usage: UPLOAD_TOKEN_SECRET=... S3_BUCKET=... python python_backend.py [PORT]

The keys of the store come from the environment or from wherever botocore finds them; AWS_ENDPOINT_URL_S3
names a store other than S3. No file passes here: the parts go through upload-service, whose address is
UPLOAD_SERVICE_URL.

Its routes are create, sign, list, complete and abort. Whoever creates an upload gets a token: what the upload
is and whose, signed with UPLOAD_TOKEN_SECRET. All other routes want it back, so nothing is kept here, and
nobody signs parts of another's upload.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import os
import sys
import uuid
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from aiohttp import web
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

MOST_BYTES = 1 << 40
MOST_PARTS = 10_000
MOST_PART_BYTES = 5 << 30
URL_SECONDS = 900
VISITOR = "visitor"
# A browser remembers an unfinished upload after its end, and the token is of use to this visitor alone.
VISITOR_SECONDS = 7 * 24 * 3600

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Upload(NamedTuple):
    """One multipart upload, as its token tells it."""

    user: str
    key: str
    upload_id: str
    size: int


class Refused(Exception):
    """Why nothing is done: a status and a code."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


def user_of(request: web.Request) -> str:
    """Who it is. Ask your own sessions here: whoever may create may store a file."""
    if visitor := request.cookies.get(VISITOR):
        return named_after(visitor)
    raise Refused(401, "unknown_visitor")


def named_after(visitor: str) -> str:
    """A name for keys and tokens, which others may see; the cookie is a secret, and may be any text."""
    return hashlib.sha256(visitor.encode()).hexdigest()[:32]


# ---- tokens ----


def token_of(upload: Upload) -> str:
    """What the upload is, signed."""
    content = base64.urlsafe_b64encode(json.dumps(upload).encode()).decode()
    return f"{content}.{mac_of(content)}"


def upload_of(token: object, user: str) -> Upload:
    """The upload that a token names, if this server has signed the token for this user."""
    content, _, mac = str(token).partition(".")
    if not hmac.compare_digest(mac.encode(), mac_of(content).encode()):
        raise Refused(403, "foreign_upload")
    upload = Upload(*json.loads(base64.urlsafe_b64decode(content)))
    if upload.user != user:
        raise Refused(403, "foreign_upload")
    return upload


def mac_of(content: str) -> str:
    secret = os.environ["UPLOAD_TOKEN_SECRET"].encode()
    return hmac.new(secret, content.encode(), hashlib.sha256).hexdigest()


# ---- the store ----


class Store:
    """What is asked of the store; each call waits for it."""

    def __init__(self) -> None:
        own = (
            "AWS_ENDPOINT_URL_S3" in os.environ
        )  # stores other than S3 seldom have a host name for each bucket
        config = Config(
            signature_version="s3v4",
            request_checksum_calculation="when_required",
            s3={"addressing_style": "path" if own else "virtual"},
        )
        self.s3: Any = Session().create_client("s3", config=config)
        self.bucket = os.environ["S3_BUCKET"]

    def create(self, user: str, size: int, content_type: str) -> Upload:
        """A new upload, under a key of our own: a file's name may be anything, also another object's."""
        key = f"uploads/{user}/{uuid.uuid4()}"
        made = self.s3.create_multipart_upload(Bucket=self.bucket, Key=key, ContentType=content_type)
        return Upload(user, key, made["UploadId"], size)

    def sign(self, upload: Upload, number: int, size: int) -> str:
        """A URL for one part of exactly this size."""
        named = self.named(upload) | {"PartNumber": number, "ContentLength": size}
        url: str = self.s3.generate_presigned_url("upload_part", named, ExpiresIn=URL_SECONDS)
        return url

    def list_parts(self, upload: Upload) -> list[dict[str, Any]]:
        """All parts that have arrived."""
        pages = self.s3.get_paginator("list_parts").paginate(**self.named(upload))
        listed = [part for page in pages for part in page.get("Parts", [])]
        return [{"number": part["PartNumber"], "size": part["Size"], "etag": part["ETag"]} for part in listed]

    def complete(self, upload: Upload, parts: list[dict[str, Any]]) -> dict[str, Any]:
        """The object of these parts. If it was made before and the answer was lost, the same answer again."""
        try:
            self.refuse_other_parts(upload, parts)
            made = [{"PartNumber": part["number"], "ETag": part["etag"]} for part in parts]
            # The store may answer 200 and tell an error in the body; botocore raises that as any other.
            done = self.s3.complete_multipart_upload(**self.named(upload), MultipartUpload={"Parts": made})
        except ClientError as error:
            if code_of(error) != "NoSuchUpload":
                raise
            return self.finished(upload)
        return {"key": upload.key, "size": upload.size, "etag": done["ETag"]}

    def refuse_other_parts(self, upload: Upload, parts: list[dict[str, Any]]) -> None:
        """The object is to have the size that was allowed, and the parts that the client has seen arrive."""
        listed = {part["number"]: part for part in self.list_parts(upload)}
        etags = {number: part["etag"].strip('"') for number, part in listed.items()}
        if any(etags.get(part["number"]) != part["etag"].strip('"') for part in parts):
            raise Refused(409, "parts_differ")
        if sum(listed[part["number"]]["size"] for part in parts) != upload.size:
            raise Refused(409, "size_differs")

    def finished(self, upload: Upload) -> dict[str, Any]:
        """The object; nothing but this upload could have made it, as no other has its key."""
        try:
            head = self.s3.head_object(Bucket=self.bucket, Key=upload.key)
        except ClientError as error:
            # Anything else, such as no right to ask, does not say that it is not there.
            if error.response["ResponseMetadata"]["HTTPStatusCode"] != 404:
                raise
            raise Refused(404, "no_such_upload") from None
        return {"key": upload.key, "size": head["ContentLength"], "etag": head["ETag"]}

    def abort(self, upload: Upload) -> None:
        """Drop all parts."""
        self.s3.abort_multipart_upload(**self.named(upload))

    def named(self, upload: Upload) -> dict[str, Any]:
        return {"Bucket": self.bucket, "Key": upload.key, "UploadId": upload.upload_id}


def code_of(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code"))


# ---- the routes ----

STORE = web.AppKey("store", Store)
routes = web.RouteTableDef()


@routes.post("/api/parts/create")
async def create(request: web.Request) -> web.Response:
    """Begin; the answer has the token of the upload, and where its parts go."""
    asked = await request.json()
    size, content_type = (
        whole(asked.get("size"), MOST_BYTES),
        str(asked.get("type") or "application/octet-stream"),
    )
    visitor = request.cookies.get(VISITOR) or str(uuid.uuid4())  # in place of your sessions
    user = named_after(visitor)
    upload = await asyncio.to_thread(request.app[STORE].create, user, size, content_type)
    answer = web.json_response(
        {"upload": token_of(upload), "serviceUrl": os.environ.get("UPLOAD_SERVICE_URL")}
    )
    answer.set_cookie(VISITOR, visitor, max_age=VISITOR_SECONDS, httponly=True, samesite="Lax")
    return answer


@routes.post("/api/parts/sign")
async def sign(request: web.Request) -> web.Response:
    """A URL for one part."""
    upload, asked = await asked_about(request)
    number = whole(asked.get("number"), MOST_PARTS)
    # Equal parts, of which the last may be smaller, do not go beyond the file.
    size = whole(asked.get("size"), min(MOST_PART_BYTES, upload.size // number))
    return web.json_response({"uploadUrl": request.app[STORE].sign(upload, number, size)})


@routes.post("/api/parts/list")
async def list_parts(request: web.Request) -> web.Response:
    """What has arrived."""
    upload, _ = await asked_about(request)
    return web.json_response({"parts": await asyncio.to_thread(request.app[STORE].list_parts, upload)})


@routes.post("/api/parts/complete")
async def complete(request: web.Request) -> web.Response:
    """Make one object of the parts."""
    upload, asked = await asked_about(request)
    parts = [
        {"number": whole(part["number"], MOST_PARTS), "etag": str(part["etag"])} for part in asked["parts"]
    ]
    return web.json_response(await asyncio.to_thread(request.app[STORE].complete, upload, parts))


@routes.post("/api/parts/abort")
async def abort(request: web.Request) -> web.Response:
    """Drop what has arrived."""
    upload, _ = await asked_about(request)
    await asyncio.to_thread(request.app[STORE].abort, upload)
    return web.json_response({})


async def asked_about(request: web.Request) -> tuple[Upload, dict[str, Any]]:
    """The upload that is asked about, and the rest of what was sent."""
    asked = await request.json()
    return upload_of(asked.get("upload"), user_of(request)), asked


def whole(value: object, most: int) -> int:
    """A whole number from 1 to the most."""
    if type(value) is not int or not 1 <= value <= most:
        raise Refused(422, "invalid_number")
    return value


@web.middleware
async def in_words(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refusals as JSON, whoever refuses; nothing of the store's own words, which may have secrets."""
    try:
        # A form of another page cannot send this type, and so not in the user's name.
        if request.content_type != "application/json":
            raise Refused(415, "not_json")
        return await handler(request)
    except Refused as refused:
        return web.json_response({"code": refused.code}, status=refused.status)
    except ClientError as error:
        gone = code_of(error) == "NoSuchUpload"
        code, status = ("no_such_upload", 404) if gone else ("storage_refused", 502)
        return web.json_response({"code": code}, status=status)
    except BotoCoreError:
        return web.json_response({"code": "storage_unreachable"}, status=502)
    except (ValueError, KeyError, TypeError, AttributeError):
        return web.json_response({"code": "invalid_request"}, status=400)


def app() -> web.Application:
    """The back end; your own application can take `routes` and `in_words`."""
    made = web.Application(middlewares=[in_words], client_max_size=4 << 20)  # 10,000 parts are about 1 MB
    made[STORE] = Store()
    made.add_routes(routes)
    return made


def main() -> int:
    """Listen on this computer alone."""
    # An empty secret is none: with it, anybody could sign.
    if not all(map(os.environ.get, ("UPLOAD_TOKEN_SECRET", "S3_BUCKET"))) or len(sys.argv) > 2:
        print(__doc__, file=sys.stderr)
        return 2
    web.run_app(app(), host="127.0.0.1", port=int(sys.argv[1]) if len(sys.argv) == 2 else 3001, print=None)
    return 0


if __name__ == "__main__":
    sys.exit(main())
