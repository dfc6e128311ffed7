"""Failures that the caller, or whoever signed the URL, can mend: a table for `errors.py`.

Knows: each code, its HTTP status, whether the same request may succeed later, and the two public sentences
(what happened, what to do).
Rules and what it must not know: see `entry.py`.
"""

from upload_service.entry import Entry


def _client(code: str, status: int, title: str, cause: str, cure: str, *, retryable: bool = False) -> Entry:
    return Entry(code, status, "client", retryable, title, cause, cure)


# fmt: off
# One line per sentence: a table, which the formatter would turn into one line per argument.

_NEW_URL = "Ask your back end for a new presigned URL and send the file again."

# What is wrong with the request that carries the form.
_REQUEST = (
    _client("not_found", 404, "Unknown path",
            "There is nothing at this path.",
            "Send a POST to /upload-with-presigned or /upload-with-presigned-retry; GET / names the docs."),
    _client("method_not_allowed", 405, "Wrong method",
            "This path does not answer that method.",
            "Use one of the methods in the Allow header."),
    _client("bad_request", 400, "Not understood",
            "The request could not be understood as HTTP.",
            "Send well-formed HTTP/1.1 with header lines of at most 8 KiB."),
    _client("request_head_timeout", 408, "Request head too slow",
            "The head of the request did not arrive in time.",
            "Send the request again; check the connection of the device that sends it.", retryable=True),
    _client("not_multipart", 415, "Not a form",
            "The request body is not multipart/form-data.",
            "Send a FormData object and leave the Content-Type header to the browser or HTTP library."),
    _client("missing_boundary", 400, "No boundary",
            "The Content-Type header has no usable boundary.",
            "Do not set Content-Type yourself: the HTTP library adds it with the boundary."),
    _client("content_encoding_unsupported", 415, "Compressed request",
            "The request body has a Content-Encoding.",
            "Send the form as it is, without compressing it."),
    _client("empty_body", 400, "Empty request",
            "The request has no body.",
            "Send a multipart/form-data body with the fields file and uploadUrl."),
    _client("malformed_form", 400, "Malformed form",
            "The body breaks the rules of multipart/form-data.",
            "Build the form with FormData or your HTTP library, not by hand."),
    _client("incomplete_form", 400, "Form cut off",
            "The form ended before its closing boundary.",
            "Send the whole form; if a proxy stands between, check its limit on request bodies."),
    _client("part_headers_too_long", 400, "Part headers too long",
            "A part of the form has more than 16 header lines or one longer than 8 KiB.",
            "Shorten the file name or the part's headers."),
    _client("field_too_long", 400, "Field too long",
            "A field of the form is longer than 8 KiB, or everything beside the file is more than 1 MiB.",
            "Send the file in a field named file, and shorten or leave out the other fields."),
    _client("too_many_parts", 400, "Too many parts",
            "The form has more than 64 parts.",
            "Send only the fields of the contract."),
    _client("client_stalled", 408, "Sender stalled",
            "No byte of the request arrived for too long.",
            "Send the file again; check the connection of the device that sends it.", retryable=True),
    _client("client_too_slow", 408, "Sender too slow",
            "The request arrives too slowly to be worth a connection.",
            "Send the file again from a better network.", retryable=True),
    _client("client_gone", 400, "Sender left",
            "The connection closed before the whole request had arrived.",
            "Send the file again; nothing was stored.", retryable=True),
)

