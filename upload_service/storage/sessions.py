"""What Google's resumable sessions answer beside a success.

Knows: the answer 308, which tells how much of its object the session holds, how long the object is at the
end, and the refusals that sessions have of their own.
Rules: no input and no output. Only the `Range` counts, never what was sent: a session may keep less of a
piece than came. A redirect stays a redirect: it has a Location.
Must not know: HTTP libraries, forms, which piece was sent.

Sources: docs.cloud.google.com/storage/docs/performing-resumable-uploads and /resumable-uploads;
google-resumable-media 2.11 (`_upload.py`); github.com/googleapis/java-storage,
JsonResumableSessionPutTask.java, for the 503 after a piece that begins too late.
"""

import json
import re
from collections.abc import Mapping

from upload_service.storage.refusals import Refusal
from upload_service.storage.web_page import is_page
from upload_service.translation.phrase import Phrase

# A session that needs more answers with it; anybody else redirects with it (RFC 9110 section 15.4.9).
MORE = 308
_RANGE = r"(?i)\s*bytes[= ]0-(\d{1,15})\s*"
# The session was cancelled, has ended a week ago, or was never begun.
_GONE = frozenset({404, 410, 499})


def held_bytes(status: int, headers: Mapping[str, str]) -> int | None:
    """How many bytes of its object a session says that it holds; None if this is not such an answer.

    `headers` ignore case.
    """
    if status != MORE or "Location" in headers:
        return None
    if "Range" not in headers:
        return 0
    told = re.fullmatch(_RANGE, headers["Range"], re.ASCII)
    return int(told[1]) + 1 if told else None


def session_refusal(status: int, headers: Mapping[str, str], body: bytes) -> Refusal | None:
    """What a refusal means when a session gives it; None where it means what every store's does."""
    if status in _GONE:
        return Refusal("session_gone")
    if is_page(headers, body):
        return None
    if status == 503 and b"content-range" in body[:1024].lower() and b"earlier" not in body[:1024].lower():
        return Refusal("session_behind")
    if status in (401, 403) and "error" in _json(body):
        return Refusal("access_denied", None, Phrase("The session of the URL does not take the file."))
    return None


def stored_bytes(status: int, headers: Mapping[str, str], body: bytes) -> int | None:
    """How long the object is with which a session says that it has ended; None if it does not say."""
    if status not in (200, 201):
        return None
    told = str(headers.get("x-goog-stored-content-length") or _json(body).get("size", ""))
    return int(told) if re.fullmatch(r"\d{1,15}", told, re.ASCII) else None


def _json(body: bytes) -> Mapping[str, object]:
    """The members of JSON; none of anything else."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}
