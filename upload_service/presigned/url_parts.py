"""Takes the text of a URL apart, for the judge of URLs and for the operator's list.

Knows: which text is a plain address of an object, and when two ways to write a host mean the same one.
Rules: the URL object that is returned is the one that is dialled, so no second parser can read the text in
another way. What is wrong with a text completes the sentence "The URL …", and never has a part of the text.
Must not know: signatures, stores, the list of destinations.
"""

import ipaddress
import re
from typing import NamedTuple

from yarl import URL

from upload_service.translation.phrase import Phrase

_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*")
_ORIGIN = re.compile(r"[hH][tT][tT][pP][sS]?://([^/?#\\]+)(?=/)")
# yarl accepts ports that other parsers refuse, such as +443.
_AUTHORITY = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[^\[\]:]+)(?::[0-9]{1,5})?")
# Resolvers take a last label such as 1 or 0x7f for a part of an address.
_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}", re.ASCII)
_DEFAULT_PORTS = {"https": 443, "http": 80}


class UnusableUrl(ValueError):
    """The text is not the address of an object. `why` completes the sentence "The URL …"."""

    def __init__(self, why: Phrase) -> None:
        super().__init__(why)
        self.why = why


class UrlParts(NamedTuple):
    """A URL, and its parts in the form in which they are compared.

    `host` is in lower case, an IPv6 address in its shortest form, and a name has no dot at its end (with the
    dot it is the same name, RFC 1034 section 3.1). `host_header` is the host as it is written in the URL,
    with the port unless it is the scheme's own.
    """

    url: URL
    host: str
    port: int
    host_header: str

    def __repr__(self) -> str:
        return f"UrlParts(host={self.host!r})"

    @property
    def path(self) -> str:
        """The path as it is written, not decoded."""
        return self.url.raw_path


def parse_url(text: str, *, has_key: bool = True) -> UrlParts:
    """The parts of a URL in printable ASCII; raises UnusableUrl. `has_key`: a path follows the host."""
    origin = _ORIGIN.match(text)
    if not origin or "#" in text or "\\" in text:
        raise UnusableUrl(Phrase("is not an https:// (or http://) address with a host and an object key"))
    authority = origin[1]
    if "@" in authority:
        raise UnusableUrl(Phrase("has a user name or password in it"))
    try:
        url = URL(text, encoded=True)
        written, port = url.raw_host or "", url.port
    except ValueError:
        raise UnusableUrl(Phrase("has no usable host")) from None
    host = _comparable(written)
    if not host or not port or not _AUTHORITY.fullmatch(authority):
        raise UnusableUrl(Phrase("has no usable host"))
    if url.raw_path_qs != text[origin.end() :] or (has_key and len(url.raw_path) < 2):
        raise UnusableUrl(Phrase("has no object key"))
    return UrlParts(url, host, port, _host_header(url, written, port))


def _comparable(written: str) -> str | None:
    """The host in the form in which it is compared; None if it is not a usable one."""
    host = written.lower()
    if ":" in host:
        return shortest_ipv6(host)
    name = host.removesuffix(".")
    if not _NAME.fullmatch(name) or (name != host and _NUMBER.fullmatch(name)):
        return None  # an address has no dot at its end
    return name


def shortest_ipv6(address: str) -> str | None:
    """The shortest form of an IPv6 address; None for other text, and for an address with a zone."""
    try:
        parsed = None if "%" in address else ipaddress.IPv6Address(address)
    except ValueError:
        return None
    if parsed and parsed.ipv4_mapped:
        # Python before 3.13 writes its last four bytes in hexadecimal digits, later ones with dots.
        high, low = divmod(int(parsed.ipv4_mapped), 1 << 16)
        return f"::ffff:{high:x}:{low:x}"
    return parsed.compressed if parsed else None


def _host_header(url: URL, written: str, port: int) -> str:
    host = f"[{written}]" if ":" in written else written
    return host if port == _DEFAULT_PORTS[url.scheme] else f"{host}:{port}"


def is_partial_address(host: str) -> bool:
    """Whether a host is a number that resolvers take for an IPv4 address, but not one in four parts.

    A signer that normalises URLs writes 127.0.0.1 for 127.1, for 0x7f.1 and for 2130706433.
    """
    return bool(_NUMBER.fullmatch(host)) and not _IPV4.fullmatch(host)
