"""Tokens of a certified OpenID provider: what happens when it rotates its keys, dies, or says nothing."""

from collections.abc import Iterator

import pytest

from tests.support.client.raw_http import PLAIN, Answer, post
from tests.support.identity.identity_provider import AUDIENCE, IdentityProvider
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import StorageDouble


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    """A provider that runs."""
    with IdentityProvider() as running:
        yield running


def service(double: StorageDouble, provider: IdentityProvider, **more: str) -> Running:
    """A service for the provider's tokens. Discovery tells it where the keys are."""
    return Running(
        UPLOAD_DESTINATIONS=double.url,
        UPLOAD_JWT_ISSUER=provider.issuer,
        UPLOAD_JWT_AUDIENCE=AUDIENCE,
        UPLOAD_METRICS="prometheus",
        **more,
    )


def upload(running: Running, body: bytes, token: str) -> Answer:
    """Upload with a token."""
    return post(running.port, PLAIN, body, f"Authorization: Bearer {token}")


def keys_told(running: Running) -> None:
    """Wait until the service has keys."""
    running.wait_for(lambda event: event["event"] == "identity_keys")


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_each_algorithm(double: StorageDouble, body: bytes, algorithm: str) -> None:
    """A token that the provider signs by any of its algorithms uploads; its scope may be required."""
    with (
        IdentityProvider(algorithm=algorithm) as provider,
        service(double, provider, UPLOAD_JWT_REQUIRED="scope=uploads:write") as running,
    ):
        keys_told(running)
        answered = upload(running, body, provider.token(scope="uploads:read uploads:write"))
        assert answered.status == 200, answered.json
        assert len(running.upload_event(answered.request_id)["subject"]) == 16
        refused = upload(running, body, provider.token(scope="uploads:read"))
        assert refused.json["code"] == "insufficient_scope"
        other = upload(running, body, provider.token("https://billing.example.com"))
        assert "another service" in other.json["detail"]


@pytest.mark.parametrize(("clock_seconds", "cause"), [(-3600, "expired"), (3600, "not valid yet")])
def test_clock_of_the_provider(double: StorageDouble, body: bytes, clock_seconds: int, cause: str) -> None:
    """A token that was issued too long ago, or in the future, says so."""
    with IdentityProvider(clock_seconds=clock_seconds) as provider, service(double, provider) as running:
        keys_told(running)
        answered = upload(running, body, provider.token())
        assert answered.json["code"] == "unauthorized"
        assert cause in answered.json["detail"]


def test_tampered(double: StorageDouble, provider: IdentityProvider, body: bytes) -> None:
    """A real token with one letter changed is refused."""
    with service(double, provider) as running:
        keys_told(running)
        head, claims, signature = provider.token().split(".")
        changed = f"{head}.{claims[:-1]}{'A' if claims[-1] != 'A' else 'B'}.{signature}"
        assert upload(running, body, changed).json["code"] == "unauthorized"


def test_rotated_and_killed(double: StorageDouble, body: bytes) -> None:
    """A new key is fetched when its first token comes; while the provider is down, known keys go on.

    A key that nobody can be asked about is answered 503, and one that the provider has taken away 401.
    """
    with IdentityProvider(key="first") as provider, service(double, provider) as running:
        keys_told(running)
        first = provider.token()
        assert upload(running, body, first).status == 200
        provider.kill()
        assert upload(running, body, first).status == 200
        provider.start(key="second")
        second = provider.token()
        assert upload(running, body, second).status == 200
        gone = upload(running, body, first)
        assert "did not publish" in gone.json["detail"]
        provider.kill()
        assert upload(running, body, second).status == 200
        assert upload(running, body, second).status == 200


def test_dead_from_the_start(double: StorageDouble, body: bytes) -> None:
    """The service starts without its provider, answers 503, says why, and lets callers in once it is back."""
    with IdentityProvider() as provider:
        token = provider.token()
        provider.kill()
        with service(double, provider, UPLOAD_API_TOKENS="robot:" + "s" * 40) as running:
            event = running.wait_for(lambda event: event["event"] == "identity_keys_failed")
            assert (event["fault"], event["provider"], event["keys"]) == ("unreachable", "127.0.0.1", 0)
            answered = upload(running, body, token)
            assert (answered.status, answered.json["code"]) == (503, "identity_unavailable")
            assert int(answered.headers["retry-after"]) >= 1
            assert upload(running, body, "s" * 40).status == 200
            provider.start()
            keys_told(running)
            assert upload(running, body, provider.token()).status == 200


def test_silent(double: StorageDouble, body: bytes) -> None:
    """A provider that listens and says nothing delays the tokens of unknown keys alone, and those briefly."""
    with IdentityProvider() as provider, service(double, provider) as running:
        keys_told(running)
        known = provider.token()
        provider.kill()
        provider.start(key="second")
        unknown = provider.token()
        provider.pause()
        answered = upload(running, body, unknown)
        assert (answered.status, answered.json["code"]) == (503, "identity_unavailable")
        event = running.wait_for(lambda event: event["event"] == "identity_keys_failed")
        assert event["fault"] == "timed_out"
        assert upload(running, body, known).status == 200
        provider.resume()
