"""What a way to sign a URL is: its query parameters, and reading them.

Knows: how a row of `known_schemes.py` is read.
Rules: an error names the parameter and never its value. Names of parameters come in lower case.
Must not know: which ways there are, hosts, the clock.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from upload_service.errors.upload_error import UploadError
from upload_service.presigned.signed_operation import SignedOperation


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter that must be there, its whole shape, and the end of the sentence "… must be …".

    `unless`: it may be missing where this other one stands, which names a policy that storage keeps.
    """

    lower_name: str
    name: str
    pattern: re.Pattern[str]
    expected: str
    unless: str = ""


@dataclass(frozen=True, slots=True)
class SignatureScheme:
    """One way to sign a URL: the query parameters that say so, what they look like, and when the URL expires.

    `marks` must all be there. Expiry is `signed_at` plus `lifetime` seconds, or `expires`, which is epoch
    seconds or an ISO 8601 time. `headers` are those that the store insists on in a PUT of a whole object.
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
        """The names, in lower case, of all parameters on whose value something depends."""
        own = {parameter.lower_name for parameter in self.parameters}
        return self.identified_by | own | self.operation.decisive_parameters()

    def require_well_formed(self, query: Mapping[str, str]) -> None:
        """Raise UploadError for the first parameter that no signer would have written so."""
        for parameter in self.parameters:
            value = query.get(parameter.lower_name)
            if value is None:
                if not (parameter.unless and query.get(parameter.unless)):
                    raise _malformed(f"has no {parameter.name}")
            elif not parameter.pattern.fullmatch(value):
                raise _malformed(f"has an unusable {parameter.name}, which must be {parameter.expected}")

    def signed_headers(self, query: Mapping[str, str]) -> frozenset[str] | None:
        """The names of the signed headers in lower case; None where the URL does not tell."""
        return (
            frozenset(query[self.signed_headers_parameter].lower().split(";"))
            if self.signed_headers_parameter
            else None
        )

    def expires_at(self, query: Mapping[str, str]) -> float | None:
        """When the URL expires, in epoch seconds; None where only storage knows (an Azure stored policy)."""
        stamp = self.signed_at_parameter or self.expires_parameter
        try:
            if self.signed_at_parameter:
                return datetime.fromisoformat(query[stamp]).timestamp() + int(query[self.lifetime_parameter])
            text = query.get(stamp)
            if text is None:
                return None
            return float(text) if text.isdecimal() else _epoch_seconds(text)
        except (ValueError, OverflowError):
            name = next(parameter.name for parameter in self.parameters if parameter.lower_name == stamp)
            raise _malformed(f"has an unusable {name}, which must be a time that exists") from None


def _epoch_seconds(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _malformed(why: str) -> UploadError:
    return UploadError("invalid_upload_url", f"The URL in uploadUrl {why}.")
