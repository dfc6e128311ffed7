"""Signed tokens over real sockets: each kind that is good, and each that is refused with its reason."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.identity.token_rows import BAD, GOOD, KEYS
from tests.support.client.raw_http import CHECK, PLAIN, RETRY, field, form, post
from tests.support.identity.handmade_tokens import AUDIENCE, ISSUER, SUBJECT, claims, subject_hash, token
from tests.support.service.problem_documents import assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import StorageDouble

STATIC = "s" * 40
REALM = 'Bearer realm="upload-service"'


@pytest.fixture(scope="module")
def closed(double: StorageDouble, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service that knows the keys of a file, and a token of its own."""
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    path.write_text(json.dumps(KEYS))
    with Running(
        UPLOAD_DESTINATIONS=double.url,
        UPLOAD_API_TOKENS=f"robot:{STATIC}",
        UPLOAD_JWT_ISSUER=ISSUER,
        UPLOAD_JWT_JWKS=f"@{path}",
        UPLOAD_JWT_AUDIENCE=f"someone, {AUDIENCE}",
        LOG_LEVEL="DEBUG",
        PYTHONASYNCIODEBUG="1",
    ) as running:
        running.wait_for(lambda event: event["event"] == "identity_keys")
        yield running


@pytest.mark.parametrize("name", GOOD)
def test_good_token(closed: Running, body: bytes, name: str) -> None:
    """A good token uploads, and the log has the hash of its subject."""
    answered = post(closed.port, PLAIN, body, f"Authorization: Bearer {GOOD[name]()}")
    assert answered.status == 200, answered.json
    event = closed.upload_event(answered.request_id)
    assert event["caller"] is None
    assert event.get("subject") == (None if name == "no subject" else subject_hash())


@pytest.mark.parametrize("name", BAD)
def test_bad_token(closed: Running, body: bytes, name: str) -> None:
    """A bad token is refused with 401, a sentence that says why, and nothing of its claims."""
    make, cause = BAD[name]
    answered = post(closed.port, PLAIN, body, f"Authorization: Bearer {make()}")
    event = assert_refused(closed, answered, "unauthorized", PLAIN)
    assert cause in answered.json["detail"]
    assert answered.headers["www-authenticate"] == f'{REALM}, error="invalid_token"'
    assert "subject" not in event
    heard = " ".join([answered.body.decode(), json.dumps(event)])
    assert not [word for word in (SUBJECT, "evil.example", ISSUER) if word in heard]


@pytest.mark.parametrize("path", [PLAIN, RETRY, CHECK])
def test_everywhere(closed: Running, body: bytes, double_url: Callable[[str], str], path: str) -> None:
    """Both endpoints and the check ask for a token, take a signed one, and one of the operator's."""
    if path == CHECK:
        body = form(field("uploadUrl", double_url("checked")))
    nothing = post(closed.port, path, body)
    assert (nothing.status, nothing.headers["www-authenticate"]) == (401, REALM)
    twice = [f"Authorization: Bearer {token()}"] * 2
    assert post(closed.port, path, body, *twice).status == 401
    assert post(closed.port, path, body, f"Authorization: Bearer {token()}").status == 200
    robot = post(closed.port, path, body, f"Authorization: Bearer {STATIC}")
    assert closed.upload_event(robot.request_id)["caller"] == "robot"


@pytest.mark.parametrize(
    ("required", "changed"),
    [
        ("scope=uploads:write", {"scope": "openid uploads:write"}),
        ("scope=uploads:write", {"scope": ["uploads:write"]}),
        ("groups=editors", {"groups": ["readers", "editors"]}),
        ("cognito:groups=editors,client_id=abc", {"cognito:groups": ["editors"], "client_id": "abc"}),
        ("realm_access.roles=uploader", {"realm_access": {"roles": ["uploader"]}}),
        ("https://example.com/roles=uploader", {"https://example.com/roles": ["uploader"]}),
        ("email_verified=true", {"email_verified": True}),
    ],
)
def test_required_claim(
    double: StorageDouble,
    body: bytes,
    tmp_path: Path,
    required: str,
    changed: dict[str, object],
) -> None:
    """Claims that are required are found as providers write them; a caller without them is answered 403."""
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(KEYS))
    with Running(
        UPLOAD_DESTINATIONS=double.url, UPLOAD_JWT_JWKS=f"@{path}", UPLOAD_JWT_REQUIRED=required
    ) as running:
        with_it = token(claims(**changed))
        assert post(running.port, PLAIN, body, f"Authorization: Bearer {with_it}").status == 200
        almost = {name: "x" + str(value) + "x" for name, value in changed.items()}
        for without in (token(), token(claims(**almost))):
            answered = post(running.port, PLAIN, body, f"Authorization: Bearer {without}")
            assert (answered.status, answered.json["code"]) == (403, "insufficient_scope")
            assert answered.headers["www-authenticate"] == f'{REALM}, error="insufficient_scope"'


@pytest.mark.parametrize(("setting", "said"), [("sub", SUBJECT), ("hash", subject_hash()), ("off", None)])
def test_subject_in_the_log(
    double: StorageDouble,
    body: bytes,
    tmp_path: Path,
    setting: str,
    said: str | None,
) -> None:
    """The log has the subject as it is, its hash, or nothing of it."""
    path = tmp_path / "keys.json"
    path.write_text(json.dumps(KEYS))
    with Running(
        UPLOAD_DESTINATIONS=double.url,
        UPLOAD_JWT_JWKS=f"@{path}",
        UPLOAD_JWT_AUDIENCE=AUDIENCE,
        UPLOAD_JWT_SUBJECT_LOG=setting,
    ) as running:
        answered = post(running.port, PLAIN, body, f"Authorization: Bearer {token()}")
        assert running.upload_event(answered.request_id).get("subject") == said
