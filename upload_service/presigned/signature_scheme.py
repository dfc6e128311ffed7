"""What a signature scheme is, and how a URL's query is read by it.

Knows: the members of a row of `known_schemes.py`.
Rules: an error names the parameter and never its value. Queries are given with their names in lower case.
Must not know: which schemes there are, hosts, the clock.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from upload_service.errors.upload_error import UploadError
from upload_service.presigned.signed_operation import SignedOperation


@dataclass(frozen=True, slots=True)
class Parameter:
    """A query parameter that a signed URL must have.

    `name` as signers write it; `pattern` of the whole value; `expected` completes the sentence "… must be …".
    `unless`: the parameter may be missing if this other one is there, which names a policy kept by storage.
    """

    lower_name: str
    name: str
    pattern: re.Pattern[str]
    expected: str
    unless: str = ""


@dataclass(frozen=True, slots=True)
class SignatureScheme:
    """One way to sign a URL.

    A URL is signed by this scheme if it has all the parameters `identified_by`. `operation`: for what it may
    be signed. The members `…_parameter` are names of parameters in lower case, or empty. The URL expires at
    the time in `signed_at_parameter` plus the seconds in `lifetime_parameter`, or at the time in
    `expires_parameter`, which is in epoch seconds or in ISO 8601. `required_headers` are names and values
    that the store demands in a PUT of a whole object.
    """

    name: str
    identified_by: frozenset[str]
    parameters: tuple[Parameter, ...]
    operation: SignedOperation
    signed_at_parameter: str = ""
    lifetime_parameter: str = ""
    expires_parameter: str = ""
    signed_headers_parameter: str = ""
    required_headers: tuple[tuple[str, str], ...] = ()

    def decisive_parameters(self) -> frozenset[str]:
        """The names, in lower case, of all parameters that change what the URL means."""
        own = {parameter.lower_name for parameter in self.parameters}
        return self.identified_by | own | self.operation.decisive_parameters()

    def require_well_formed(self, query: Mapping[str, str]) -> None:
        """Raise UploadError for the first parameter that is missing, or that no signer would write so."""
        for parameter in self.parameters:
            value = query.get(parameter.lower_name)
            if value is None:
                if not (parameter.unless and query.get(parameter.unless)):
                    raise unusable_url(f"has no {parameter.name}")
            elif not parameter.pattern.fullmatch(value):
                raise unusable_url(f"has an unusable {parameter.name}, which must be {parameter.expected}")

    def signed_headers(self, query: Mapping[str, str]) -> frozenset[str] | None:
        """The names of the signed headers in lower case; None where the URL does not tell them."""
        if not self.signed_headers_parameter:
            return None
        return frozenset(query[self.signed_headers_parameter].lower().split(";"))

    def expires_at(self, query: Mapping[str, str]) -> float | None:
        """When the URL expires, in epoch seconds; None where only storage knows (Azure's stored policies).

        Raises UploadError for a time that does not exist.
        """
        time_parameter = self.signed_at_parameter or self.expires_parameter
        try:
            if self.signed_at_parameter:
                signed_at = datetime.fromisoformat(query[time_parameter]).timestamp()
                return signed_at + int(query[self.lifetime_parameter])
            text = query.get(time_parameter)
            if text is None:
                return None
            return float(text) if text.isdecimal() else _epoch_seconds(text)
        except (ValueError, OverflowError):
            name = next(known.name for known in self.parameters if known.lower_name == time_parameter)
            raise unusable_url(f"has an unusable {name}, which must be a time that exists") from None


def _epoch_seconds(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def unusable_url(why: str) -> UploadError:
    """The error for a URL that no PUT can use; `why` completes the sentence "The URL in uploadUrl …"."""
    return UploadError("invalid_upload_url", f"The URL in uploadUrl {why}.")
