"""The panels of what uploads need: storage, room in the service, and its process."""

from monitoring.panel import Panel, share, taken
from monitoring.queries import gauge, query, rate, selector
from upload_service.telemetry import metric_definitions as register

_PROCESS = {metric.name.removeprefix("process_"): metric for metric in register.PROCESS}
_START, _CPU = _PROCESS["start_time_seconds"], _PROCESS["cpu_seconds_total"]
_FILES, _MOST_FILES = _PROCESS["open_fds"], _PROCESS["max_fds"]
_RESIDENT, _VIRTUAL = _PROCESS["resident_memory_bytes"], _PROCESS["virtual_memory_bytes"]
_PUTS = rate(register.STORAGE_LEG, suffix="_count")

STORAGE = (
    Panel(
        "PUTs by how they ended",
        "reqps",
        "`given_up`: the upload ended while the PUT ran. Failed PUTs under many stored uploads: retries "
        "hide trouble.",
        (query("{{code}}", f"{rate(register.ATTEMPTS, 'code')} > 0", register.ATTEMPTS),),
        stacked=True,
    ),
    Panel(
        "PUTs for each upload",
        "short",
        "1: no retries. Which uploads needed more, and at which store: query 9.",
        (
            query(
                "PUTs",
                f"{rate(register.ATTEMPTS)} / ({_PUTS} > 0)",
                register.ATTEMPTS,
                register.STORAGE_LEG,
            ),
        ),
    ),
    Panel(
        "Bytes of files",
        "Bps",
        "What was received and not stored belongs to uploads that failed.",
        (
            query("received", rate(register.RECEIVED), register.RECEIVED),
            query("stored", rate(register.STORED), register.STORED),
        ),
    ),
    Panel(
        "Connections to storage",
        "short",
        "Open ones without a running upload are kept for the next, for four seconds.",
        (query("{{instance}}", gauge(register.SOCKETS, "instance"), register.SOCKETS),),
    ),
    Panel(
        "New connections for each PUT",
        "short",
        "0: all are used again. 1: none is, and each upload pays for a handshake.",
        (
            query(
                "new connections",
                f"{rate(register.SOCKETS_MADE)} / ({rate(register.ATTEMPTS)} > 0)",
                register.SOCKETS_MADE,
                register.ATTEMPTS,
            ),
        ),
    ),
)

ROOM = (
    share(
        "Places taken",
        "Running uploads of UPLOAD_MAX_CONCURRENT. At 1 the next one is answered 503 `too_busy`.",
        query(
            "{{instance}}",
            taken(register.RUNNING, register.RUNNING_LIMIT),
            register.RUNNING,
            register.RUNNING_LIMIT,
        ),
    ),
    share(
        "Room for waiting files taken",
        "Of UPLOAD_SPOOL_MEMORY_BYTES and UPLOAD_SPOOL_DISK_BYTES. Full memory is harmless while there is "
        "disk; with a full "
        "disk files are answered 503 `spool_full`.",
        query(
            "{{instance}} {{where}}",
            taken(register.SPOOL, register.SPOOL_LIMIT),
            register.SPOOL,
            register.SPOOL_LIMIT,
        ),
    ),
    Panel(
        "Bytes of waiting files",
        "bytes",
        "Files that came before their URL, or are kept for another PUT.",
        (query("{{where}}", gauge(register.SPOOL, "where"), register.SPOOL),),
        stacked=True,
    ),
    share(
        "Connections of clients taken",
        "Of those that may be open. At 1 the ones that have been idle longest are closed.",
        query(
            "{{instance}}",
            taken(register.CONNECTIONS, register.CONNECTIONS_LIMIT),
            register.CONNECTIONS,
            register.CONNECTIONS_LIMIT,
        ),
    ),
    Panel(
        "Connections closed to make room",
        "cps",
        "More than 0: the event `connections_full` in the log says when.",
        (query("{{instance}}", rate(register.CONNECTIONS_CLOSED, "instance"), register.CONNECTIONS_CLOSED),),
    ),
)

PROCESS = (
    Panel(
        "CPUs used",
        "short",
        "One process uses one CPU at most: near 1, add instances.",
        (query("{{instance}}", rate(_CPU, "instance"), _CPU),),
    ),
    Panel(
        "Memory",
        "bytes",
        "What the process holds, and the addresses that it has taken. What it may need: "
        "docs/operations.md, Sizing.",
        (
            query("{{instance}} resident", selector(_RESIDENT), _RESIDENT),
            query("{{instance}} virtual", selector(_VIRTUAL), _VIRTUAL),
        ),
    ),
    share(
        "Descriptors taken",
        "Open files and sockets of the limit of the process (ulimit -n).",
        query("{{instance}}", taken(_FILES, _MOST_FILES), _FILES, _MOST_FILES),
    ),
    Panel(
        "Time since the start",
        "s",
        "A line that falls to 0 is a restart: query 10 says how the one before it ended.",
        (query("{{instance}}", f"time() - {selector(_START)}", _START),),
    ),
)
