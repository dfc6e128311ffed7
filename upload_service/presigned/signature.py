"""What a way to sign a URL is: its query parameters, and reading them.

Knows: how a row of `known_signatures.py` is read.
Rules: an error names the parameter and never its value. Names of parameters come in lower case.
Must not know: which ways there are, hosts, the clock.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from upload_service.errors.upload_error import UploadError
from upload_service.presigned.signed_operation import Operation


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter that must be there, its whole shape, and the end of the sentence "… must be …".

    `unless`: it may be missing where this other one stands, which names a policy that storage keeps.
    """

    key: str
    name: str
    shape: re.Pattern[str]
    must: str
    unless: str = ""


@dataclass(frozen=True, slots=True)
class Signing:
    """One way to sign a URL: the query parameters that say so, what they look like, and when the URL expires.

    `marks` must all be there. Expiry is `signed_at` plus `lifetime` seconds, or `expires`, which is epoch
    seconds or an ISO 8601 time. `headers` are those that the store insists on in a PUT of a whole object.
    """

    name: str
    marks: frozenset[str]
    parameters: tuple[Parameter, ...]
    operation: Operation
    signed_at: str = ""
    lifetime: str = ""
    expires: str = ""
    signed_headers: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def require_well_formed(self, query: Mapping[str, str]) -> None:
        """Raise UploadError for the first parameter that no signer would have written so."""
        for each in self.parameters:
            value = query.get(each.key)
            if value is None:
                if not (each.unless and query.get(each.unless)):
                    raise _malformed(f"has no {each.name}")
            elif not each.shape.fullmatch(value):
                raise _malformed(f"has an unusable {each.name}, which must be {each.must}")

    def headers_signed(self, query: Mapping[str, str]) -> frozenset[str] | None:
        """The names of the signed headers in lower case; None where the URL does not tell."""
        return frozenset(query[self.signed_headers].lower().split(";")) if self.signed_headers else None

    def expiry(self, query: Mapping[str, str]) -> float | None:
        """When the URL expires, in epoch seconds; None where only storage knows (an Azure stored policy)."""
        stamp = self.signed_at or self.expires
        try:
            if self.signed_at:
                return datetime.fromisoformat(query[stamp]).timestamp() + int(query[self.lifetime])
            text = query.get(stamp)
            if text is None:
                return None
            return float(text) if text.isdecimal() else _iso_time(text)
        except (ValueError, OverflowError):
            name = next(each.name for each in self.parameters if each.key == stamp)
            raise _malformed(f"has an unusable {name}, which must be a time that exists") from None


def _iso_time(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _malformed(why: str) -> UploadError:
    return UploadError("invalid_upload_url", f"The URL in uploadUrl {why}.")
