"""What a signature scheme is, and how a URL's query is read by it.

Knows: the members of a row of `known_schemes.py`.
Rules: an error names the parameter and never its value. Names of parameters are as the vendor writes them.
Must not know: which schemes there are, hosts, the clock.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sized
from datetime import datetime
from functools import cache
from typing import NamedTuple, TypeVar

from yarl import URL

from upload_service.errors.upload_error import UploadError
from upload_service.presigned.object_paths import may_climb, may_have
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


class PathForm(NamedTuple):
    """What the path of a signed URL looks like, where the scheme has one.

    `mark`: only a path with this text, in lower case, in it is of the scheme, however somebody may read it.
    `pattern` of the whole path, for ASCII; `expected` completes the sentence "… must be …".
    """

    mark: str
    pattern: str
    expected: Phrase

    def require(self, path: str) -> None:
        """Raise UploadError for a path of another form, and for one that somebody may read as another."""
        if not _compiled(self.pattern).fullmatch(path) or may_climb(path):
            raise unusable_url(
                Phrase("has an unusable path, which must be {expected}", expected=self.expected)
            )


class Statement(NamedTuple):
    """A parameter whose text says until when the URL is valid, and for what.

    `read`: the time in epoch seconds, for this text and this URL; ValueError where it says none, UploadError
    where it is for something else. `expected` completes the sentence "… must be …".
    """

    parameter: str
    read: Callable[[str, URL], float]
    expected: Phrase


class SignatureScheme(NamedTuple):
    """One way to sign a URL.

    A URL is signed by this scheme if it has all the parameters `identified_by`, and the mark of `path`.
    `operation`: for what it may be signed. `sendable`: the headers of a PUT to a store that knows this
    scheme. The members `…_parameter` are names of parameters, or empty. The URL expires at the time in
    `signed_at_parameter` plus the seconds in `lifetime_parameter`, or at the earliest time that the
    parameters in `expires`, each with its reader, and the `statement` tell. `required_headers` are names and
    values that the store demands in a PUT of a whole object; `default_headers` are sent unless the form gives
    others. `any_case`: the store reads names of parameters in whatever case. `binds_type`: the signature
    holds for one Content-Type, or for none, and no parameter that the scheme knows tells which.
    `header_in_query`: a pattern; parameters with such names, in lower case, have the value of a header of the
    same name that some signers have signed. `signed_only`: names, in lower case, that may be there only if
    the list in the parameter `signed_parameters_parameter` has them: the signature covers no others.
    """

    name: str
    identified_by: frozenset[str]
    parameters: tuple[Parameter, ...]
    operation: SignedOperation
    sendable: SendableHeaders
    signed_at_parameter: str = ""
    lifetime_parameter: str = ""
    expires: tuple[tuple[str, Callable[[str], float]], ...] = ()
    signed_headers_parameter: str = ""
    required_headers: tuple[tuple[str, str], ...] = ()
    default_headers: tuple[tuple[str, str], ...] = ()
    any_case: bool = False
    binds_type: bool = False
    header_in_query: str = ""
    signed_parameters_parameter: str = ""
    signed_only: frozenset[str] = frozenset()
    path: PathForm | None = None
    statement: Statement | None = None

    def decisive_parameters(self) -> frozenset[str]:
        """The names, in lower case, of all parameters that change what the URL means."""
        names = self.identified_by | {parameter.name for parameter in self.parameters}
        names |= self.signed_only
        return frozenset(name.lower() for name in names) | self.operation.decisive_parameters()

    def has_signed(self, query: Query, url: URL) -> bool:
        """Whether the query, and the path, have what tells this scheme from others."""
        names = map(str.lower, self.identified_by) if self.any_case else self.identified_by
        found = all(map(self._values(query).get, names))
        return found and (self.path is None or may_have(url.raw_path, self.path.mark))

    def require_well_formed(self, query: Query, url: URL) -> None:
        """Raise UploadError for the first parameter that is missing, or that no signer would write so."""
        values, any_case = self._values(query), self.any_case
        for name, pattern, expected, unless in self.parameters:
            value = values.get(name.lower() if any_case else name)
            if value is None:
                if not (unless and values.get(self._key(unless))):
                    raise unusable_url(Phrase("has no {name}", name=name))
            elif not _compiled(pattern).fullmatch(value):
                raise _unusable(name, expected)
        if self.path:
            self.path.require(url.raw_path)
        if not self.signed_only.isdisjoint(query.lower):
            signed = values[self._key(self.signed_parameters_parameter)].lower().split(";")
            for name in sorted(self.signed_only.intersection(query.lower).difference(signed)):
                raise unusable_url(Phrase("has the parameter {name}, which is not signed", name=name))

    def signed_headers(self, query: Query) -> frozenset[str] | None:
        """The names of the signed headers in lower case; None where the URL does not tell them."""
        if not self.signed_headers_parameter:
            return None
        names = self._values(query)[self._key(self.signed_headers_parameter)]
        return _bounded(frozenset(names.lower().split(";")) if names else frozenset())

    def headers_in_query(self, query: Query) -> tuple[tuple[str, str], ...]:
        """Names, in lower case, and values of the signed headers that the signer wrote into the query."""
        if not self.header_in_query:
            return ()
        told = (item for item in query.lower.items() if re.fullmatch(self.header_in_query, item[0]))
        return _bounded(tuple(told))

    def expires_at(self, query: Query, url: URL) -> float | None:
        """When the URL expires, in epoch seconds; None where only storage knows (Azure's stored policies).

        Raises UploadError for a time that does not exist, and for a statement that is for something else.
        """
        values = self._values(query)
        if self.signed_at_parameter:
            try:
                signed_at = datetime.fromisoformat(values[self._key(self.signed_at_parameter)]).timestamp()
                return signed_at + int(values[self._key(self.lifetime_parameter)])
            except (ValueError, OverflowError):
                raise _no_time(self.signed_at_parameter) from None
        times = list(self._times(values))
        if self.statement and (text := values.get(self._key(self.statement.parameter))) is not None:
            times.append(_stated(self.statement, text, url))
        return min(times, default=None)

    def _times(self, values: Mapping[str, str]) -> Iterator[float]:
        for name, read in self.expires:
            text = values.get(self._key(name))
            if text is not None:
                yield _time(name, read, text)

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


def _time(name: str, read: Callable[[str], float], text: str) -> float:
    try:
        return read(text)
    except (ValueError, OverflowError):
        raise _no_time(name) from None


def _stated(statement: Statement, text: str, url: URL) -> float:
    try:
        return statement.read(text, url)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError, OverflowError):
        raise _unusable(statement.parameter, statement.expected) from None


def _no_time(name: str) -> UploadError:
    return _unusable(name, Phrase("a time that exists"))


def _unusable(name: str, expected: Phrase) -> UploadError:
    return unusable_url(
        Phrase("has an unusable {name}, which must be {expected}", name=name, expected=expected)
    )
