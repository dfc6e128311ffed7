"""Who asks for an upload, and whether that client may have it.

Knows: the checks and their order: rate, token, then how many uploads run for the client already. The rate
comes first, so that guesses of tokens count for it; where subjects are counted, guesses count for their
address.
Rules: a check that is not set costs nothing, and its library is not imported.
Must not know: HTTP beyond the lines of two headers, forms, destinations.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

from upload_service.clients.bearer_tokens import CHALLENGE, CHALLENGE_WRONG, authenticate, bearer_token
from upload_service.clients.caller import SUBJECT_KEY, Caller
from upload_service.clients.client_address import client_address, is_of_one_client, rate_limit_key
from upload_service.errors.upload_error import UploadError
from upload_service.presigned.allowed_destinations import KNOWN_STORES_WORD
from upload_service.settings.settings import Settings
from upload_service.translation.phrase import Phrase

if TYPE_CHECKING:  # loaded only where grants are asked for
    from upload_service.identity.upload_grant import UploadGrant

MAX_CACHED_CHARACTERS = 200
# Where the operator has set no number, one client may have a quarter of all places, and 4 in any case.
CLIENT_SHARE, LEAST_CLIENT_PLACES = 4, 4


class AccessControl:
    """The checks, and how many uploads run for each client. Lives as long as the app."""

    def __init__(self, settings: Settings) -> None:
        self._tokens = settings.api_tokens
        self._trusted = settings.trusted_proxies
        self._most_at_once, self._only_believed = places_per_client(settings)
        self._running: Counter[str] = Counter()
        # Parsing addresses and comparing networks costs more than all the rest here.
        self._known_origin = lru_cache(maxsize=1024)(self._origin)
        self._counts_subjects = settings.count_by == "subject"
        self._rate = self.signed = None
        if settings.rate_per_minute:
            from upload_service.server.rate_limit import RateLimiter

            self._rate = RateLimiter(settings.rate_per_minute)
        if settings.asks_signed_tokens:
            from upload_service.server.signed_callers import SignedCallers

            self.signed = SignedCallers(settings)

    def identify(self, peer: str | None, forwarded: Sequence[str]) -> Caller:
        """The caller, from the peer's address and the lines of X-Forwarded-For."""
        lines = tuple(forwarded) if self._trusted else ()
        is_long = sum(map(len, lines)) > MAX_CACHED_CHARACTERS
        address, key, believed = (self._origin if is_long else self._known_origin)(peer, lines)
        return Caller(address, key, is_believed=believed)

    def _origin(self, peer: str | None, lines: tuple[str, ...]) -> tuple[str | None, str, bool]:
        """The address as text, the key under which its uploads are counted, and whether it is believed."""
        address = client_address(peer, lines, self._trusted)
        believed = is_of_one_client(address, self._trusted)
        return None if address is None else str(address), rate_limit_key(address), believed

    def admit(self, caller: Caller, authorization: Sequence[str]) -> None:
        """Let the caller begin an upload, or raise UploadError. `authorization`: the header's lines.

        `leave` must be called afterwards in every case.
        """
        self._count(caller)
        if self._tokens:
            caller.name = authenticate(self._tokens, authorization)
            if caller.name is None:
                raise _unauthorized(authorization)
        self._take_place(caller)

    async def admit_signed(self, caller: Caller, authorization: Sequence[str]) -> None:
        """As `admit`, where `signed` tokens let callers in, too."""
        with self._counting(caller):
            await self._identify(caller, authorization)
        self._take_place(caller)

    def admit_granted(
        self,
        caller: Caller,
        authorization: Sequence[str],
        read: Callable[[Caller, Sequence[str]], "UploadGrant | None"],
    ) -> "UploadGrant | None":
        """As `admit`, where bearer tokens are grants. `read` finds the grant in the header's lines."""
        with self._counting(caller):
            grant = read(caller, authorization)
        self._take_place(caller)
        return grant

    @contextmanager
    def _counting(self, caller: Caller) -> Iterator[None]:
        """Count a request for its rate: before its token is judged, or, for the subject, afterwards."""
        if not self._counts_subjects:
            self._count(caller)
        try:
            yield
        except UploadError:
            if self._counts_subjects:
                self._count(caller)
            raise
        if self._counts_subjects:
            self._count(caller)

    async def _identify(self, caller: Caller, authorization: Sequence[str]) -> None:
        caller.name = authenticate(self._tokens, authorization)
        if caller.name is not None:
            return
        token = bearer_token(authorization)
        if not self.signed or token is None or len(authorization) > 1:
            raise _unauthorized(authorization)
        if not self.signed.has_form(token):
            cause = Phrase("The token is none of this service's own, and no signed token (JWT) either.")
            raise UploadError("unauthorized", cause, challenge=CHALLENGE_WRONG)
        await self.signed.identify(caller, token)

    def _count(self, caller: Caller) -> None:
        """Count a request of this caller for its rate."""
        if self._rate and (wait := self._rate.wait_seconds(caller.rate_limit_key)) is not None:
            cause = Phrase("Too many uploads were started with tokens of this subject in a short time.")
            by_subject = caller.rate_limit_key.startswith(SUBJECT_KEY)
            raise UploadError("rate_limited", cause if by_subject else None, retry_after_seconds=wait)

    def _take_place(self, caller: Caller) -> None:
        """Count an upload of this caller among those that run."""
        if self._most_at_once and (caller.is_believed or not self._only_believed):
            if self._running[caller.rate_limit_key] >= self._most_at_once:
                cause = Phrase("The subject of this token already runs as many uploads at once as it may.")
                by_subject = caller.rate_limit_key.startswith(SUBJECT_KEY)
                raise UploadError("too_many_at_once", cause if by_subject else None)
            self._running[caller.rate_limit_key] += 1
            caller.is_counted = True

    def leave(self, caller: Caller) -> None:
        """The caller's upload has ended or was refused."""
        if caller.is_counted:
            caller.is_counted = False
            self._running[caller.rate_limit_key] -= 1
            if not self._running[caller.rate_limit_key]:
                del self._running[caller.rate_limit_key]


def places_per_client(settings: Settings) -> tuple[int, bool]:
    """How many uploads a client may run at once (0: any number), and whether only if it is believed."""
    if settings.max_concurrent_per_client is not None:
        return settings.max_concurrent_per_client, False
    return max(LEAST_CLIENT_PLACES, settings.max_concurrent // CLIENT_SHARE), True


def open_access_limits(settings: Settings) -> dict[str, object]:
    """The limits for uploads when no token is needed, as the log tells them at the start."""
    prefixes = settings.destinations.prefixes
    most_per_client, only_believed = places_per_client(settings)
    listed = [f"{each.scheme}://{each.host}:{each.port}{each.path}" for each in prefixes]
    return {
        "destinations": [KNOWN_STORES_WORD] * settings.destinations.known_stores + listed,
        "max_file_bytes": settings.max_file_bytes,
        "max_concurrent": settings.max_concurrent,
        "max_concurrent_per_client": most_per_client,
        "clients_counted": "believed addresses" if only_believed else "all addresses",
        "rate_per_minute": settings.rate_per_minute,
    }


def _unauthorized(authorization: Sequence[str]) -> UploadError:
    if not bearer_token(authorization):
        return UploadError("unauthorized", Phrase("The request carries no API token."), challenge=CHALLENGE)
    if len(authorization) > 1:
        cause = Phrase("The request has more than one Authorization header.")
        return UploadError("unauthorized", cause, challenge=CHALLENGE_WRONG)
    return UploadError("unauthorized", challenge=CHALLENGE_WRONG)
