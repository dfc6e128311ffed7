"""Checks the settings: says in plain words what they mean together, and which are probably mistakes.

Knows: the settings, and which combinations contradict what people usually want.
Rules: pure. A legal setting gives a warning at most. The value of a secret is never printed.
Must not know: the machine, presigned URLs.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches

from upload_service.doctor.finding import Finding, format_bytes, ok, warn
from upload_service.presigned.allowed_destinations import ETAG_OPTION, UNSIGNED_OPTION, UrlPrefix
from upload_service.presigned.providers import PROVIDERS
from upload_service.server.access_control import places_per_client
from upload_service.settings.settings import Settings, list_settings, unknown_variables
from upload_service.storage.address_policy import HTTPS_PORT, judge_address

# The largest object that S3 takes in one PUT: docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
S3_MAX_PUT_BYTES = 5 << 30
# How similar a misspelt variable is to a setting, from 0 to 1 (difflib); a less similar one is another name.
SIMILARITY = 0.8
QUIET_LEVELS = ("WARNING", "ERROR", "CRITICAL")
_CLOSES = "set UPLOAD_API_TOKENS, UPLOAD_JWT_ISSUER or UPLOAD_GRANT_KEYS"


def check_settings(settings: Settings, environment: Mapping[str, str]) -> Iterator[Finding]:
    """All checks of the settings. `environment` tells which were set, and which variables are unknown."""
    yield _settings(settings, environment)
    yield from _unknown(environment)
    yield from _destinations(settings)
    yield from _callers(settings)
    yield from _limits(settings)
    yield _cors(settings)
    yield _page(settings)
    yield _metrics(settings)
    yield from _log(settings)


def describe_destinations(settings: Settings) -> str:
    """Where uploads may go, in words: for a finding's text."""
    listed = [_as_url(prefix) for prefix in settings.destinations.prefixes]
    if settings.destinations.known_stores:
        stores = ", ".join(provider.name for provider in PROVIDERS)
        listed.insert(0, f"any bucket of the well-known stores over https ({stores})")
    return "; ".join(listed)


def _settings(settings: Settings, environment: Mapping[str, str]) -> Finding:
    named = [name for name, _, _ in list_settings() if name in environment]
    what = f"all that is set can be used: {', '.join(named)}" if named else "none is set: the defaults hold"
    return ok("settings", f"{what}{'; this is an AWS Lambda function' if settings.in_lambda else ''}")


def _unknown(environment: Mapping[str, str]) -> Iterator[Finding]:
    known = [name for name, _, _ in list_settings()]
    for name in unknown_variables(environment):
        close = get_close_matches(name, known, 1, SIMILARITY)
        cure = (
            f"write {close[0]}, if you meant that"
            if close
            else "see upload-service --help for those that are"
        )
        yield warn("settings", f"{name} is no setting and changes nothing", cure)


def _destinations(settings: Settings) -> Iterator[Finding]:
    yield ok("destinations", f"uploads may go to {describe_destinations(settings)}")
    for prefix in settings.destinations.prefixes:
        if prefix.scheme == "http" and _looks_public(prefix.host):
            yield warn(
                "destinations",
                f"files and signatures go to {prefix.host} unencrypted",
                "list it with https://, unless the way there is your own network",
            )
        if prefix.etag_optional:
            yield warn(
                "destinations",
                f"a web server at {_as_url(prefix)} would pass as a store: its answers need no ETag",
                f"list it without ?{ETAG_OPTION}, unless the store there gives none",
            )
        if prefix.unsigned:
            yield _unsigned(prefix, settings)


def _unsigned(prefix: UrlPrefix, settings: Settings) -> Finding:
    who = (
        "every caller with a grant for it"
        if settings.grant_keys
        else "every caller with a token"
        if settings.asks_tokens
        else "everybody, and every web page that they open,"
    )
    cure = "" if settings.asks_tokens or settings.grant_keys else f"{_CLOSES}, or "
    return warn(
        "destinations",
        f"{who} can write and overwrite every object below {_as_url(prefix)}: no signature is needed there",
        f"{cure}list it without ?{UNSIGNED_OPTION}, unless a gate in front lets in only those who may",
    )


