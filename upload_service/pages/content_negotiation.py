"""Which media type, content coding or language a client prefers, by its headers Accept….

Rules: RFC 9110 sections 12.5.1, 12.5.3 and 12.5.4: the most specific range that matches counts. A range that
cannot be parsed is ignored. Long headers are read up to a bound, because each range costs CPU.
Must not know: request and response objects.
"""

import re

from upload_service.translation.phrase import Language

# Browsers send 150 characters at most, a few old programs some hundred.
MAX_CHARACTERS = 2000

_RANGE = r"(?as)\s*([^\s/;]+)/([^\s/;]+)\s*(?:;(.*))?"
_LANGUAGE_RANGE = r"(?as)\s*(?:([a-z]{1,8})(?:-[a-z0-9]{1,8})*|\*)\s*(?:;(.*))?"
_Q_PARAMETER = r"(?ai)\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*"


def quality(accept: str, media_type: str) -> float:
    """The quality value of a media type in an Accept header: 1 to 0; 0 also if no range matches it."""
    family = media_type.partition("/")[0]
    precedence = {media_type: 3, f"{family}/*": 2, "*/*": 1}
    best = (0, 0.0)
    for media_range in _ranges(accept):
        match = re.fullmatch(_RANGE, media_range)
        specific = precedence.get(f"{match[1]}/{match[2]}", 0) if match else 0
        if match and specific > best[0] and (value := _q_parameter(match[3] or "")) is not None:
            best = (specific, value)
    return best[1]


def named_parameters(accept: str, media_type: str) -> dict[str, str] | None:
    """The parameters behind exactly this type in an Accept header, in lower case.

    None if only a wildcard stands for it, or if its quality value is 0.
    """
    for media_range in _ranges(accept):
        match = re.fullmatch(_RANGE, media_range)
        if match and f"{match[1]}/{match[2]}" == media_type and _q_parameter(match[3] or ""):
            pairs = (each.partition("=") for each in (match[3] or "").split(";"))
            return {name.strip(): value.strip() for name, equals, value in pairs if equals}
    return None


def prefers(accept: str, wanted: str, other: str) -> bool:
    """Whether the media type `wanted` has a higher quality value in an Accept header than `other`."""
    return quality(accept, wanted) > quality(accept, other)


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether an Accept-Encoding header names gzip, with a quality value above 0; RFC 9110 section 12.5.3."""
    for coding in _ranges(accept_encoding):
        name, _, parameter = coding.partition(";")
        if name.strip() == "gzip":
            return not parameter.replace(" ", "").rstrip("0.").endswith("q=")
    return False


def preferred_language(accept_language: str) -> Language:
    """The language to answer in: Korean if an Accept-Language header prefers it to English.

    `ko-KR` stands for `ko`, as in the lookup of RFC 4647 section 3.4. Of languages that are wanted as much as
    each other the first one counts, as it is meant by people who write such a header.
    """
    found: dict[str, tuple[float, int]] = {}
    for place, language_range in enumerate(_ranges(accept_language)):
        match = re.fullmatch(_LANGUAGE_RANGE, language_range)
        value = _q_parameter(match[2] or "") if match else None
        if match and value is not None:
            language = match[1] or "*"
            found[language] = max(found.get(language, (0.0, 0)), (value, -place))
    nothing = found.get("*", (0.0, 0))
    english, korean = found.get("en", nothing), found.get("ko", nothing)
    return "ko" if korean[0] and korean > english else "en"


def _ranges(header: str) -> list[str]:
    """The ranges of a header in lower case, without those that its bound cuts."""
    ranges = header[: MAX_CHARACTERS + 1].lower().split(",")
    return ranges[:-1] if len(header) > MAX_CHARACTERS else ranges


def _q_parameter(parameters: str) -> float | None:
    """The `q` parameter of a range: 1 if it is absent, None if it is malformed."""
    for parameter in parameters.split(";"):
        name, equals, _ = parameter.partition("=")
        if equals and name.strip() == "q":
            match = re.fullmatch(_Q_PARAMETER, parameter)
            return float(match[1]) if match else None
    return 1.0
