"""Which of several media types a request would rather have, by its Accept header.

Rules: as RFC 9110 section 12.5.1 says, the most specific range that fits counts; parameters other than `q`
are passed over, and a range that is not understood is not there.
Must not know: requests, answers.
"""

import re

_RANGE = re.compile(r"\s*([^\s/;]+)/([^\s/;]+)\s*(?:;(.*))?", re.ASCII | re.DOTALL)
_WEIGHT = re.compile(r"\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*", re.ASCII | re.IGNORECASE)


def weight(accept: str, media_type: str) -> float:
    """How much `media_type` is wanted, from 0 (not at all, or not named) to 1."""
    family = media_type.partition("/")[0]
    fits = {media_type: 3, f"{family}/*": 2, "*/*": 1}
    found = (0, 0.0)
    for each in accept.lower().split(","):
        match = _RANGE.fullmatch(each)
        specific = fits.get(f"{match[1]}/{match[2]}", 0) if match else 0
        if match and specific > found[0] and (wanted := _quality(match[3] or "")) is not None:
            found = (specific, wanted)
    return found[1]


def names(accept: str, media_type: str) -> bool:
    """Whether this very type is named, and wanted at all."""
    ranges = (_RANGE.fullmatch(each) for each in accept.lower().split(","))
    return any(
        f"{match[1]}/{match[2]}" == media_type and bool(_quality(match[3] or "")) for match in ranges if match
    )


def prefers(accept: str, wanted: str, other: str) -> bool:
    """Whether `wanted` is asked for more than `other` is."""
    return weight(accept, wanted) > weight(accept, other)


def _quality(parameters: str) -> float | None:
    """The q of a range; 1 without one, None when it has no sense."""
    for each in parameters.split(";"):
        if each.strip().startswith("q") and each.strip()[1:].lstrip().startswith("="):
            match = _WEIGHT.fullmatch(each)
            return float(match[1]) if match else None
    return 1.0
