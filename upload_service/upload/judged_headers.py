"""The headers of each PUT of a file whose first bytes have come, judged where types matter.

Rules: each set that may be sent is allowed, or the upload is refused.
Must not know: how a PUT goes.
"""

from collections.abc import Mapping

from upload_service.content.allowed_types import Sniffer
from upload_service.presigned.destination import Destination
from upload_service.upload.form_fields import FormFields
from upload_service.upload.put_headers import PutHeaders, possible_put_headers
from upload_service.upload.record import UploadRecord


def judged_headers(
    destination: Destination,
    fields: FormFields,
    record: UploadRecord,
    sniffer: Sniffer | None,
) -> list[Mapping[str, str]]:
    """The headers of the PUT, and those to try after them: where types matter, each set is allowed."""
    sets = _put_headers(destination, fields, record)
    if sniffer and fields.is_whole:
        for each in sets:
            sniffer.require_allowed_object(each.types, destination.key_ending)
    else:
        fields.require_possible_types()
    return [each.headers for each in sets]


def has_other_headers(destination: Destination, fields: FormFields, record: UploadRecord) -> bool:
    """Whether the URL leaves open what was signed, so that a second PUT may follow."""
    return destination.binds_type and len(_put_headers(destination, fields, record)) > 1


def _put_headers(
    destination: Destination, fields: FormFields, record: UploadRecord
) -> tuple[PutHeaders, ...]:
    return possible_put_headers(destination, fields.headers, record.content_type)
