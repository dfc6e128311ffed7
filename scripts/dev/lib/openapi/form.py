"""The upload form in the contract: its fields, their limits, and what the order of them means.

Knows: how JSON Schema words the limits that `form_fields.py`, `signed_headers.py`, `form_reader.py`
and `checksums.py` hold.
Rules: numbers come from those files. `uploadUrl` is first and `file` last, because tools send fields in this
order.
"""

from upload_service.body.checksums import CLIENT_ALGORITHMS, DIGEST_BYTES
from upload_service.multipart.form_reader import (
    MAX_BESIDE_FILE_BYTES,
    MAX_FIELD_BYTES,
    MAX_HEADER_BYTES,
    MAX_HEADERS,
    MAX_LONG_FIELD_BYTES,
    MAX_PARTS,
)
from upload_service.presigned import post_fields, signed_headers
from upload_service.presigned.destination import MAX_URL_BYTES
from upload_service.presigned.sendable_headers import ANY, UNPACKING
from upload_service.upload.form_fields import PLAIN_FIELDS, RETRY_FIELDS
from upload_service.upload.retry import DEFAULT_RETRIES, MAX_RETRIES
from upload_service.upload.upload_limits import GRANT_FIELD

Schema = dict[str, object]

ORDER = f"""Fields may come in any order, and unknown ones are ignored.

- **`uploadUrl` and the headers before `file`**: the bytes flow straight through to storage while they
  arrive.
- **`file` first**: the file waits here for its URL, in memory or in an unnamed temporary file, and the
  answer comes later.

Let `file` be the last field, or send `size` before it, so that its length is known in time. The form may
have {MAX_PARTS} parts, {MAX_HEADERS} header lines of {MAX_HEADER_BYTES // 1024} KiB in each, and
{MAX_BESIDE_FILE_BYTES // 1024**2} MiB beside the file."""

_RETRIES = """The same as `/upload-with-presigned`, and a PUT that failed for a temporary reason (broken
connection, 408, 429, 5xx, codes such as `SlowDown` or `RequestTimeout`) is tried again up to
`max_retries` times, with growing random pauses, or as long as storage's `Retry-After` asks. The file is
copied here while it streams, so that another attempt needs nothing more of the caller."""

_CHECK = f"""Judges the form of an upload without its file, so that a refusal is heard before the file is
sent: browsers show an early answer only when all of their own sending has ended. Send the fields of the
upload, the file's size in `size` and its type in `contentType`.

The answer is 200, or at once the failure that the upload would get before the file's first byte: of who
asks, of how much runs already, of the form and its fields, of the URL, its expiry and its signed headers.
The same code judges both. Nothing is sent to storage, and no name is looked up, so 200 promises nothing
about storage. A check counts for the rate as an upload does. The form may have {MAX_PARTS} parts and
{MAX_BESIDE_FILE_BYTES // 1024**2} MiB."""

SUMMARIES = {
    "/upload-with-presigned": ("Store a file", ORDER),
    "/upload-with-presigned-retry": ("Store a file, with further attempts", f"{_RETRIES}\n\n{ORDER}"),
}
CHECK_SUMMARY = ("Check a form before its file is sent", _CHECK)


def form_schema(*, retrying: bool) -> Schema:
    """The form of one upload endpoint."""
    fields = _fields(retrying=retrying) | {"file": _file()}
    return _form(fields) | {"required": ["uploadUrl", "file"]}


def check_schema() -> Schema:
    """The form of a check: that of the retry endpoint, without the file."""
    return _form(_fields(retrying=True)) | {"required": ["uploadUrl"], "not": {"required": ["file"]}}


