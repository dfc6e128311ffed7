"""The query of a URL: its parameters by name.

Rules: of a parameter that is repeated the last value counts; one that decides something must not be
repeated. Names are compared as the store compares them, so both forms are kept: S3 tells `uploadId` from
`uploadid`, and Azure does not tell `sig` from `SIG`. Names that stand for HTTP headers never have a case.
What only some readers take for a parameter is refused.
Must not know: which parameters there are.
"""

import re
from collections.abc import Collection, Mapping
from typing import NamedTuple
from urllib.parse import unquote

from upload_service.errors.upload_error import UploadError
from upload_service.translation.phrase import Phrase

_CONTROL = "[\0-\x1f\x7f]"


def unusable_url(why: Phrase) -> UploadError:
    """The error for a URL that no PUT can use; `why` completes the sentence "The URL in uploadUrl …"."""
    return UploadError("invalid_upload_url", Phrase("The URL in uploadUrl {why}.", why=why))


class Query(NamedTuple):
    """The unescaped values: by the names as they are written, and by the names in lower case."""

    written: Mapping[str, str]
    lower: Mapping[str, str]

    def __repr__(self) -> str:
        return "Query()"


def parse_query(text: str, decisive: Collection[str], lists: Collection[str] = ()) -> Query:
    """Read a query. Raises UploadError when one of the parameters `decisive` is repeated, in any case, or
    stands where only some readers see it. All names are in lower case; `lists` are those of parameters whose
    values are names with semicolons between them.
    """
    if ";" in text:
        _refuse_hidden(text, decisive, lists)
    # Nearly every signer escapes only these two characters, and `unquote` takes longer than all the rest.
    text = text.replace("%2F", "/").replace("%3B", ";")
    is_escaped = "%" in text
    written, lower = {}, {}
    for pair in text.split("&"):
        name, _, value = pair.partition("=")
        if is_escaped:
            name, value = unquote(name), unquote(value)
            if re.search(_CONTROL, name):
                raise unusable_url(Phrase("has a control character in the name of a parameter"))
        small = name.lower()
        if small in lower and small in decisive:
            raise unusable_url(Phrase("has the parameter {name} twice", name=small))
        written[name] = lower[small] = value
    return Query(written, lower)


def _refuse_hidden(text: str, decisive: Collection[str], lists: Collection[str]) -> None:
    """Raise UploadError for a parameter that stands behind a semicolon.

    HTML 4 recommended to take that for `&`, and Go before 1.17 and Python before 3.9.2 do, and so the stores
    that were made with them.
    """
    for pair in text.split("&"):
        first, *others = pair.split(";")
        is_list = unquote(first.partition("=")[0]).lower() in lists
        for name, equals, _ in (each.partition("=") for each in others):
            small = unquote(name).lower()
            if small in decisive and (equals or not is_list):
                raise unusable_url(Phrase("has the parameter {name} behind a semicolon", name=small))
