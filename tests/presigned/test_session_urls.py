"""Which URLs are those of a resumable session of Google's, and which others stay closed."""

import pytest

from tests.presigned.judged_urls import GOOGLE_V2, GOOGLE_V4, V4, judged, reason, refusal
from upload_service.presigned.destination import Destination

ID = "ABPtcPqVxM0kNq9Z_JwT-3y5Qm7"
JSON = "/upload/storage/v1/b/my-bucket.example.com/o"
RESUMABLE = f"uploadType=resumable&upload_id={ID}"
LATER = GOOGLE_V4.replace("=host", "=content-type%3Bhost%3Bx-goog-resumable")
LISTED = "http://127.0.0.1:9000/"


def session(url: str, allowed: str = "default") -> Destination:
    """What it means, which must be a session."""
    meant = judged(url, allowed)
    assert (meant.kind, meant.signature_scheme) == ("session", "google-session")
    return meant


@pytest.mark.parametrize(
    "url",
    [
        f"https://storage.googleapis.com/bucket/key?upload_id={ID}",
        f"https://bucket.storage.googleapis.com/key?upload_id={ID}",
        f"https://storage.googleapis.com/bucket/key?{LATER}&upload_id={ID}",
        f"https://storage.googleapis.com/bucket/key?{GOOGLE_V2}&upload_id={ID}",
        f"https://storage.googleapis.com/bucket/key?{V4}&upload_id={ID}",
        f"https://storage.googleapis.com/bucket/key?{GOOGLE_V2.replace('1795435201', '1')}&upload_id={ID}",
        f"https://storage.googleapis.com{JSON}?{RESUMABLE}&name=a%2Fb.png",
        f"https://storage.googleapis.com{JSON}?name=a&{RESUMABLE}&userProject=p&kmsKeyName=k",
        f"https://www.googleapis.com{JSON}?{RESUMABLE}",
    ],
)
def test_sessions(url: str) -> None:
    """Both interfaces of Google's; a signature for the POST that began the session tells nothing."""
    meant = session(url)
    assert (meant.provider, meant.listed) == ("google-api" if "www." in url else "google", False)
    assert (meant.expires_at, meant.signed_headers, meant.required_headers) == (None, None, ())
    assert ID not in repr(meant)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        (f"https://storage.googleapis.com{JSON}?uploadType=media&name=a", "invalid_upload_url"),
        (f"https://storage.googleapis.com{JSON}?uploadType=multipart&name=a", "invalid_upload_url"),
        (f"https://storage.googleapis.com{JSON}?uploadType=resumable&name=a", "invalid_upload_url"),
        (
            f"https://storage.googleapis.com{JSON}?uploadType=resumable&upload_id=&name=a",
            "invalid_upload_url",
        ),
        (f"https://storage.googleapis.com{JSON}?upload_id={ID}", "invalid_upload_url"),
        (f"https://storage.googleapis.com{JSON}?{GOOGLE_V4}", "invalid_upload_url"),
        (f"https://storage.googleapis.com{JSON}?uploadType=media&upload_id={ID}", "url_not_for_put"),
        (f"https://storage.googleapis.com{JSON}/name?{RESUMABLE}", "invalid_upload_url"),
        (f"https://storage.googleapis.com/upload/storage/v1/b/a/../o?{RESUMABLE}", "invalid_upload_url"),
        (f"https://storage.googleapis.com/upload/storage/v1/b/.../o?{RESUMABLE}", "invalid_upload_url"),
        (f"https://storage.googleapis.com/upload/storage/v1/b/a%2Fb/o?{RESUMABLE}", "invalid_upload_url"),
        (f"https://storage.googleapis.com/storage/v1/b/bucket/o?{RESUMABLE}", "invalid_upload_url"),
        (f"https://storage.googleapis.com/resumable{JSON}?{RESUMABLE}", "invalid_upload_url"),
        (f"https://www.googleapis.com/upload/drive/v3/files?{RESUMABLE}", "invalid_upload_url"),
        (f"https://www.googleapis.com/bucket/key?{RESUMABLE}", "invalid_upload_url"),
        (f"https://www.googleapis.com/bucket/key?{GOOGLE_V4}", "signature_kind_unsupported"),
        (f"https://content-storage.googleapis.com{JSON}?{RESUMABLE}", "destination_not_allowed"),
        (f"http://www.googleapis.com{JSON}?{RESUMABLE}", "destination_not_allowed"),
        (f"https://firebasestorage.googleapis.com/v0/b/b/o?{RESUMABLE}", "destination_not_allowed"),
        (f"https://storage.googleapis.com/bucket?upload_id={ID}", "invalid_upload_url"),
        (f"https://storage.googleapis.com/bucket/key?upload_id={ID}&upload_id={ID}", "invalid_upload_url"),
        (f"https://storage.googleapis.com/bucket/key?upload_id={ID}&UPLOAD_ID={ID}", "invalid_upload_url"),
        ("https://storage.googleapis.com/bucket/key?upload_id=short", "invalid_upload_url"),
        (f"https://storage.googleapis.com/bucket/key?upload_id={ID}%0d%0a", "invalid_upload_url"),
        (f"https://storage.googleapis.com/bucket/key?upload_id={ID}&acl", "url_not_for_put"),
        (f"https://storage.googleapis.com/bucket/key?upload_id={ID}&compose", "url_not_for_put"),
        (f"https://storage.googleapis.com/bucket/key?upload_id={ID}&partNumber=1", "url_not_for_put"),
        (f"https://storage.googleapis.com/bucket/key?upload_id={ID}&x-goog-copy-source=a", "url_not_for_put"),
        (f"https://bucket.s3.eu-west-1.amazonaws.com/key?upload_id={ID}", "signature_kind_unsupported"),
        (f"https://account.blob.core.windows.net/c/key?upload_id={ID}", "signature_kind_unsupported"),
    ],
)
def test_no_sessions(url: str, code: str) -> None:
    """Of Google's other interface exactly what a session needs is open, and other stores have no sessions."""
    assert refusal(url) == code


def test_at_a_listed_host() -> None:
    """An emulator, or a private way to Google, has sessions too, whichever signature is left in the URL."""
    session(f"{LISTED}upload/storage/v1/b/bucket/o?{RESUMABLE}", LISTED)
    session(f"{LISTED}bucket/key?{GOOGLE_V4}&upload_id={ID}", LISTED)
    session(f"{LISTED}bucket/key?{V4}&upload_id={ID}", LISTED)


def test_firebase() -> None:
    """Its own protocol is told apart where an operator lists its host."""
    host = "https://firebasestorage.googleapis.com"
    url = f"{host}/v0/b/bucket/o?name=a&upload_id={ID}&upload_protocol=resumable"
    assert refusal(url, host) == "url_not_for_put"
    assert reason(url, host).endswith("as its upload_protocol says.")
