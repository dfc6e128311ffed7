"""The back end that docs/widgets-in-parts.md asks: it begins, signs, lists and completes an upload in parts.

Knows: S3's requests, by botocore's client; the routes' names and what they are told.
Rules: one upload at a time, under one key; who asks is not looked at. An object is made only if the parts
together are as long as the file.
Must not know: widgets, HTTP.
"""

from collections.abc import Callable, Mapping
from typing import Any

import botocore.session
from botocore.config import Config
from compat.s3 import S3
from local.bucket import REGION, Bucket

LATE_SECONDS = 60


class PartsBackEnd:
    """Uploads to `key`. `is_late`: it signs URLs that have expired. Every URL goes through `noted`."""

    def __init__(
        self, bucket: Bucket, key: str, *, is_late: bool = False, noted: Callable[[str], str] = str
    ) -> None:
        self.key = key
        self._noted, self._is_late = noted, is_late
        self._signer = S3("", "", f"{bucket.endpoint}/", bucket.access_key, bucket.secret_key, bucket.name)
        # The stubs have no S3 client.
        self._s3: Any = botocore.session.get_session().create_client(
            "s3",
            REGION,
            endpoint_url=bucket.endpoint,
            aws_access_key_id=bucket.access_key,
            aws_secret_access_key=bucket.secret_key,
            config=Config(s3={"addressing_style": "path"}, proxies={}),
        )
        self._bucket = bucket.name

    def answer(self, route: str, asked: Mapping[str, Any]) -> dict[str, Any] | None:
        """What `POST /api/parts/ROUTE` answers; None where the upload is not known, or not whole."""
        if route == "create":
            begun = self._s3.create_multipart_upload(Bucket=self._bucket, Key=self.key)
            return {"key": self.key, "uploadId": begun["UploadId"]}
        if asked["key"] != self.key:
            return None
        upload_id = asked["uploadId"]
        if route == "sign":
            return {"uploadUrls": [self._url(upload_id, number) for number in asked["partNumbers"]]}
        if route == "list":
            return {"partNumbers": [part["PartNumber"] for part in self._parts(upload_id)]}
        if route == "complete":
            return self._complete(upload_id, int(asked["size"]))
        return None

    def is_stored(self, asked: Mapping[str, str]) -> bool:
        """What `GET /api/parts/stored` says of one part."""
        known = self.answer("list", asked) or {"partNumbers": []}
        return int(asked["partNumber"]) in known["partNumbers"]

    def _url(self, upload_id: str, number: int) -> str:
        lifetime, age = (1, LATE_SECONDS) if self._is_late else (3600, 0)
        query = {"partNumber": str(number), "uploadId": upload_id}
        return self._noted(self._signer.url(self.key, query=query, lifetime=lifetime, age=age))

    def _parts(self, upload_id: str) -> list[dict[str, Any]]:
        """Every part once: SeaweedFS lists one that was sent twice with both of its contents."""
        pages = self._s3.get_paginator("list_parts").paginate(
            Bucket=self._bucket, Key=self.key, UploadId=upload_id
        )
        parts = [part for page in pages for part in page.get("Parts", [])]
        parts.sort(key=lambda part: part["LastModified"])
        latest = {part["PartNumber"]: part for part in parts}
        return [latest[number] for number in sorted(latest)]

    def _complete(self, upload_id: str, size: int) -> dict[str, Any] | None:
        parts = self._parts(upload_id)
        if sum(part["Size"] for part in parts) != size:
            return None
        self._s3.complete_multipart_upload(
            Bucket=self._bucket,
            Key=self.key,
            UploadId=upload_id,
            MultipartUpload={
                "Parts": [{"PartNumber": part["PartNumber"], "ETag": part["ETag"]} for part in parts]
            },
        )
        return {}
