"""Judging URLs at one moment: well-formed queries of each way to sign, and the code of a refusal."""

from devtools import signed_queries

from upload_service.errors.upload_error import UploadError
from upload_service.presigned.allowed_destinations import AllowedDestinations
from upload_service.presigned.destination import Destination, judge_destination
from upload_service.settings.settings import Settings

NOW = 1_795_435_200.0  # 2026-11-23T12:00:00Z
# Signed five minutes ago, for ten.
V4 = signed_queries.v4(date="20261123T115500Z", seconds=600)
V4A = (
    "X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256&X-Amz-Credential=A%2F20261123%2Fs3%2Faws4_request"
    "&X-Amz-Date=20261123T115500Z&X-Amz-Expires=600&X-Amz-Region-Set=%2A&X-Amz-SignedHeaders=host"
    f"&X-Amz-Signature=3045022100{signed_queries.digits()}0220{signed_queries.digits()}"
)
V2 = signed_queries.v2(expires=1_795_435_201)
GOOGLE_V4 = (
    "X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=a%40b.iam.gserviceaccount.com%2F20261123%2Fauto%2F"
    "storage%2Fgoog4_request&X-Goog-Date=20261123T115500Z&X-Goog-Expires=600&X-Goog-SignedHeaders=host"
    f"&X-Goog-Signature={signed_queries.digits() * 8}"
)
GOOGLE_V2 = (
    f"GoogleAccessId=a%40b.iam.gserviceaccount.com&Expires=1795435201&Signature={'5ec%2B' * 85}5e%3D%3D"
)
SAS = signed_queries.sas(expires="2026-11-23T12%3A05%3A00Z")
_ID = "11111111-1111-4111-8111-111111111111"
USER_SAS = (
    f"{SAS}&sr=b&skoid={_ID}&sktid={_ID}&skt=2026-11-23T00%3A00%3A00Z&ske=2026-11-24T00%3A00%3A00Z&sks=b"
    "&skv=2025-11-05"
)


def destinations(text: str) -> AllowedDestinations:
    """The list that an operator would write as `text`."""
    return Settings.from_environment({"UPLOAD_DESTINATIONS": text}).destinations


def judged(url: str, allowed: str = "default") -> Destination:
    """What `url` means."""
    return judge_destination(url, destinations(allowed), NOW)


def refusal(url: str, allowed: str = "default") -> str:
    """The code with which `url` is refused, or `ok`."""
    try:
        judged(url, allowed)
    except UploadError as error:
        return error.entry.code
    return "ok"


def reason(url: str, allowed: str = "default") -> str:
    """What a refusal says happened, or nothing."""
    try:
        judged(url, allowed)
    except UploadError as error:
        return error.cause
    return ""
