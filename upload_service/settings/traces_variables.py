"""What this service asks of the standard OTEL_ variables, which OpenTelemetry's SDK reads itself.

Knows: which values lead nowhere: the SDK raises on them, or warns and then does something else.
Rules: a refusal is one line that names the variable and never quotes the value, which may hold a key. An
empty variable counts as one that is not set, as the standard has it.
Must not know: the SDK.

Source: opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables and /protocol/exporter. What
is read otherwise there, as the timeout in seconds, is as the SDK for Python 1.45 reads it.
"""

import math
import os
import re
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

DEFAULT_ENDPOINT = "http://localhost:4318"
# The one of traces comes before the one of all signals.
ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
SAMPLER, SAMPLER_ARG = "OTEL_TRACES_SAMPLER", "OTEL_TRACES_SAMPLER_ARG"
RATIO_SAMPLERS = frozenset({"traceidratio", "parentbased_traceidratio"})
SAMPLERS = RATIO_SAMPLERS | {"always_on", "always_off", "parentbased_always_on", "parentbased_always_off"}
LIMITS = (
    "OTEL_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_EVENT_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_LINK_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT",
    "OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT",
    "OTEL_SPAN_EVENT_COUNT_LIMIT",
    "OTEL_SPAN_LINK_COUNT_LIMIT",
)
# What is longer was meant in milliseconds, as the standard has it. The SDK for Python reads seconds.
MOST_SECONDS = 300
# As the SDK takes a header: a token, then what is printable but for `"`, `,`, `;` and `\`.
_HEADER = re.compile(r"[ \t]*[!#-'*+\-.0-9A-Z^-z|~]+[ \t]*=[ !#-+\--:<-\[\]-~\t]*")


class _Rule(NamedTuple):
    """What the first of these variables that is set must be, in words, and whether a value is that."""

    names: tuple[str, ...]
    must_be: str
    is_met: Callable[[str], bool]


def is_disabled(environment: Mapping[str, str]) -> bool:
    """Whether the standard switch turns off what OpenTelemetry does."""
    return environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"


def traces_conflict(environment: Mapping[str, str]) -> str | None:
    """Why traces would not be as the variables say, as a line for the operator; None if they would."""
    for rule in _RULES:
        name = _first(environment, rule.names)
        if name and not rule.is_met(environment[name]):
            return f"{name} must be {rule.must_be}"
    ratio = environment.get(SAMPLER_ARG, "").strip()
    if environment.get(SAMPLER, "").lower() in RATIO_SAMPLERS and ratio and not 0 <= _number(ratio) <= 1:
        return f"{SAMPLER_ARG} must be a number from 0 to 1: the share of requests that are told"
    return None


def collector_origin(environment: Mapping[str, str]) -> str:
    """Scheme, host and port of the collector: all of its URL that is no secret."""
    endpoint = _first(environment, ENDPOINTS)
    parts = urlsplit(environment[endpoint].strip() if endpoint else DEFAULT_ENDPOINT)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}"


def _first(environment: Mapping[str, str], names: tuple[str, ...]) -> str | None:
    """The first of these variables that is set."""
    return next((name for name in names if environment.get(name, "").strip()), None)


def _of_traces(name: str) -> tuple[str, str]:
    """The variable of traces, and that of all signals."""
    return f"OTEL_EXPORTER_OTLP_TRACES_{name}", f"OTEL_EXPORTER_OTLP_{name}"


def _is_url(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a port that is none, or half an address of IPv6
        return False


def _are_headers(value: str) -> bool:
    """Whether each of them is taken by the SDK, and can be sent once it is decoded."""
    return all(map(_is_header, filter(None, re.split(r"[ \t]*,[ \t]*", value))))


def _is_header(header: str) -> bool:
    decoded = unquote(header)
    return bool(_HEADER.fullmatch(header)) and decoded.isascii() and decoded.isprintable()


def _are_pairs(value: str) -> bool:
    return all("=" in pair for pair in value.split(",") if pair.strip())


def _number(value: str) -> float:
    """NaN, which no comparison is true of, if it is none."""
    try:
        return float(value)
    except ValueError:
        return math.nan


def _is_whole(value: str, least: int) -> bool:
    try:
        return int(value) >= least
    except ValueError:
        return False


_RULES = (
    _Rule(
        _of_traces("PROTOCOL"),
        "http/protobuf: this service sends no other",
        lambda value: value.strip() == "http/protobuf",
    ),
    _Rule(ENDPOINTS, "a URL that begins with http:// or https:// and names a host", _is_url),
    _Rule(
        _of_traces("HEADERS"),
        "NAME=VALUE, or several of them with commas between, values percent-encoded where they are not plain",
        _are_headers,
    ),
    _Rule(
        _of_traces("TIMEOUT"),
        f"above 0 and at most {MOST_SECONDS}: in seconds, although the standard has milliseconds",
        lambda value: 0 < _number(value) <= MOST_SECONDS,
    ),
    _Rule(
        _of_traces("COMPRESSION"),
        "none, gzip or deflate",
        lambda value: value.strip().lower() in {"none", "gzip", "deflate"},
    ),
    *(
        _Rule(_of_traces(name), "a file that can be read", lambda value: os.access(value, os.R_OK))
        for name in ("CERTIFICATE", "CLIENT_CERTIFICATE", "CLIENT_KEY")
    ),
    *(
        _Rule((name,), "a whole number, 1 or more", lambda value: _is_whole(value, 1))
        for name in (
            "OTEL_BSP_SCHEDULE_DELAY",
            "OTEL_BSP_MAX_QUEUE_SIZE",
            "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
            "OTEL_BSP_EXPORT_TIMEOUT",
        )
    ),
    *(_Rule((name,), "a whole number, 0 or more", lambda value: _is_whole(value, 0)) for name in LIMITS),
    _Rule((SAMPLER,), f"one of {', '.join(sorted(SAMPLERS))}", lambda value: value.lower() in SAMPLERS),
    _Rule(("OTEL_RESOURCE_ATTRIBUTES",), "NAME=VALUE, or several of them with commas between", _are_pairs),
)