def _callers(settings: Settings) -> Iterator[Finding]:
    at_once = f"{settings.max_concurrent} uploads at once"
    most, only_believed = places_per_client(settings)
    per_client = [f"{most} at once"] if most else []
    per_client += [f"{settings.rate_per_minute} a minute"] if settings.rate_per_minute else []
    if per_client:
        proxies = "as trusted proxies tell it" if settings.trusted_proxies else "the connection's own"
        if only_believed and not settings.trusted_proxies:
            proxies += ", if it is public"
        whose = "one subject, or of one address" if settings.count_by == "subject" else "one address"
        at_once += f", {' and '.join(per_client)} of {whose} ({proxies})"
    limits = f"{at_once}, files of at most {format_bytes(settings.max_file_bytes)}"
    if settings.asks_tokens:
        names = sorted({token.name for token in settings.api_tokens})
        names += ["signed tokens of the identity provider"] if settings.asks_signed_tokens else []
        yield ok("callers", f"who shows a token may upload ({', '.join(names)}); {limits}")
    elif not settings.grant_keys:
        yield warn(
            "callers",
            f"anybody who reaches the port may upload; {limits}",
            f"{_CLOSES}, or let only those reach the port who may upload",
        )
    if settings.grant_keys:
        yield _grants(settings, limits)
    if most > settings.max_concurrent and not only_believed:
        yield warn(
            "callers",
            "UPLOAD_MAX_CONCURRENT_PER_CLIENT bounds nothing: UPLOAD_MAX_CONCURRENT is lower",
            "set it to less than UPLOAD_MAX_CONCURRENT",
        )


def _grants(settings: Settings, limits: str) -> Finding:
    keys = ", ".join(f"{key.name} ({key.algorithm})" for key in settings.grant_keys)
    if settings.takes_bearer_grants:
        return ok(
            "callers", f"every upload needs a grant, as a field or bearer token, signed with {keys}; {limits}"
        )
    return ok("callers", f"every upload needs a grant as well, in the field grant, signed with {keys}")


def _limits(settings: Settings) -> Iterator[Finding]:
    listed = settings.allowed_types.listed if settings.allowed_types else ()
    yield ok(
        "limits",
        f"types: {', '.join(listed) or 'any'}; a leg may be silent for {settings.stall_seconds:g} s; "
        f"storage has {settings.timeout_seconds:g} s after the last byte",
    )
    if settings.max_file_bytes > S3_MAX_PUT_BYTES:
        yield warn(
            "limits",
            "UPLOAD_MAX_FILE_BYTES is more than the 5 GiB that S3 takes in one PUT",
            "set it to 5GiB, unless your store takes more",
        )
    if settings.timeout_seconds < settings.stall_seconds:
        yield warn(
            "limits",
            "TIMEOUT_SECONDS is less than UPLOAD_STALL_SECONDS: a storage that stalls is told as slow",
            "set UPLOAD_STALL_SECONDS to less than TIMEOUT_SECONDS",
        )
    if settings.verify == "off":
        yield warn(
            "limits",
            "UPLOAD_VERIFY is off: a file that storage has stored wrongly passes as stored",
            "set it to crc",
        )


def _cors(settings: Settings) -> Finding:
    if not settings.cors_origins:
        return ok("CORS", "no headers: browsers can call only if something in front adds them")
    if settings.cors_origins == ("*",):
        return ok("CORS", "pages of every origin may call")
    return ok("CORS", f"pages of {', '.join(settings.cors_origins)} may call, and no others")


def _page(settings: Settings) -> Finding:
    texts = {"on": "at /, where presigned URLs are pasted", "off": "none: browsers get the JSON of programs"}
    return ok("page", texts.get(settings.upload_page, f"at /, with URLs from {settings.upload_page}"))


def _metrics(settings: Settings) -> Finding:
    texts = {
        "off": "none",
        "prometheus": f"GET /metrics on port {settings.metrics_port or settings.port}, to whoever reaches it",
        "emf": "in the log lines of uploads, for CloudWatch",
    }
    return ok("metrics", texts[settings.metrics])


def _log(settings: Settings) -> Iterator[Finding]:
    if settings.log_level in QUIET_LEVELS:
        yield warn(
            "log",
            f"LOG_LEVEL is {settings.log_level}: uploads leave no line in the log",
            "set it to INFO",
        )


def _as_url(prefix: UrlPrefix) -> str:
    host = f"[{prefix.host}]" if ":" in prefix.host else prefix.host
    return f"{prefix.scheme}://{host}:{prefix.port}{prefix.path}/"


def _looks_public(host: str) -> bool:
    """Whether a host is a name with a dot, or a public IP address."""
    is_name = judge_address(host, HTTPS_PORT, listed=True) == "unreadable"
    if is_name:
        return "." in host and not host.endswith(".localhost")
    return judge_address(host, HTTPS_PORT, listed=False) is None
