"""Who asks for one upload.

Knows: what is found out of a caller while its request is admitted.
Must not know: how a caller is recognised, what limits it has.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class Caller:
    """The caller of one request.

    `address`: its network address as text; None where it has none, as on a Unix socket.
    `rate_limit_key`: under which its requests are counted (see `client_address.rate_limit_key`).
    `name`: of its API token; None until it has shown a right one, or where none is needed.
    `is_counted`: whether this request is among those that run for the caller.
    """

    address: str | None
    rate_limit_key: str
    name: str | None = None
    is_counted: bool = False
