"""Upload grants through the service, with a real store: what is allowed is stored, and nothing else is.

The table is tried in each way in which a grant can come, at both endpoints, with a PUT and with a POST.
"""

import hashlib
import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import pytest
from devtools.post_signers import Place, Wish, botocore
from local.store import Bucket

from tests.content.samples import HTML, JPEG, PNG
from tests.support.client.grants import KEYS, OTHER_SECRET, SECRET, carried, claims_for, digest, signed
from tests.support.client.posted_forms import fields_of, hide
from tests.support.client.raw_http import CHECK, PLAIN, RETRY, field, file, form, post
from tests.support.failures.error_contract import CONTRACT
from tests.support.service.problem_documents import assert_refused
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT

SUBJECT = "user-4711@example.com"
TRANSCRIPT.secrets.add(SUBJECT)
DAY = 24 * 3600


class Case(NamedTuple):
    """Claims that differ from those of a right grant, the file, its claimed type, the code that is told."""

    claims: Mapping[str, object]
    content: bytes
    type: str
    code: str | None
    secret: str | None = None


CASES = {
    "allowed": Case({}, PNG, "image/png", None),
    "largest": Case({"max_bytes": len(PNG)}, PNG, "image/png", None),
    "type": Case({"types": ["image/*"], "max_bytes": 99}, PNG, "image/png", None),
    "audience": Case({"aud": ["a", "upload-service"], "iss": "b", "jti": "c"}, PNG, "image/png", None),
    "other url": Case({"url_sha256": digest("https://a.example/b")}, PNG, "image/png", "grant_other_url"),
    "other prefix": Case(
        {"url_sha256": None, "policy_sha256": None, "url_prefix": "http://127.0.0.1/elsewhere/"},
        PNG, "image/png", "grant_other_url",
    ),
    "larger": Case({"max_bytes": len(PNG) - 1}, PNG, "image/png", "file_too_large"),
    "other type": Case({"types": ["image/jpeg"]}, PNG, "image/png", "type_not_allowed"),
    "other bytes": Case({"types": ["image/png"]}, JPEG, "image/png", "type_mismatch"),
    "script": Case({"types": ["image/*", "text/html"]}, HTML, "image/png", "type_mismatch"),
    "expired": Case({"exp": int(time.time()) - 60}, PNG, "image/png", "grant_expired"),
    "too long": Case({"exp": int(time.time()) + 2 * DAY}, PNG, "image/png", "grant_invalid"),
    "not yet": Case({"nbf": int(time.time()) + DAY}, PNG, "image/png", "grant_invalid"),
    "never expires": Case({"exp": None}, PNG, "image/png", "grant_invalid"),
    "other audience": Case({"aud": "another-service"}, PNG, "image/png", "grant_invalid"),
    "other secret": Case({}, PNG, "image/png", "grant_invalid", OTHER_SECRET),
    "missing": Case({}, PNG, "image/png", "grant_required", ""),
}  # fmt: skip
cases = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
carriers = pytest.mark.parametrize("carrier", ["field", "bearer"])
both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])
methods = pytest.mark.parametrize("method", ["PUT", "POST"])


@pytest.fixture(scope="module")
def granting(bucket: Bucket) -> Iterator[Running]:
    """A service that takes no file without a grant."""
    with Running(UPLOAD_DESTINATIONS=bucket.url, UPLOAD_GRANT_KEYS=KEYS, LOG_LEVEL="DEBUG") as running:
        yield running


class Target(NamedTuple):
    """A key in the store, what its signer gave, and the claims that bind a grant to that."""

    key: str
    parts: bytes
    claims: dict[str, object]


def target(bucket: Bucket, method: str, key: str) -> Target:
    """A new key, signed for one of the methods."""
    if method == "PUT":
        url = TRANSCRIPT.hide(bucket.presign(key))
        return Target(key, field("uploadUrl", url), claims_for(url))
    place = Place(bucket.endpoint.rstrip("/"), bucket.name, bucket.access_key, bucket.secret_key)
    signer = botocore(place, Wish(key, [["starts-with", "$Content-Type", ""]]), "s3v4")
    hide(signer.fields)
    claims = claims_for(signer.url, policy_sha256=digest(signer.fields["policy"]))
    return Target(key, field("uploadUrl", signer.url) + fields_of(signer.fields), claims)


def send(
    service: Running, path: str, to: Target, case: Case, carrier: str, *, with_file: bool = True
) -> tuple[int, str | None]:
    """Send the case; returns the status and the code, after the log was compared."""
    claims = to.claims | {"sub": SUBJECT} | dict(case.claims)
    kept = {name: value for name, value in claims.items() if value is not None}
    grant = signed(kept, secret=case.secret or SECRET)
    part, headers = (b"", ()) if case.secret == "" else carried(grant, carrier)
    last = [file(case.content, content_type=case.type)] if with_file else [field("contentType", case.type)]
    answered = post(service.port, path, form(part, to.parts, *last), *headers)
    if answered.status == 200:
        event = service.upload_event(answered.request_id)
        assert event["subject"] == hashlib.sha256(SUBJECT.encode()).hexdigest()[:16]
        return 200, None
    code = answered.json["code"]
    if path == CHECK:
        assert service.upload_event(answered.request_id)["code"] == code
        assert answered.status == CONTRACT[code].status
    else:
        assert_refused(service, answered, code, path)
    return answered.status, code


@both_endpoints
@methods
@carriers
@cases
def test_matrix(
    granting: Running,
    bucket: Bucket,
    path: str,
    method: str,
    carrier: str,
    case: Case,
    request: pytest.FixtureRequest,
) -> None:
    """What the grant allows is stored; anything else is refused with its code, and nothing is stored."""
    key = f"grants/{hashlib.sha256(request.node.nodeid.encode()).hexdigest()}"
    to = target(bucket, method, key)
    _, code = send(granting, path, to, case, carrier)
    assert code == case.code
    assert bucket.get(key) == (case.content if case.code is None else None)


@methods
@carriers
@pytest.mark.parametrize(
    "name", ["allowed", "other url", "other prefix", "other type", "expired", "other secret", "missing"]
)
def test_check_says_the_same(granting: Running, bucket: Bucket, method: str, carrier: str, name: str) -> None:
    """The check refuses what the upload would be refused for, as far as can be known without its file."""
    to = target(bucket, method, f"grants/check-{method}-{carrier}-{name}")
    _, code = send(granting, CHECK, to, CASES[name], carrier, with_file=False)
    assert code == CASES[name].code
