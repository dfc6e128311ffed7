"""Tokens and settings that the tests of callers share."""

from tests.support.service.transcript import TRANSCRIPT
from upload_service.settings.settings import Settings


def secret(mark: str) -> str:
    """A token for the tests. It and its first half are secrets that nothing may say during the run."""
    text = f"{mark}-Zq9!x%7\"'" * 6
    TRANSCRIPT.secrets.update({text, text[: len(text) // 2]})
    return text


ONE, TWO, THREE = secret("first"), secret("second"), secret("third")


def settings(**variables: object) -> Settings:
    """Settings with these variables."""
    return Settings.from_environment({name: str(value) for name, value in variables.items()})
