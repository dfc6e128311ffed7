"""How the connection of one attempt comes about: which addresses are allowed, and when each step was done.

Rules: a connection that is used again costs nothing here. Times are taken only where something is made new.
Must not know: what a connection is made with, who reads the times.
"""

from contextvars import ContextVar


class Dial:
    """What is known of one attempt's way to its connection.

    `verdicts`: those of `judge_address` on its addresses, in order; None: it may be dialled. `looked_up`:
    when the look-up of the name began and ended. `began`: when the first socket was made; `ended`: when the
    connection was there, TLS included. Times are seconds on the clock `time.monotonic`; None where that did
    not happen.
    """

    __slots__ = ("began", "ended", "looked_up", "verdicts")

    def __init__(self) -> None:
        self.verdicts: list[str | None] = []
        self.looked_up: tuple[float, float] | None = None
        self.began: float | None = None
        self.ended: float | None = None

    @property
    def refused(self) -> str | None:
        """Why the first address was refused, if all were; else None, as an allowed one may work later."""
        return self.verdicts[0] if self.verdicts and all(self.verdicts) else None


# That of the attempt that runs in this context. A context variable is the only way to it: aiohttp's connector
# passes nothing of its caller on to the resolver and to the maker of sockets.
current_dial: ContextVar[Dial | None] = ContextVar("current_dial", default=None)
