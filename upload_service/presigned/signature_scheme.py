"""What a signature scheme is, and how a URL's query is read by it.

Knows: the members of a row of `known_schemes.py`.
Rules: an error names the parameter and never its value. Names of parameters are as the vendor writes them.
Must not know: which schemes there are, hosts, the clock.
"""

import re
from collections.abc import Mapping, Sized
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple, TypeVar

from upload_service.errors.upload_error import UploadError
from upload_service.presigned.query import Query, unusable_url
from upload_service.presigned.sendable_headers import SendableHeaders
from upload_service.presigned.signed_operation import SignedOperation
from upload_service.translation.phrase import Phrase

# No signer has reason for more, and each name costs time with each upload.
MAX_SIGNED_HEADERS = 64
SignedT = TypeVar("SignedT", bound=Sized)


class Parameter(NamedTuple):
    """A query parameter that a signed URL must have.

    `pattern` of the whole value, for ASCII; `expected` completes the sentence "… must be …". `unless`: the
    parameter may be missing if this other one is there, which names a policy kept by storage.
    """

    name: str
    pattern: str
    expected: Phrase
    unless: str = ""


class SignatureScheme(NamedTuple):
    """One way to sign a URL.

    A URL is signed by this scheme if it has all the parameters `identified_by`. `operation`: for what it
    may be signed. `sendable`: the headers of a PUT to a store that knows this scheme. The members
    `…_parameter` are names of parameters, or empty. The URL expires at the time in `signed_at_parameter`
    plus the seconds in `lifetime_parameter`, or at the time in `expires_parameter`, which is in epoch
    seconds or in ISO 8601. `required_headers` are names and values that the store demands in a PUT of a
    whole object. `any_case`: the store reads names of parameters in whatever case. `binds_type`: the
    signature holds for one Content-Type, or for none, and no parameter that the scheme knows tells which.
    `header_in_query`: a pattern; parameters with such names, in lower case, have the value of a header of the
    same name that some signers have signed.
    """

    name: str
    identified_by: frozenset[str]
    parameters: tuple[Parameter, ...]
    operation: SignedOperation
    sendable: SendableHeaders
    signed_at_parameter: str = ""
    lifetime_parameter: str = ""
    expires_parameter: str = ""
    signed_headers_parameter: str = ""
    required_headers: tuple[tuple[str, str], ...] = ()
    any_case: bool = False
    binds_type: bool = False
    header_in_query: str = ""

    def decisive_parameters(self) -> frozenset[str]:
        """The names, in lower case, of all parameters that change what the URL means."""
        names = self.identified_by | {parameter.name for parameter in self.parameters}
        return frozenset(name.lower() for name in names) | self.operation.decisive_parameters()

    def has_signed(self, query: Query) -> bool:
        """Whether the query has what tells this scheme from others."""
        names = map(str.lower, self.identified_by) if self.any_case else self.identified_by
        return all(map(self._values(query).get, names))

    def require_well_formed(self, query: Query) -> None:
        """Raise UploadError for the first parameter that is missing, or that no signer would write so."""
        values, any_case = self._values(query), self.any_case
        for name, pattern, expected, unless in self.parameters:
            value = values.get(name.lower() if any_case else name)
            if value is None:
                if not (unless and values.get(self._key(unless))):
                    raise unusable_url(Phrase("has no {name}", name=name))
            elif not _compiled(pattern).fullmatch(value):
                raise _unusable(name, expected)

    def signed_headers(self, query: Query) -> frozenset[str] | None:
        """The names of the signed headers in lower case; None where the URL does not tell them."""
        if not self.signed_headers_parameter:
            return None
        names = self._values(query)[self._key(self.signed_headers_parameter)]
        return _bounded(frozenset(names.lower().split(";")))

    def headers_in_query(self, query: Query) -> tuple[tuple[str, str], ...]:
        """Names, in lower case, and values of the signed headers that the signer wrote into the query."""
        if not self.header_in_query:
            return ()
        told = (item for item in query.lower.items() if re.fullmatch(self.header_in_query, item[0]))
        return _bounded(tuple(told))

    def expires_at(self, query: Query) -> float | None:
        """When the URL expires, in epoch seconds; None where only storage knows (Azure's stored policies).

        Raises UploadError for a time that does not exist.
        """
        time_parameter = self.signed_at_parameter or self.expires_parameter
        values = self._values(query)
        text = values.get(self._key(time_parameter))
        try:
            if text and self.signed_at_parameter:
                signed_at = datetime.fromisoformat(text).timestamp()
                return signed_at + int(values[self._key(self.lifetime_parameter)])
            if text is None:
                return None
            return float(text) if text.isdecimal() else _epoch_seconds(text)
        except (ValueError, OverflowError):
            raise _unusable(time_parameter, Phrase("a time that exists")) from None

    def _values(self, query: Query) -> Mapping[str, str]:
        return query.lower if self.any_case else query.written

    def _key(self, name: str) -> str:
        """Where the value of a parameter is in those."""
        return name.lower() if self.any_case else name


# At first use: most services see URLs of one scheme. The cache of `re` itself would take longer.
@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


def _bounded(headers: SignedT) -> SignedT:
    if len(headers) > MAX_SIGNED_HEADERS:
        raise unusable_url(Phrase("is signed with more than {most} headers", most=MAX_SIGNED_HEADERS))
    return headers


def _unusable(name: str, expected: Phrase) -> UploadError:
    return unusable_url(
        Phrase("has an unusable {name}, which must be {expected}", name=name, expected=expected)
    )


def _epoch_seconds(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
