"""The failures of storage, of the connection to it, and of this service: a table for `upload_error.py`.

Knows: each code, its HTTP status, whose fault it is, whether the same request may succeed later, and the
public sentences (what happened, what to do, what the service's operator can do).
Rules, and what it must not know: see `entry.py`.
"""

from upload_service.errors.catalogue.entry import service_failure as _service
from upload_service.errors.catalogue.entry import storage_failure as _storage

# fmt: off
# A table with one line per sentence; the formatter would make it one line per argument.

_LATER = "Try again in a moment; if it stays, look at the storage provider's status."

# Something went wrong at storage, or on the connection to it.
_STORAGE = (
    _storage("storage_error", 502, "Storage failed",
            "Storage answered with an error of its own.",
            _LATER,
            "Look at the provider's status; storage_status, storage_code and storage_request_id in the "
            "log are what its support asks for."),
    _storage("storage_throttled", 503, "Storage asks to slow down",
            "Storage says that it gets too many requests.",
            _LATER,
            "Spread the keys over more prefixes or ask the provider for a higher rate; callers of the "
            "retry endpoint wait by themselves."),
    _storage("storage_timeout", 504, "Storage too slow",
            "Storage did not finish in time.",
            _LATER,
            "Compare storage_ms in the log with TIMEOUT_SECONDS: raise it for large files on a slow "
            "line, else look at the provider's status."),
    _storage("storage_full", 507, "Storage is full",
            "Storage has no room left for the file.",
            "Tell the owner of the bucket: nothing can be stored until there is room or a higher quota.",
            "Raise the quota, delete objects or add disks: storage_code in the log says which limit was "
            "reached. Nothing is tried again until callers send again.",
            retryable=False),
    _storage("storage_account_disabled", 502, "Account disabled at storage",
            "The account or the bucket is disabled, suspended or not paid for.",
            "Tell the owner of the bucket: only the provider can enable it again.",
            "Look at the account's page at the provider: bills, trial period, abuse reports.",
            retryable=False),
    _storage("refused_before_storage", 502, "Refused before storage",
            "A server in front of the store has answered in its place.",
            "Check the URL's scheme and host; if they are right, tell whoever runs the store.",
            "Look at the proxy, firewall or login page in front of the store: after a 413 raise its limit on "
            "bodies (nginx: client_max_body_size), after a 401, 403 or 405 let signed PUTs pass, after a "
            "redirect sign URLs with https.",
            retryable=False),
    _storage("storage_stalled", 504, "Storage stalled",
            "Storage took no bytes for too long.",
            _LATER,
            "Look at the way to storage (NAT, proxy, MTU) when several hosts stall, at the provider's "
            "status when one does."),
    _storage("storage_bad_answer", 502, "Storage's answer is broken",
            "Storage's answer is broken, or it is not an object store's answer to an upload.",
            "Check that host and port of the URL are the store's own; a broken answer may pass by itself.",
            "Something in between may answer in storage's place: ask the host of the log event with "
            "curl -v from where the service runs. For a store that gives no ETag, list its URL in "
            "UPLOAD_DESTINATIONS with ?etag=optional behind it."),
    _storage("storage_name_unresolved", 502, "Storage's name does not resolve",
            "The host name in uploadUrl could not be resolved.",
            "Check the host name where the URL is signed; if it is right, try again in a moment.",
            "Look up the host of the log event from where the service runs; if others resolve, the "
            "signer wrote the wrong name."),
    _storage("storage_unreachable", 502, "Storage not reachable",
            "No connection to storage could be made.",
            _LATER,
            "Connect to the host of the log event from where the service runs; look at security groups, "
            "routes and the NAT's free ports."),
    _storage("storage_disconnected", 502, "Connection to storage broke",
            "The connection to storage broke before it had answered.",
            _LATER,
            "A few are normal; many at once mean a proxy, NAT or load balancer in between that ends "
            "connections."),
    _storage("storage_tls_failed", 502, "TLS with storage failed",
            "No trusted TLS connection to storage could be made.",
            "Check the store's certificate; for a private store the operator sets SSL_CERT_FILE.",
            "Renew the store's certificate, or name its authority in SSL_CERT_FILE; a proxy that opens "
            "TLS looks the same."),
    _storage("session_incomplete", 502, "File taken in part",
            "The resumable session of the URL has taken a part of the file only.",
            "Ask the session how far it is, with header:content-range bytes */* and an empty file, and send "
            "the rest; or send the whole file again.",
            "A few are normal for large files; many mean that something in between cuts connections."),
    _storage("stored_bytes_differ", 502, "Stored bytes differ",
            "Storage accepted the file, but the checksum of what it stored is not the file's checksum.",
            "Send the file again to the same key, and do not use the object that is there.",
            "Do not trust the object, and tell the provider: bytes changed on the way or there. If it "
            "stays with one store, its checksums may be of another kind: see UPLOAD_VERIFY."),
    _storage("already_stored", 412, "Probably stored already",
            "An earlier attempt of this upload broke off without an answer, and storage now says that the "
            "object exists: it is probably this file.",
            "Compare the object's size or checksum with the file's before you send it again.",
            "Do nothing if it is rare; otherwise find out why storage's answers get lost (see "
            "storage_disconnected).",
            retryable=False),
)

# Something went wrong in this service.
_SERVICE = (
    _service("too_busy", 503, "Too many uploads",
            "The service already runs as many uploads at once as it may.",
            "Send the file again after the seconds in Retry-After.",
            "Add instances, or raise UPLOAD_MAX_CONCURRENT if memory and CPU are free."),
    _service("made_room", 503, "Made room for another upload",
            "All places of the service were taken, and this upload's sender was the slowest; nothing was "
            "stored.",
            "Send the file again after the seconds in Retry-After, from a faster network if you can.",
            "A few are slow devices. Many are somebody who holds places without sending: see client in the "
            "log; name your proxies in UPLOAD_TRUSTED_PROXIES, so that a client's places are counted."),
    _service("spool_full", 503, "No room to keep the file",
            "The service has no room left to keep this file while it waits.",
            "Put uploadUrl before the file, so that nothing has to wait, or try again in a moment.",
            "Let callers send uploadUrl first; else raise UPLOAD_SPOOL_DISK_BYTES and the volume at "
            "UPLOAD_SPOOL_DIR, and look whether that disk has failed."),
    _service("scanner_unavailable", 503, "Malware scanner not available",
            "The malware scanner of this service has given no verdict on the file; nothing was stored.",
            "Send the file again after the seconds in Retry-After.",
            "scan_detail in the log says why: start clamd if it is unreachable; if it is stalled or silent, "
            "give it more threads (MaxThreads) and processors, and raise UPLOAD_SCANNER_TIMEOUT_SECONDS for "
            "files that take it long."),
    _service("shutting_down", 503, "Shutting down",
            "The service is stopping and could not finish this upload.",
            "Send the file again; another instance will take it.",
            "If it comes with every rollout, raise UPLOAD_SHUTDOWN_SECONDS, and with it the time that the "
            "platform gives before it kills the process. If it comes without one, find out who stops the "
            "service."),
    _service("internal_error", 500, "Internal error",
            "Something unexpected went wrong in the service.",
            "Try again; if it stays, give the operator the request_id.",
            "Find the event internal_error with the same request_id: it names the classes and lines; "
            "report them."),
)

# fmt: on

ENTRIES = (*_STORAGE, *_SERVICE)
