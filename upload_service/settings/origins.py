"""Parser of the origins whose pages may call: from what an operator writes to what browsers send.

Knows: how browsers write an origin in the header Origin, and what they never send.
Rules: an origin is kept as browsers write it, so that it can be compared as text. An entry that no browser
could ever send is a ValueError that says what to write; see `parsing.py`.
Must not know: requests.

Source: https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin and https://url.spec.whatwg.org/#host-serializing
"""

import re

from upload_service.presigned.url_parts import is_partial_address, shortest_ipv6

EXAMPLES = "https://app.example.com or capacitor://localhost"
GENERAL = f"must be *, off, or origins such as {EXAMPLES}, separated by commas"
DEFAULT_PORTS = {"http": 80, "https": 443}
# A page of these schemes has no origin of its own, so that its browser sends null.
_WITHOUT_ORIGIN = frozenset({"about", "blob", "data", "file", "javascript"})
_ORIGIN = (
    r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._~%-]+)(?::(?P<port>[0-9]{1,5}))?"
)
_NAME = r"[a-z0-9._-]+"


def parse_origins(text: str) -> tuple[str, ...]:
    """Origins as browsers send them, separated by commas; ("*",) for `*`, () for `off`."""
    if text == "off":
        return ()
    if text == "*":
        return ("*",)
    return tuple(_as_sent(entry.strip()) for entry in text.split(","))


def is_listed(origin: str, origins: tuple[str, ...]) -> bool:
    """Whether a browser's origin is one of these.

    Browsers write the host of http and https in lower case. Of the schemes of apps and extensions some keep
    the case in which the app has named its host.
    """
    if origin in origins:
        return True
    return origin.partition(":")[0].lower() not in DEFAULT_PORTS and origin.lower() in origins


def _as_sent(entry: str) -> str:
    """One origin as browsers write it."""
    lower = entry.lower()
    if (scheme := lower.partition(":")[0]) in _WITHOUT_ORIGIN:
        raise ValueError(f"must not have an origin of {scheme}: browsers send null for its pages")
    match = re.fullmatch(_ORIGIN, lower)
    if match is None:
        raise ValueError(_mistake(lower))
    scheme, host, port = match["scheme"], match["host"], match["port"]
    if scheme in ("ws", "wss"):
        raise ValueError("must have the origin of the page, which begins with http:// or https://")
    number = None if port is None else int(port)
    if number == 0 or (number or 0) > 65535:
        raise ValueError("must have ports from 1 to 65535")
    if scheme in DEFAULT_PORTS or host.startswith("["):
        host = _web_host(host)
    shown = "" if number in (None, DEFAULT_PORTS.get(scheme)) else f":{number}"
    return f"{scheme}://{host}{shown}"


def _web_host(host: str) -> str:
    """The host of a web page as browsers write it."""
    if host.startswith("["):
        address = shortest_ipv6(host[1:-1])
        if address is None:
            raise ValueError("must have an IPv6 address in square brackets, such as http://[::1]:3000")
        return f"[{address}]"
    if not re.fullmatch(_NAME, host):
        raise ValueError(GENERAL)
    if is_partial_address(host):
        raise ValueError("must have IPv4 addresses in four parts, as browsers write them: 127.0.0.1")
    return host


def _mistake(entry: str) -> str:
    """What is wrong with an entry that is no origin, in words that complete the sentence "VARIABLE …"."""
    host = entry.partition("://")[2]
    mistakes = (
        (
            entry == "null",
            "must not have null, which any page can make its browser send; * lets every page call",
        ),
        ("*" in entry, "must be * alone, or whole origins: no browser sends a host with a wildcard"),
        (not entry.isascii(), "must have hosts in ASCII, as browsers send them: https://xn--…"),
        (not host, f"must be *, off, or origins with a scheme and a host, such as {EXAMPLES}"),
        ("@" in host, f"must have origins without a user name, such as {EXAMPLES}"),
        (
            re.search(r"[/?#\\]", host) is not None,
            f"must have origins without a path and without a slash at the end, such as {EXAMPLES}",
        ),
    )
    return next((words for is_so, words in mistakes if is_so), GENERAL)
