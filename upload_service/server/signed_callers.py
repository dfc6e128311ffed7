"""Callers with signed tokens: what verifies them, for the life of the app.

Knows: which settings make the verifier. This module is imported only where a setting asks for signed tokens.
Rules: of a token its caller gets no more than the subject, in the form that the log may have.
Must not know: how a token is verified, how keys are fetched.
"""

from upload_service.clients.caller import Caller
from upload_service.identity.kept_keys import KeptKeys
from upload_service.identity.provider import Provider
from upload_service.identity.subject import note_subject
from upload_service.identity.token_header import is_signed_token
from upload_service.identity.token_verifier import TokenVerifier
from upload_service.settings.settings import Settings
from upload_service.storage.name_lookups import NameLookups


class SignedCallers:
    """Lets callers with signed tokens in. `keys` are those of their provider."""

    def __init__(self, settings: Settings) -> None:
        # In Lambda nothing runs between requests: the first one that needs keys fetches them.
        self._runs_between = not settings.in_lambda
        self._log, self._counts_subjects = settings.jwt_subject_log, settings.count_by == "subject"
        self._names = NameLookups()
        provider = Provider(settings.jwt_issuer, settings.jwt_jwks, self._names)
        self.keys = KeptKeys(provider.fetch, provider.name)
        self._verifier = TokenVerifier(
            self.keys.find, settings.jwt_issuer, settings.jwt_audience, settings.jwt_required
        )

    def start(self) -> None:
        """Fetch the keys in the background."""
        if self._runs_between:
            self.keys.start()

    async def close(self) -> None:
        """End what runs in the background."""
        await self.keys.close()
        await self._names.close()

    @staticmethod
    def has_form(token: str) -> bool:
        """Whether this looks like a signed token."""
        return is_signed_token(token)

    async def identify(self, caller: Caller, token: str) -> None:
        """Let the caller in with this token, or raise UploadError. The caller then knows its subject."""
        subject = await self._verifier.subject(token)
        note_subject(caller, subject, self._log, counts=self._counts_subjects)
