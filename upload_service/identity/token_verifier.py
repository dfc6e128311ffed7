"""Whether a signed token lets its caller in, and who that is.

Knows: which claims are judged (RFC 7519, RFC 8725), by PyJWT, and which answer each fault gets (RFC 6750
section 3.1).
Rules: the signature is verified before a claim is believed. A token must expire. Every fault has its own
sentence, and none quotes the token.
Must not know: requests, how keys are kept.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence

import jwt
from jwt import exceptions

from upload_service.clients.bearer_tokens import CHALLENGE_SCOPE, CHALLENGE_WRONG
from upload_service.clients.required_claims import RequiredClaim, missing_claim
from upload_service.errors.upload_error import UploadError
from upload_service.identity.key_set import ALGORITHMS, SigningKey
from upload_service.identity.strict_json import encoded_object
from upload_service.identity.token_header import read_header
from upload_service.translation.phrase import Phrase

# How far the provider's clock and ours may differ.
LEEWAY_SECONDS = 30
MAX_SUBJECT_CHARACTERS = 255  # OpenID Connect Core 1.0 section 2
# More keys than this are not tried for a token that names none.
MAX_TRIED = 4
MALFORMED = Phrase("The token of the request is malformed.")
EXPIRED = Phrase("The token of the request has expired.")
NO_EXPIRY = Phrase("The token of the request has no time at which it expires.")
NOT_YET = Phrase("The token of the request is not valid yet.")
OTHER_AUDIENCE = Phrase("The token of the request is meant for another service.")
OTHER_ISSUER = Phrase("The token of the request comes from another issuer.")
OTHER_ALGORITHM = Phrase("The token of the request is signed in a way that its key is not for.")
UNKNOWN_KEY = Phrase(
    "The token of the request is signed with a key that its issuer did not publish when it was last asked."
)
BAD_SIGNATURE = Phrase("The signature of the token does not fit.")
_CAUSES: Sequence[tuple[type[exceptions.PyJWTError], Phrase]] = (
    (exceptions.InvalidSignatureError, BAD_SIGNATURE),
    (exceptions.ExpiredSignatureError, EXPIRED),
    (exceptions.ImmatureSignatureError, NOT_YET),
    (exceptions.InvalidAudienceError, OTHER_AUDIENCE),
    (exceptions.InvalidIssuerError, OTHER_ISSUER),
)
_MISSING = {"exp": NO_EXPIRY, "aud": OTHER_AUDIENCE, "iss": OTHER_ISSUER}


class TokenVerifier:
    """Verifies tokens of one issuer.

    `find` gets the keys with an id. `issuer`: what `iss` must be; None if it does not matter. `audiences`:
    one of them must be in `aud`; with none it does not matter. `required`: claims that must be there beside.
    """

    def __init__(
        self,
        find: Callable[[str | None], Awaitable[tuple[SigningKey, ...]]],
        issuer: str | None,
        audiences: Sequence[str],
        required: Sequence[RequiredClaim],
    ) -> None:
        self._find = find
        self._issuer = issuer
        self._audiences = tuple(audiences)
        self._required = tuple(required)

    async def subject(self, token: str) -> str | None:
        """Whose token it is, None if it does not say; raises UploadError unless it lets its caller in."""
        try:
            algorithm, key_id = read_header(token)
        except ValueError:
            raise _refused(MALFORMED) from None
        if algorithm not in ALGORITHMS:
            raise _refused(OTHER_ALGORITHM)
        found = await self._find(key_id)
        if not found:
            raise _refused(UNKNOWN_KEY)
        keys = [each.key for each in found if algorithm in each.algorithms]
        if not keys:
            raise _refused(OTHER_ALGORITHM)
        claims = self._verified(token, algorithm, keys[:MAX_TRIED])
        if missing := missing_claim(self._required, claims):
            cause = Phrase(
                "The claim {name} of the token is not what this service requires.", name=missing.name
            )
            raise UploadError("insufficient_scope", cause, challenge=CHALLENGE_SCOPE)
        return _subject(claims)

    def _verified(self, token: str, algorithm: str, keys: Sequence[object]) -> Mapping[str, object]:
        """The claims of a token that one of these keys has signed, and that is meant for us, now."""
        cause = BAD_SIGNATURE
        for key in keys:
            try:
                return self._claims(token, algorithm, key)
            except (exceptions.PyJWTError, ValueError, TypeError) as error:
                cause = _cause(error)
            if cause != BAD_SIGNATURE:
                break
        raise _refused(cause)

    def _claims(self, token: str, algorithm: str, key: object) -> Mapping[str, object]:
        verified = jwt.decode_complete(
            token,
            key,  # type: ignore[arg-type]  # of the type that the algorithm takes, as key_set.py knows
            algorithms=[algorithm],
            audience=self._audiences or None,
            issuer=self._issuer,
            leeway=LEEWAY_SECONDS,
            options={"require": ["exp"], "verify_aud": bool(self._audiences), "verify_jti": False},
        )
        _refuse_odd_claims(token, verified["payload"])
        return dict(verified["payload"])


def _refuse_odd_claims(token: str, claims: Mapping[str, object]) -> None:
    """Raise ValueError where the library is lenient: a claim that came twice, a time that is no number."""
    encoded_object(token.split(".")[1])
    for name in ("exp", "nbf", "iat"):
        told = claims.get(name, 0)
        if isinstance(told, bool) or not isinstance(told, int | float):
            raise ValueError(f"{name} is no number")


def _subject(claims: Mapping[str, object]) -> str | None:
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        return None
    if len(subject) > MAX_SUBJECT_CHARACTERS:
        raise _refused(MALFORMED)
    return subject


def _cause(error: Exception) -> Phrase:
    if isinstance(error, exceptions.MissingRequiredClaimError):
        return _MISSING.get(error.claim, MALFORMED)
    return next((cause for kind, cause in _CAUSES if isinstance(error, kind)), MALFORMED)


def _refused(cause: Phrase) -> UploadError:
    return UploadError("unauthorized", cause, challenge=CHALLENGE_WRONG)
