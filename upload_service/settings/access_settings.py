"""Who may upload, and how much of the service one client may have.

Rules: no secret is shown by `repr`.
Must not know: uploads.
"""

from dataclasses import dataclass

from upload_service.clients.bearer_tokens import ApiToken, token_digest
from upload_service.clients.client_address import Network, parse_networks
from upload_service.clients.grant_keys import GrantKey
from upload_service.settings import parsing
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
        "upload",
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
    def takes_bearer_grants(self) -> bool:
        """Whether a bearer token is a grant, because it is not the token of a caller."""
        return bool(self.grant_keys) and not self.api_tokens


def shared_secret(settings: AccessSettings) -> bool:
    """Whether a secret for grants is the API token of a caller as well."""
    tokens = {token.digest for token in settings.api_tokens}
    return any(key.can_sign and token_digest(key.key.decode()) in tokens for key in settings.grant_keys)
