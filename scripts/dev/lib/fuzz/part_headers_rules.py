"""What must be true of the headers of a file's part, for any bytes: `check` raises AssertionError when not.

Knows: an input is the head of the part that holds the file, between its boundary and the empty line.
Rules: what holds for a whole form (`form_rules.py`). Of each header that decides something one value counts.
A type that passes can stand in a header as it is.
Must not know: the fuzzer, so that the tests can replay its inputs.
"""

import re

from fuzz import form_rules
from upload_service.multipart.form_events import FileStart

FORM = "multipart/form-data; boundary=B"
ONCE = (b"content-disposition", b"content-type", b"content-transfer-encoding")


def check(given: bytes) -> None:
    """Read a form whose only part has this head."""
    body = b"--B\r\n" + given + b"\r\n\r\n12345\r\n--B--\r\n"
    form_rules.check(f"{FORM}\n".encode() + body)
    events, refused = form_rules.read(FORM, [body], len(body))
    starts = [event for event in events if isinstance(event, FileStart)]
    for start in starts:
        assert re.fullmatch(r"[\t\x20-\x7e]+", start.content_type)
        assert start.content_type == start.content_type.strip()
    if starts and refused is None and b"\r\n\r\n" not in given:
        names = [line.partition(b":")[0].strip().lower() for line in given.split(b"\r\n")]
        assert all(names.count(name) <= 1 for name in ONCE)
