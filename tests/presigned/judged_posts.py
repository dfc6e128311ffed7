"""Judging POSTs at one moment: where they go, and the code and sentence of a refusal."""

import json
from collections.abc import Mapping

from devtools import signed_posts

from tests.presigned.judged_urls import NOW, destinations
from upload_service.errors.upload_error import UploadError
from upload_service.presigned.destination import Destination
from upload_service.presigned.post_destination import fill_post, judge_post
from upload_service.presigned.post_fields import parse_fields
from upload_service.presigned.post_form import FilledForm

S3_URL = "https://bucket.s3.eu-west-1.amazonaws.com/"
ANY_KEY = ["starts-with", "$key", ""]


def judged_post(fields: Mapping[str, str], url: str = S3_URL, allowed: str = "default") -> Destination:
    """What the URL and these fields mean."""
    text = json.dumps(fields).encode().decode("latin-1")
    return judge_post(url, parse_fields(text), destinations(allowed), NOW)


def filled(
    fields: Mapping[str, str],
    filename: str = "photo.png",
    content_type: str = "image/png",
    url: str = S3_URL,
    allowed: str = "default",
) -> tuple[Destination, FilledForm]:
    """The form for this file."""
    return fill_post(judged_post(fields, url, allowed), filename, content_type, destinations(allowed))


def post_refusal(
    fields: Mapping[str, str],
    url: str = S3_URL,
    allowed: str = "default",
    filename: str = "photo.png",
    content_type: str = "image/png",
) -> tuple[str, str]:
    """The code with which a POST of this file is refused and what the refusal says, or `ok` and nothing."""
    try:
        filled(fields, filename, content_type, url, allowed)
    except UploadError as error:
        return error.entry.code, error.cause
    return "ok", ""


def free(key: str, *conditions: object, **options: str) -> dict[str, str]:
    """A policy that allows any key."""
    fields = signed_posts.v4("x", ANY_KEY, *conditions, more=options)
    policy = signed_posts.policy([{"bucket": "bucket"}, ANY_KEY, *conditions, *covering(fields)])
    return {**fields, "policy": policy, "key": key}


def covering(fields: dict[str, str]) -> list[object]:
    """Conditions that let each other field be anything."""
    return [["starts-with", f"${name}", ""] for name in fields if name not in ("key", "policy")]
