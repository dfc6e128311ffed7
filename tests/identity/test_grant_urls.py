"""For which URLs a grant holds: the very one, or those of an object or below a folder."""

import time
from collections.abc import Callable

import pytest
from devtools import signed_posts, signed_queries

from tests.support.client.grants import SECRET, claims_for, digest, signed
from upload_service.clients.grant_keys import parse_secrets
from upload_service.errors.upload_error import UploadError
from upload_service.identity.upload_grant import UploadGrant, read_grant
from upload_service.presigned.allowed_destinations import parse_destinations
from upload_service.presigned.destination import Destination, judge_destination
from upload_service.presigned.post_destination import fill_post, judge_post
from upload_service.presigned.post_fields import PostField

KEYS = parse_secrets([SECRET])
ALLOWED = parse_destinations("https://store.example/,https://*.store.example/,default")
FOLDER = "https://store.example/bucket/user-1/"
OBJECT = "https://store.example/bucket/user-1/a.png"


def grant(**claims: object) -> UploadGrant:
    """A grant with these claims."""
    return read_grant(signed(claims_for("", url_sha256=None) | claims), KEYS, time.time())


def put(url: str) -> tuple[str, Destination]:
    """A PUT as the service judges it."""
    text = f"{url}{'&' if '?' in url else '?'}{signed_queries.v4()}"
    return text, judge_destination(text, ALLOWED, time.time())


def holds(of: UploadGrant, text: str, destination: Destination) -> bool:
    """Whether the grant is for it."""
    return refusal(lambda: of.require_for(text, destination)) != "grant_other_url"


def refusal(judge: Callable[[], object]) -> str | None:
    """The code of the refusal; None if there is none."""
    try:
        judge()
    except UploadError as error:
        return error.entry.code
    return None


@pytest.mark.parametrize(
    ("prefix", "url", "expected"),
    [
        (FOLDER, OBJECT, True),
        (FOLDER, f"{FOLDER}b/c/d", True),
        (FOLDER, "https://STORE.example:443/bucket/user-1/a.png", True),
        (FOLDER, "https://store.example./bucket/user-1/a.png", True),
        (FOLDER, f"{OBJECT}?partNumber=1&uploadId=b", True),
        (FOLDER, FOLDER, False),
        (FOLDER, "https://store.example/bucket/user-12/a.png", False),
        (FOLDER, "https://store.example/bucket/user-1", False),
        (FOLDER, "https://store.example/bucket/User-1/a.png", False),
        (FOLDER, "https://store.example/bucket//user-1/a.png", False),
        (FOLDER, "https://store.example/bucket/%75ser-1/a.png", False),
        (FOLDER, "https://store.example/bucket/user-1%2fa.png", False),
        (FOLDER, f"{FOLDER}%2e%2e/user-2/a.png", False),
        (FOLDER, f"{FOLDER}%252e%252e/user-2/a.png", False),
        (FOLDER, f"{FOLDER}..;/user-2/a.png", False),
        (FOLDER, f"{FOLDER}..%5cuser-2/a.png", False),
        (FOLDER, f"{FOLDER}%c0%ae%c0%ae/user-2/a.png", False),
        (FOLDER, "https://other.store.example/bucket/user-1/a.png", False),
        (FOLDER, "https://store.example:8443/bucket/user-1/a.png", False),
        (OBJECT, OBJECT, True),
        (OBJECT, f"{OBJECT}?partNumber=1&uploadId=b", True),
        (OBJECT, f"{OBJECT}/b", False),
        (OBJECT, f"{OBJECT}2", False),
        (OBJECT, "https://store.example/bucket/user-1/A.png", False),
        ("https://bucket.s3.amazonaws.com/", "https://bucket.s3.amazonaws.com/a/b", True),
        ("https://bucket.s3.amazonaws.com/", "https://bucket2.s3.amazonaws.com/a/b", False),
        ("https://bucket.s3.amazonaws.com/", "https://s3.amazonaws.com/bucket/a/b", False),
    ],
)
def test_prefix(prefix: str, url: str, expected: bool) -> None:
    """What lies below a folder is its own, or the one object; no other spelling, and nothing that climbs."""
    granted = grant(url_prefix=prefix)
    code = refusal(lambda: granted.require_for(*put(url)))
    # Some paths are refused before a grant is asked.
    assert code in (
        (None,) if expected else ("grant_other_url", "destination_not_allowed", "invalid_upload_url")
    )


def test_very_url() -> None:
    """The hash is that of the whole text: another query, or another spelling of the host, is another URL."""
    text, destination = put(OBJECT)
    same = grant(url_sha256=digest(text))
    assert holds(same, text, destination)
    assert not holds(same, f"{text}&a=b", destination)
    assert not holds(same, text.replace("store.example", "STORE.example"), destination)
    assert not holds(grant(url_sha256=digest(text), policy_sha256="0" * 64), text, destination)


def test_session_is_named_by_its_id() -> None:
    """A session's object is not in its path, so a prefix does not bind it; its URL does."""
    text = "https://storage.googleapis.com/bucket/user-1/a.png?upload_id=" + "x" * 60
    destination = judge_destination(text, ALLOWED, time.time())
    assert destination.kind == "session"
    assert not holds(grant(url_prefix="https://storage.googleapis.com/bucket/user-1/"), text, destination)
    assert holds(grant(url_sha256=digest(text)), text, destination)


def posted(key: str) -> tuple[str, Destination]:
    """A POST as the service judges it."""
    url = "https://store.example/bucket"
    fields = {name.lower(): PostField(name, value) for name, value in signed_posts.v4(key).items()}
    return url, judge_post(url, fields, ALLOWED, time.time())


@pytest.mark.parametrize(
    ("key", "filename", "expected"),
    [
        ("user-1/a.png", "", True),
        ("user-2/a.png", "", False),
        ("user-1/${filename}", "b.png", True),
        ("user-1/${filename}", "%2e%2e", False),
        ("${filename}", "user-1", False),
    ],
)
def test_prefix_of_a_post(key: str, filename: str, expected: bool) -> None:
    """The object of a POST is judged by the address that a PUT of its key would have, file name included."""
    url, destination = posted(key)
    granted = grant(url_prefix=FOLDER)
    code = refusal(
        lambda: granted.require_for(url, fill_post(destination, filename, "image/png", ALLOWED)[0])
    )
    assert code in ((None,) if expected else ("grant_other_url", "destination_not_allowed"))


def test_policy_of_a_post() -> None:
    """A POST is bound by its policy as well as by its URL, which all POSTs to a bucket have."""
    url, destination = posted("user-1/a.png")
    assert destination.post
    policy = destination.post.fields["policy"].value
    assert holds(grant(url_sha256=digest(url), policy_sha256=digest(policy)), url, destination)
    assert not holds(grant(url_sha256=digest(url)), url, destination)
    assert not holds(grant(url_sha256=digest(url), policy_sha256=digest(f"{policy}=")), url, destination)
