"""Who may upload, and how much of the service one client may have.

Rules: no secret is shown by `repr`.
Must not know: uploads.
"""

from dataclasses import dataclass

from upload_service.clients.bearer_tokens import ApiToken, token_digest
from upload_service.clients.client_address import Network, parse_networks
from upload_service.clients.grant_keys import GrantKey
from upload_service.clients.required_claims import RequiredClaim, parse_required
from upload_service.settings import parsing, token_parsing
from upload_service.settings.environment import setting


@dataclass(frozen=True, eq=False)
class AccessSettings:
    """Everything that is judged before a form is read."""

    api_tokens: tuple[ApiToken, ...] = setting(
        "UPLOAD_API_TOKENS",
        "",
        parsing.api_tokens,
        "bearer tokens of callers, each written `token` or `name:token` and at least 32 characters long: a "
        "comma-separated list, or @ and the path of a file with one per line; empty means that anybody may "
        "upload, unless signed tokens or grants are asked for",
    )
    jwt_issuer: str | None = setting(
        "UPLOAD_JWT_ISSUER",
        "",
        token_parsing.issuer,
        "the identity provider whose signed tokens (JWT) let callers in, exactly as it writes itself in "
        "`iss`; its keys are found by discovery, unless UPLOAD_JWT_JWKS says where they are",
    )
    jwt_jwks: str | None = setting(
        "UPLOAD_JWT_JWKS",
        "",
        token_parsing.key_source,
        "where the provider's keys are: the https URL of a JSON Web Key Set, or @ and the path of a "
        "file with one",
    )
    jwt_audience: tuple[str, ...] = setting(
        "UPLOAD_JWT_AUDIENCE",
        "",
        token_parsing.audiences,
        "comma-separated audiences; one of them must be in the claim `aud` of a signed token",
    )
    jwt_required: tuple[RequiredClaim, ...] = setting(
        "UPLOAD_JWT_REQUIRED",
        "",
        parse_required,
        "comma-separated claims that a signed token must hold, all of them, such as scope=uploads:write or "
        "groups=editors; a caller without them is answered 403",
    )
    jwt_subject_log: str = setting(
        "UPLOAD_JWT_SUBJECT_LOG",
        "hash",
        parsing.choice("sub", "hash", "off"),
        "what the log says of whose signed token or upload grant it was: the claim `sub`, the first 16 "
        "digits of its SHA-256, or nothing",
    )
    count_by: str = setting(
        "UPLOAD_COUNT_BY",
        "address",
        parsing.choice("address", "subject"),
        "whose uploads UPLOAD_RATE_PER_MINUTE and UPLOAD_MAX_CONCURRENT_PER_CLIENT count together: those of "
        "a client address, or those of the subject of signed tokens and of bearer grants, and of an address "
        "for other callers",
    )
    rate_per_minute: int = setting(
        "UPLOAD_RATE_PER_MINUTE",
        "0",
        parsing.whole_number(0, 1_000_000),
        "most uploads that one client address may begin per minute; any more are answered 429; "
        "0 means no limit",
    )
    max_concurrent_per_client: int | None = setting(
        "UPLOAD_MAX_CONCURRENT_PER_CLIENT",
        "",
        parsing.optional(parsing.whole_number(0, 100_000)),
        "most uploads at once from one client address; any more are answered 429; 0 means no limit; empty "
        "means a quarter of UPLOAD_MAX_CONCURRENT, at least 4, for addresses that can be one client's only",
    )
    trusted_proxies: tuple[Network, ...] = setting(
        "UPLOAD_TRUSTED_PROXIES",
        "",
        parse_networks,
        "comma-separated networks of proxies whose X-Forwarded-For header is trusted",
    )
    grant_keys: tuple[GrantKey, ...] = setting(
        "UPLOAD_GRANT_KEYS",
        "",
        parsing.grant_keys,
        "keys for the signatures of upload grants, and with them every upload needs a grant: secrets, each "
        "written `secret` or `name:secret` and at least 32 characters long, as a comma-separated list, or @ "
        "and the path of a file with one per line, with public keys in PEM, or with a JWK Set; empty means "
        "that no grant is asked for",
    )

    @property
    def asks_tokens(self) -> bool:
        """Whether a caller needs a token of any kind."""
        return bool(self.api_tokens) or self.asks_signed_tokens

    @property
    def asks_signed_tokens(self) -> bool:
        """Whether the tokens of an identity provider let callers in."""
        return bool(self.jwt_issuer or self.jwt_jwks)

    @property
    def takes_bearer_grants(self) -> bool:
        """Whether a bearer token is a grant, because it is not the token of a caller."""
        return bool(self.grant_keys) and not self.asks_tokens


def signed_tokens_conflict(settings: AccessSettings) -> str | None:
    """Why the settings of signed tokens do not go together, as a line for the operator; None if they do."""
    if not settings.asks_signed_tokens:
        beside = {"UPLOAD_JWT_AUDIENCE": settings.jwt_audience, "UPLOAD_JWT_REQUIRED": settings.jwt_required}
        if variable := next((name for name, value in beside.items() if value), None):
            return f"{variable} must not be set without UPLOAD_JWT_ISSUER or UPLOAD_JWT_JWKS"
        if settings.count_by == "subject" and not settings.takes_bearer_grants:
            return (
                "UPLOAD_COUNT_BY must be address unless UPLOAD_JWT_ISSUER or UPLOAD_JWT_JWKS is set, or "
                "UPLOAD_GRANT_KEYS without UPLOAD_API_TOKENS"
            )
    elif not settings.jwt_audience and not settings.jwt_required:
        return (
            "UPLOAD_JWT_AUDIENCE must be set, or UPLOAD_JWT_REQUIRED: without both, tokens that the provider "
            "issues for any other application would do"
        )
    return None


def shared_secret(settings: AccessSettings) -> str | None:
    """Why no secret for grants may be a caller's API token, as a line for the operator; None if none is."""
    tokens = {token.digest for token in settings.api_tokens}
    if any(key.can_sign and token_digest(key.key.decode()) in tokens for key in settings.grant_keys):
        return "UPLOAD_GRANT_KEYS must not hold an API token: who has it could sign grants"
    return None
