"""The token of an upload grant: its form, its header, and whose signature it has.

Knows: the compact form of a signed token (RFC 7515), and what its header may say.
Rules: nothing is believed before the signature is checked. The key decides the algorithm. A token of another
kind, signed with the same key, is no grant, and a grant is none of those (RFC 8725 section 3.11). What could
be read in two ways is refused. Nothing of the token is a part of a message.
Must not know: what a grant allows, the clock, requests.
"""

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from jwt import PyJWS, PyJWTError

from upload_service.clients.bearer_tokens import CHALLENGE_WRONG
from upload_service.clients.grant_keys import GrantKey
from upload_service.errors.upload_error import UploadError
from upload_service.identity.strict_json import encoded_object, json_object
from upload_service.translation.phrase import Phrase

TOKEN_TYPE = "upload-grant+jwt"  # noqa: S105  # a media type
_COMPACT = re.compile(r"([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*")
_JWS = PyJWS()
T = TypeVar("T")


def invalid_grant(cause: Phrase) -> UploadError:
    """The error for a token that is no grant of the back end's."""
    return UploadError("grant_invalid", cause, challenge=CHALLENGE_WRONG)


def read_claims(text: str, keys: Sequence[GrantKey]) -> dict[str, object]:
    """The claims of a token that one of these keys has signed; raises UploadError for another."""
    match = _COMPACT.fullmatch(text)
    if not match:
        raise invalid_grant(Phrase("The grant is not a signed JSON Web Token in its compact form."))
    algorithm = _judge_header(_read(encoded_object, match[1]))
    fitting = [key for key in keys if key.algorithm == algorithm]
    if not fitting:
        raise invalid_grant(
            Phrase(
                "The grant is signed in another way than this service has keys for: {algorithms}.",
                algorithms=", ".join(sorted({key.algorithm for key in keys})),
            )
        )
    return _read(json_object, _signed_content(text, fitting))


def _judge_header(header: dict[str, object]) -> object:
    """The algorithm that the header names."""
    kind = header.get("typ")
    # RFC 7515 section 4.1.9: without regard to case, and application/ may be left out.
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") != TOKEN_TYPE:
        raise invalid_grant(
            Phrase("The token is no upload grant: its header has another typ than {type}.", type=TOKEN_TYPE)
        )
    if "crit" in header:
        raise invalid_grant(Phrase("The grant's header demands extensions (crit), and none is known here."))
    return header.get("alg")


def _signed_content(text: str, keys: Sequence[GrantKey]) -> bytes:
    for key in keys:
        try:
            content: bytes = _JWS.decode_complete(text, key.key, algorithms=[key.algorithm])["payload"]
        except PyJWTError:
            continue
        return content
    raise invalid_grant(Phrase("The grant's signature is not of a key that this service knows."))


def _read(read: Callable[[T], dict[str, object]], part: T) -> dict[str, object]:
    """The object in a part of the token."""
    try:
        return read(part)
    except ValueError:
        cause = Phrase("The grant holds something else than a JSON object with each name once.")
        raise invalid_grant(cause) from None
