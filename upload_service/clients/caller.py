"""The caller of one upload.

Knows: what the admission of a request finds out about its caller.
Must not know: how a caller is identified, which limits it has.
"""

from dataclasses import dataclass

# So begins the key of a caller whose uploads are counted by the subject of its token; no address begins so.
SUBJECT_KEY = "subject:"


@dataclass(slots=True, eq=False)
class Caller:
    """Who sent a request.

    `address` is the network address as text; None if there is none, as on a Unix socket. `rate_limit_key` is
    the key under which its requests are counted (see `client_address.py`). `name` is that of its API token;
    None while no valid token is known. `subject` is what the log may say of whose signed token it is; None if
    nothing. `is_counted`: the request counts as one that runs for this caller.
    `is_believed`: the address is that of one client, and not of a proxy in front of many.
    """

    address: str | None
    rate_limit_key: str
    name: str | None = None
    subject: str | None = None
    is_counted: bool = False
    is_believed: bool = False
