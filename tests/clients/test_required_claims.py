"""Which claims of a token are those that are required."""

import pytest

from upload_service.clients.required_claims import missing_claim, parse_required


@pytest.mark.parametrize(
    ("required", "claims"),
    [
        ("scope=uploads:write", {"scope": "openid uploads:write"}),
        ("scope=uploads:write", {"scope": "uploads:write"}),
        ("scope=uploads:write", {"scope": ["uploads:write"]}),
        ("scp=Uploads.Write", {"scp": "User.Read Uploads.Write"}),
        ("scp=uploads", {"scp": ["uploads"]}),
        ("app.scope=uploads", {"app": {"scope": "a uploads"}}),
        ("groups=editors", {"groups": "editors"}),
        ("groups=editors", {"groups": ["Former editors", "editors"]}),
    ],
)
def test_held(required: str, claims: dict[str, object]) -> None:
    """A text, a text of a list, or a word of a scope."""
    assert missing_claim(parse_required(required), claims) is None


@pytest.mark.parametrize(
    ("required", "claims"),
    [
        # Some providers write the only value of a list as text.
        ("groups=editors", {"groups": "Former editors"}),
        ("groups=editors", {"groups": ["Former editors"]}),
        ("realm_access.roles=uploader", {"realm_access": {"roles": "no uploader"}}),
        ("name=admin", {"name": "I am admin"}),
        ("aud.scope=a", {"aud": {"scope": ["a b"]}}),
        ("scope=uploads", {"scope": "uploads:write"}),
        ("scope=uploads", {"scope": "Uploads"}),
        ("scope=uploads", {"scope": {"uploads": True}}),
        ("scope.x=uploads", {"scope": {"x": "an uploads"}}),
    ],
)
def test_not_held(required: str, claims: dict[str, object]) -> None:
    """A word of a name is not the name."""
    assert missing_claim(parse_required(required), claims) == parse_required(required)[0]
