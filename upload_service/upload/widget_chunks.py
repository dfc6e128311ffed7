"""Upload widgets that cut a file into chunks and send each in a form of its own.

Knows: the form fields, and the header, by which each widget tells how many chunks there are.
Rules: each form would be stored as a whole object, over the one before, so such a form is refused, unless its
URL is that of a part of an upload in parts. One chunk is the whole file.
Must not know: framing, the file's bytes.

Source: the packages dropzone 6.3, fine-uploader 5.16, resumablejs 1.1, @flowjs/flow.js 2.14, plupload 2.3,
blueimp-file-upload 10.32, simple-uploader.js 0.6, bootstrap-fileinput 5.5; Syncfusion's Uploader.
"""

import re

from upload_service.errors.upload_error import UploadError
from upload_service.presigned.destination import Destination
from upload_service.translation.phrase import Phrase

# What the field counts chunks for: the widget, and its option.
_WIDGETS = {
    "chunks": Phrase("Plupload's option chunk_size, or WebUploader's option chunked"),
    "chunkCount": Phrase("bootstrap-fileinput's option enableResumableUpload"),
    "dztotalchunkcount": Phrase("Dropzone's option chunking"),
    "flowTotalChunks": Phrase("Flow.js, which always cuts files over its option chunkSize"),
    "qqtotalparts": Phrase("Fine Uploader's option chunking.enabled"),
    "resumableTotalChunks": Phrase("Resumable.js, which always cuts files over its option chunkSize"),
    "total-chunk": Phrase("Syncfusion Uploader's option chunkSize"),
    "totalChunks": Phrase("simple-uploader.js, which always cuts files over its option chunkSize"),
}
COUNT_FIELDS = frozenset(_WIDGETS)
_COUNT = r"0*(?P<digits>[0-9]{1,12})"
_RANGE = r"(?i)bytes\s+0-(?P<last>[0-9]{1,15})/(?P<total>[0-9]{1,15})"


def told_by_field(field: str, value: str) -> Phrase | None:
    """What this field, one of COUNT_FIELDS, tells of several chunks; None when it tells of none."""
    count = re.fullmatch(_COUNT, value)
    if count is None or int(count["digits"]) < 2:
        return None
    return Phrase(
        "The field {field} says that the file is cut into {count} chunks; it comes with {widget}.",
        field=field,
        count=count["digits"],
        widget=_WIDGETS[field],
    )


def told_by_content_range(value: str | None) -> Phrase | None:
    """What the request's Content-Range tells of several chunks; None when it tells of none."""
    if value is None:
        return None
    whole = re.fullmatch(_RANGE, value.strip())
    if whole and int(whole["last"]) + 1 == int(whole["total"]):
        return None
    return Phrase(
        "The header Content-Range says that this is a part of a file; it comes with jQuery File "
        "Upload's option maxChunkSize."
    )


def require_whole(told: Phrase | None, destination: Destination | None) -> None:
    """Raise UploadError when a chunk, as `told`, would be stored as if it were the whole file."""
    if told and destination and destination.kind != "part":
        raise UploadError("file_in_chunks", told)
