"""URLs of an identity provider: its issuer, and where its keys are.

Rules: https, or http on this machine alone, for trying: whoever stands on the way could put a key of their
own among the others.
Must not know: what is asked there.
"""

import re
from urllib.parse import urlsplit

_ON_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})


def may_be_asked(url: str) -> bool:
    """Whether keys may be asked for at this URL."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not re.fullmatch(r"[!-~]+", url) or not host or parts.username is not None:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in _ON_THIS_MACHINE)