# What is wrong with what the form says.
_FORM = (
    _client("missing_file", 422, "No file",
            "The form has no file in a field named file.",
            "Append the file under the name file, for example form.append('file', input.files[0])."),
    _client("file_is_text", 422, "The file field is text",
            "The field named file came without a file name, so it is text and not a file.",
            "Append a File or Blob object, not a string or a path."),
    _client("multiple_files", 422, "More than one file",
            "The form has more than one part named file.",
            "Send one request per file, each with its own presigned URL."),
    _client("duplicate_field", 422, "Field sent twice",
            "A field that may come once came twice.",
            "Send uploadUrl, size and max_retries once each."),
    _client("missing_upload_url", 422, "No uploadUrl",
            "The form has no field named uploadUrl.",
            "Add a presigned PUT URL as the field uploadUrl, best before the file."),
    _client("invalid_upload_url", 422, "Not a usable URL",
            "The field uploadUrl is not a URL that a PUT can go to.",
            "Send the presigned URL exactly as it was signed: scheme, host, object key and query."),
    _client("url_not_signed", 422, "URL without a signature",
            "The URL in uploadUrl carries no signature.",
            "Send the presigned PUT URL with its whole query, not the object's plain address."),
    _client("destination_not_allowed", 403, "Destination not allowed",
            "This service does not upload to that destination.",
            "Use an allowed store, or ask the operator to list this one in UPLOAD_DESTINATIONS."),
    _client("invalid_max_retries", 422, "Bad max_retries",
            "The field max_retries is not a whole number from 0 to 10.",
            "Send a number from 0 to 10, or leave the field out for 3."),
    _client("invalid_size", 422, "Bad size",
            "The field size is not a whole number of bytes.",
            "Send file.size, or leave the field out."),
    _client("size_mismatch", 422, "Size differs",
            "The file does not have as many bytes as the field size says; nothing was stored.",
            "Send file.size of the very file in the form, or leave the field out."),
    _client("length_unpredictable", 422, "Length not known in time",
            "The file's length could not be told from the request, because something follows the file; "
            "nothing was stored.",
            "Put the file last in the form, or send its length in a field named size before it."),
    _client("invalid_content_type", 422, "Bad file type",
            "The file part's Content-Type has characters that a header cannot carry.",
            "Send a plain media type such as image/png."),
    _client("type_not_allowed", 415, "File type not allowed",
            "The file's first bytes look like a type that this service does not take.",
            "Send an allowed type, or ask the operator to list this one in UPLOAD_ALLOWED_TYPES; HTML, "
            "SVG and XML have to be listed by their whole names."),
    _client("type_unrecognised", 415, "File type not recognised",
            "The file's first bytes do not look like any type that this service knows.",
            "Send a whole file of an allowed type, neither encrypted nor damaged."),
    _client("type_mismatch", 415, "File type differs",
            "The file's first bytes look like another type than its Content-Type claims.",
            "Send the file with the Content-Type that its bytes have, or without one."),
    _client("file_too_large", 413, "File too large",
            "The file is larger than this service accepts.",
            "Send a smaller file, or PUT it to the presigned URL directly."),
    _client("too_large_to_keep", 413, "Too large to wait here",
            "The file has to wait here for its URL or its length, and is larger than the service can keep.",
            "Put uploadUrl before the file and send the request's length, so that nothing has to wait."),
)

# What storage refused because of the caller's URL or file: its 4xx.
_REFUSED = (
    _client("url_expired", 403, "URL expired",
            "The presigned URL has expired.",
            _NEW_URL),
    _client("credentials_expired", 403, "Signer's credentials expired",
            "The credentials that signed the URL have expired or are unknown to storage.",
            "Sign the URL with current credentials; a URL never outlives temporary credentials."),
    _client("signature_mismatch", 403, "Signature does not match",
            "Storage says that the signature does not fit this request.",
            "Sign for PUT and for the Content-Type of the file part, and send the URL unchanged."),
    _client("access_denied", 403, "Access denied",
            "Storage denied access.",
            "Let the signer's identity write to this bucket and key (s3:PutObject), then sign a new URL."),
    _client("clock_skewed", 403, "Signer's clock is wrong",
            "Storage says that the signer's clock differs too much from its own.",
            "Set the clock of the machine that signs, then sign a new URL."),
    _client("no_such_bucket", 404, "No such bucket",
            "The bucket of the URL does not exist.",
            "Check bucket name, account and endpoint where the URL is signed."),
    _client("entity_too_large", 413, "Too large for storage",
            "Storage refuses a file of this size.",
            "Send a smaller file; a single PUT to S3 holds at most 5 GiB."),
    _client("checksum_mismatch", 400, "Checksum differs",
            "Storage compared the bytes with a checksum in the URL and they differ.",
            "Sign without one (AWS SDKs for JavaScript: requestChecksumCalculation: 'WHEN_REQUIRED')."),
    _client("precondition_failed", 412, "Precondition failed",
            "A condition that the URL was signed with is not met; often the object exists already.",
            "Use another key, or sign without If-None-Match to overwrite."),
    _client("storage_conflict", 409, "Conflict in storage",
            "Another operation on the same object is in the way.",
            "Wait for the other upload to end, then send the file again.", retryable=True),
    _client("storage_redirected", 400, "Wrong region or endpoint",
            "Storage answered with a redirect, which a signed request cannot follow.",
            "Sign the URL for the regional endpoint of the bucket's own region."),
    _client("storage_rejected", 400, "Refused by storage",
            "Storage refused the request.",
            "Look up storage.code in the provider's documentation."),
)

# fmt: on

ENTRIES = (*_REQUEST, *_FORM, *_REFUSED)
