"""Failures of storage, of the way to it, and of this service: a table for `errors.py`.

Knows: each code, its HTTP status, whose fault it is, whether the same request may succeed later, and the two
public sentences (what happened, what to do).
Rules and what it must not know: see `entry.py`.
"""

from upload_service.entry import Entry


def _storage(code: str, status: int, title: str, cause: str, cure: str, *, retryable: bool = True) -> Entry:
    return Entry(code, status, "storage", retryable, title, cause, cure)


def _service(code: str, status: int, title: str, cause: str, cure: str) -> Entry:
    return Entry(code, status, "service", True, title, cause, cure)


# fmt: off
# One line per sentence: a table, which the formatter would turn into one line per argument.

_LATER = "Try again in a moment; if it stays, look at the storage provider's status."

# What went wrong at storage or on the way to it.
_STORAGE = (
    _storage("storage_error", 502, "Storage failed",
            "Storage answered with an error of its own.",
            _LATER),
    _storage("storage_throttled", 503, "Storage asks to slow down",
            "Storage has too many requests.",
            _LATER),
    _storage("storage_timeout", 504, "Storage too slow",
            "Storage did not finish in time.",
            _LATER),
    _storage("storage_stalled", 504, "Storage stalled",
            "Storage took no bytes for too long.",
            _LATER),
    _storage("storage_bad_answer", 502, "Storage's answer is broken",
            "Storage answered with something that is not a whole HTTP answer to this upload.",
            _LATER),
    _storage("storage_name_unresolved", 502, "Storage's name does not resolve",
            "The host name in uploadUrl could not be resolved.",
            "Check the host name where the URL is signed; if it is right, try again in a moment."),
    _storage("storage_unreachable", 502, "Storage not reachable",
            "No connection to storage could be made.",
            _LATER),
    _storage("storage_disconnected", 502, "Connection to storage broke",
            "The connection to storage broke before it had answered.",
            _LATER),
    _storage("storage_tls_failed", 502, "TLS with storage failed",
            "No trusted TLS connection to storage could be made.",
            "Check the store's certificate; for a private store the operator sets SSL_CERT_FILE."),
    _storage("stored_bytes_differ", 502, "Stored bytes differ",
            "Storage took the file, and its checksum of what it stored is not the file's.",
            "Send the file again to the same key, and do not use the object that is there."),
    _storage("already_stored", 412, "Probably stored already",
            "An earlier try of this upload broke off without an answer, and now storage says that the object "
            "exists: it is probably this file.",
            "Compare the object's size or checksum with the file's before you send it again.",
            retryable=False),
)

# What went wrong here.
_SERVICE = (
    _service("too_busy", 503, "Too many uploads",
            "The service has as many uploads at once as it takes.",
            "Send the file again after the seconds in Retry-After."),
    _service("spool_full", 503, "No room to keep the file",
            "The service has no room left to keep this file while it waits.",
            "Put uploadUrl before the file, so that nothing has to wait, or try again in a moment."),
    _service("shutting_down", 503, "Shutting down",
            "The service is stopping and could not finish this upload.",
            "Send the file again; another instance will take it."),
    _service("internal_error", 500, "Internal error",
            "Something unexpected went wrong in the service.",
            "Try again; if it stays, give the operator the request_id."),
)

# fmt: on

ENTRIES = (*_STORAGE, *_SERVICE)
