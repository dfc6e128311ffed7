"""Free TCP ports of 127.0.0.1, several at a time.

Rules: a port is certainly free only while a socket holds it. So all are held until the whole set is found.
After that another program may still take one: whoever uses them must be ready to choose again.
"""

import random
import socket
from contextlib import ExitStack
from typing import Final

HOST: Final = "127.0.0.1"
LAST: Final = 65535


def take(stack: ExitStack, port: int) -> int | None:
    """Hold `port` until the stack closes, and return its number; None when it is in use."""
    held = stack.enter_context(socket.socket())
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        held.bind((HOST, port))
    except OSError:
        return None
    return port


def take_any(stack: ExitStack) -> int:
    """Hold some free port. The system gives it to nobody who asks for any port: Linux begins at 32768."""
    for _ in range(1000):
        if port := take(stack, random.SystemRandom().randrange(20000, 32000)):
            return port
    raise OSError(f"No port of {HOST} is free.")


def free_port() -> int:
    """A port that is free at this moment."""
    with ExitStack() as stack:
        return take_any(stack)


def take_pair(stack: ExitStack, distance: int) -> tuple[int, int]:
    """Hold two free ports that lie `distance` apart."""
    for _ in range(1000):
        low = random.randrange(20000, 30000)  # noqa: S311 - a port is no secret
        if take(stack, low) and take(stack, low + distance):
            return low, low + distance
    raise OSError(f"No two ports of {HOST} that lie {distance} apart are free.")


def is_free(port: int) -> bool:
    """Whether a program could listen at `port`, and none does on either address of `localhost`."""
    with ExitStack() as stack:
        return not answers(port) and take(stack, port) is not None


def answers(port: int) -> bool:
    """Whether a program listens at `port`, on either address of `localhost`."""
    for host in (HOST, "::1"):
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            continue
        return True
    return False
