"""Settings of signed tokens: what is accepted, and what ends the start."""

import json
from pathlib import Path

import pytest

from upload_service.clients.required_claims import RequiredClaim
from upload_service.settings.environment import SettingError
from upload_service.settings.settings import Settings

ISSUER = {"UPLOAD_JWT_ISSUER": "https://login.example.com/"}
AUDIENCE = {"UPLOAD_JWT_AUDIENCE": "uploads"}


def test_accepted(tmp_path: Path) -> None:
    """The issuer is kept as it is written, lists are split, and a file of keys is read when it is needed."""
    (tmp_path / "keys.json").write_text(json.dumps({"keys": []}))
    read = Settings.from_environment(
        {
            **ISSUER,
            "UPLOAD_JWT_JWKS": f"@{tmp_path}/keys.json",
            "UPLOAD_JWT_AUDIENCE": "a, b",
            "UPLOAD_JWT_REQUIRED": "scope=uploads:write, x=a=b",
            "UPLOAD_COUNT_BY": "subject",
        }
    )
    assert read.jwt_issuer == "https://login.example.com/"
    assert read.jwt_audience == ("a", "b")
    assert read.jwt_required == (RequiredClaim("scope", "uploads:write"), RequiredClaim("x", "a=b"))
    assert read.asks_tokens
    Settings.from_environment({"UPLOAD_JWT_ISSUER": "http://127.0.0.1:3000", **AUDIENCE})
    Settings.from_environment({**ISSUER, "UPLOAD_JWT_REQUIRED": "client_id=abc"})
    Settings.from_environment({"UPLOAD_COUNT_BY": "subject", "UPLOAD_GRANT_KEYS": "g" * 32})


@pytest.mark.parametrize(
    ("environment", "variable"),
    [
        ({**AUDIENCE, "UPLOAD_JWT_ISSUER": "http://login.example.com"}, "UPLOAD_JWT_ISSUER"),
        ({**AUDIENCE, "UPLOAD_JWT_ISSUER": "http://127.0.0.1.example.com"}, "UPLOAD_JWT_ISSUER"),
        ({**AUDIENCE, "UPLOAD_JWT_ISSUER": "login.example.com"}, "UPLOAD_JWT_ISSUER"),
        ({**AUDIENCE, "UPLOAD_JWT_ISSUER": "https://user:secretword@login.example.com"}, "UPLOAD_JWT_ISSUER"),
        ({**AUDIENCE, "UPLOAD_JWT_ISSUER": "https://login.example.com:x"}, "UPLOAD_JWT_ISSUER"),
        ({**AUDIENCE, "UPLOAD_JWT_ISSUER": "https://login.example.com/?a=b"}, "UPLOAD_JWT_ISSUER"),
        (
            {**AUDIENCE, "UPLOAD_JWT_ISSUER": "https://a.example/.well-known/openid-configuration"},
            "UPLOAD_JWT_ISSUER",
        ),
        ({**AUDIENCE, "UPLOAD_JWT_JWKS": "file:///etc/passwd"}, "UPLOAD_JWT_JWKS"),
        ({**AUDIENCE, "UPLOAD_JWT_JWKS": "@/nowhere"}, "UPLOAD_JWT_JWKS"),
        ({**AUDIENCE, "UPLOAD_JWT_JWKS": "@/dev/null"}, "UPLOAD_JWT_JWKS"),
        ({**ISSUER, "UPLOAD_JWT_AUDIENCE": "a,,b"}, "UPLOAD_JWT_AUDIENCE"),
        ({**ISSUER, "UPLOAD_JWT_REQUIRED": "admin"}, "UPLOAD_JWT_REQUIRED"),
        ({**ISSUER, "UPLOAD_JWT_REQUIRED": "scope="}, "UPLOAD_JWT_REQUIRED"),
        (ISSUER, "UPLOAD_JWT_AUDIENCE"),
        (AUDIENCE, "UPLOAD_JWT_AUDIENCE"),
        ({"UPLOAD_JWT_REQUIRED": "a=b"}, "UPLOAD_JWT_REQUIRED"),
        ({"UPLOAD_COUNT_BY": "subject"}, "UPLOAD_COUNT_BY"),
        (
            {"UPLOAD_COUNT_BY": "subject", "UPLOAD_GRANT_KEYS": "g" * 32, "UPLOAD_API_TOKENS": "t" * 32},
            "UPLOAD_COUNT_BY",
        ),
        ({**ISSUER, **AUDIENCE, "UPLOAD_JWT_SUBJECT_LOG": "all"}, "UPLOAD_JWT_SUBJECT_LOG"),
    ],
)
def test_refused(environment: dict[str, str], variable: str) -> None:
    """What is no issuer, key set or claim, or does not go together, ends the start in one line."""
    with pytest.raises(SettingError) as raised:
        Settings.from_environment(environment)
    assert str(raised.value).startswith(f"{variable} must ")
    assert "secretword" not in str(raised.value)
    assert "\n" not in str(raised.value)