def _fields(*, retrying: bool) -> Schema:
    """The text fields, without those for headers."""
    fields: Schema = {
        "uploadUrl": _url(),
        post_fields.FIELD: {
            "type": "string",
            "maxLength": MAX_LONG_FIELD_BYTES,
            "description": "For a presigned POST, whose URL is in `uploadUrl`: its form fields, as a JSON "
            f"object of strings, at most {post_fields.MAX_FIELDS}. No log and no answer has any of it.",
        },
        GRANT_FIELD: {
            "type": "string",
            "maxLength": MAX_FIELD_BYTES,
            "description": "The upload grant that your back end signed for this URL, where the service asks "
            "for one (`UPLOAD_GRANT_KEYS`), before `file`. No log and no answer has any of it.",
        },
        "size": {
            "type": "integer",
            "minimum": 0,
            "maximum": 10**15 - 1,
            "description": "The file's size in bytes, where you know it; a wrong one is refused.",
        },
        "checksum": {
            "type": "string",
            "pattern": f"^({'|'.join(_digest(name) for name in sorted(CLIENT_ALGORITHMS))})$",
            "description": f"{_names()} and the digest in hex or base64. A file that differs is not stored.",
        },
        signed_headers.CONTENT_TYPE_FIELD: _type(
            "The `Content-Type` for storage, instead of the file part's own."
        ),
    }
    if retrying:
        fields["max_retries"] = {
            "type": "integer",
            "minimum": 0,
            "maximum": MAX_RETRIES,
            "default": DEFAULT_RETRIES,
            "description": "How often a PUT is tried again after the first time.",
        }
    known = {name for name in (RETRY_FIELDS if retrying else PLAIN_FIELDS) if not name.endswith(":")}
    assert fields.keys() == known, "the contract does not have the fields that the service reads"
    return fields


def _form(fields: Schema) -> Schema:
    """A form of these fields, and of others for headers."""
    return {
        "type": "object",
        "properties": fields,
        "patternProperties": {
            _header_names(): _header(
                "The value of another header that the URL was signed with: "
                f"at most {signed_headers.MAX_HEADERS_BYTES // 1024} KiB together, names and values. "
                "`header:host` and `header:content-length` may come as well: they must be the URL's host and "
                "the file's size. `header:content-range` is for the URL of a resumable session: `bytes "
                "A-B/N` with a piece, `bytes */N` with an empty file to ask how much the session holds."
            ),
            f"^{signed_headers.FIELD_PREFIX}({'|'.join(signed_headers.TYPE_HEADERS)})$": _type(
                "A media type."
            ),
            f"^{post_fields.FIELD_PREFIX}": {
                "type": "string",
                "maxLength": MAX_FIELD_BYTES,
                "description": "One form field of a presigned POST, instead of `fields`: `field:key`, say.",
            },
        },
    }


def _url() -> Schema:
    return {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_URL_BYTES,
        "pattern": "^[!-~]+$",
        "description": "A presigned PUT URL, passed on byte for byte as signed; or the URL of a presigned "
        "POST, with its form fields in `fields`. "
        "No log and no answer has more of it than its host.",
    }


def _file() -> Schema:
    return {
        "type": "string",
        "format": "binary",
        "description": "Exactly one file part. Its `Content-Type` goes to storage as it is, unless the URL "
        "was signed without one (Signature Version 2).",
    }


def _header(description: str) -> Schema:
    return {
        "type": "string",
        "maxLength": MAX_FIELD_BYTES,
        "pattern": "^[ -~]*$",
        "description": f"{description} Printable ASCII.",
    }


def _type(description: str) -> Schema:
    """A header with a media type: without a comma, or with commas in quotation marks alone."""
    quoted = r'"([ !#-\[\]-~]|\\[ -~])*"'
    pattern = rf"^([ -+\--~]*|([ !#-+\--~]|{quoted})*)$"
    return _header(f"{description} Not several, with commas between them.") | {"pattern": pattern}


def _header_names() -> str:
    names = "|".join(
        (*sorted(ANY.names), *(f"{prefix}[a-z0-9-]+" for prefix in ANY.metadata)),
    )
    return f"^{signed_headers.FIELD_PREFIX}(?!{'|'.join(UNPACKING)})({names})$"


def _digest(algorithm: str) -> str:
    size = DIGEST_BYTES[algorithm]
    padding = -size % 3
    letters = (size + padding) // 3 * 4 - padding
    return f"{algorithm}:([0-9a-fA-F]{{{2 * size}}}|[A-Za-z0-9+/]{{{letters}}}{'=' * padding})"


def _names() -> str:
    return ", ".join(f"`{name}:`" for name in sorted(CLIENT_ALGORITHMS))
