"""How many files and sockets the process may have open, and how they are shared out.

Knows: the system's limit, and how many descriptors an upload needs at most.
Rules: the limit is raised as far as the system lets us. What uploads need is set aside first; connections of
clients get the rest, so that accepting a connection never fails for want of a descriptor.
Must not know: connections, requests.
"""

import resource
from contextlib import suppress

from upload_service.body.disk_segments import SEGMENT_BYTES
from upload_service.settings.settings import Settings
from upload_service.storage.sockets import most_before_crowded

# More would be used by nobody. macOS has no hard limit, and refuses more than the kernel's own.
MOST_DESCRIPTORS = 65_536
MACOS_DESCRIPTORS = 10_240
# For the log, the event loop, listening sockets, name look-ups, files that are read now and then, and
# connections that are just being accepted or closed.
RESERVED = 96
# An idle connection costs about 9 KB, and a service of one process has no use for more of them.
MOST_CONNECTIONS = 4096


def raise_limit() -> int:
    """Raise the limit of open files as far as allowed. Returns what it is now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for wanted in (_at_most(hard, MOST_DESCRIPTORS), _at_most(hard, MACOS_DESCRIPTORS)):
        if soft == resource.RLIM_INFINITY or soft >= wanted:
            break
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            break
    return limit()


def limit() -> int:
    """How many descriptors the process may have now."""
    return _at_most(resource.getrlimit(resource.RLIMIT_NOFILE)[0], MOST_DESCRIPTORS)


def _at_most(number: int, most: int) -> int:
    return most if number == resource.RLIM_INFINITY else min(number, most)


def for_uploads(settings: Settings) -> int:
    """The descriptors of all uploads at once: their connections, those to storage, their spooled files."""
    segments = settings.spool_disk_bytes // SEGMENT_BYTES
    return 2 * settings.max_concurrent + 2 * most_before_crowded(settings.max_concurrent) + segments


def most_connections(settings: Settings, descriptors: int) -> int:
    """How many connections clients may have, with and without an upload, on all ports together.

    Where there are too few descriptors for all uploads at once, a quarter of what there is.
    """
    most = max(MOST_CONNECTIONS, 4 * settings.max_concurrent)
    beside_uploads = descriptors - RESERVED - (for_uploads(settings) - settings.max_concurrent)
    free = descriptors - RESERVED - settings.spool_disk_bytes // SEGMENT_BYTES
    return max(1, min(most, max(beside_uploads, free // 4)))
