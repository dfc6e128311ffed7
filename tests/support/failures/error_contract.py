"""The contract of each error code: status, fault, and whether the same request may succeed later.

Written by hand a second time, because callers rely on it and the catalogue must not change it unseen. Whoever
changes a row here changes the API.
"""

from typing import NamedTuple

CLIENT, STORAGE, SERVICE = "client", "storage", "service"


class Contract(NamedTuple):
    """What callers may rely on."""

    status: int
    fault: str
    retryable: bool


CONTRACT = {
    code: Contract(*row)
    for code, row in {
        # The request: who asks, where, and with what head.
        "not_found": (404, CLIENT, False),
        "method_not_allowed": (405, CLIENT, False),
        "bad_request": (400, CLIENT, False),
        "request_head_timeout": (408, CLIENT, True),
        "request_head_too_large": (431, CLIENT, False),
        "unauthorized": (401, CLIENT, False),
        "insufficient_scope": (403, CLIENT, False),
        "grant_required": (401, CLIENT, False),
        "grant_invalid": (401, CLIENT, False),
        "grant_expired": (401, CLIENT, False),
        "grant_other_url": (403, CLIENT, False),
        "rate_limited": (429, CLIENT, True),
        "too_many_at_once": (429, CLIENT, True),
        "not_multipart": (415, CLIENT, False),
        "missing_boundary": (400, CLIENT, False),
        "content_encoding_unsupported": (415, CLIENT, False),
        "empty_body": (400, CLIENT, False),
        # Its body: broken, too much, or not all of it.
        "malformed_form": (400, CLIENT, False),
        "incomplete_form": (400, CLIENT, False),
        "boundary_mismatch": (400, CLIENT, False),
        "part_encoding_unsupported": (415, CLIENT, False),
        "file_in_chunks": (422, CLIENT, False),
        "part_headers_too_long": (400, CLIENT, False),
        "field_too_long": (400, CLIENT, False),
        "too_many_parts": (400, CLIENT, False),
        "chunks_too_small": (400, CLIENT, False),
        "client_stalled": (408, CLIENT, True),
        "client_too_slow": (408, CLIENT, True),
        "client_gone": (400, CLIENT, True),
        # The form's fields.
        "missing_file": (422, CLIENT, False),
        "file_is_text": (422, CLIENT, False),
        "file_in_check": (422, CLIENT, False),
        "multiple_files": (422, CLIENT, False),
        "duplicate_field": (422, CLIENT, False),
        "invalid_max_retries": (422, CLIENT, False),
        "invalid_size": (422, CLIENT, False),
        "size_mismatch": (422, CLIENT, False),
        "length_unpredictable": (422, CLIENT, False),
        "invalid_content_range": (422, CLIENT, False),
        "invalid_block_list": (422, CLIENT, False),
        "invalid_content_type": (422, CLIENT, False),
        "header_not_allowed": (422, CLIENT, False),
        "invalid_header_value": (422, CLIENT, False),
        "header_not_signed": (422, CLIENT, False),
        "missing_signed_header": (422, CLIENT, False),
        "header_too_late": (422, CLIENT, False),
        "invalid_checksum": (422, CLIENT, False),
        "checksum_too_late": (422, CLIENT, False),
        "checksum_differs": (422, CLIENT, True),
        # The URL.
        "missing_upload_url": (422, CLIENT, False),
        "invalid_upload_url": (422, CLIENT, False),
        "url_not_signed": (422, CLIENT, False),
        "signature_kind_unsupported": (422, CLIENT, False),
        "url_not_for_put": (422, CLIENT, False),
        "invalid_fields": (422, CLIENT, False),
        "post_not_supported": (422, CLIENT, False),
        "url_signed_for_empty_body": (422, CLIENT, False),
        "url_expired": (403, CLIENT, False),
        "destination_not_allowed": (403, CLIENT, False),
        "address_refused": (403, CLIENT, False),
        # The file.
        "file_too_large": (413, CLIENT, False),
        "too_large_to_keep": (413, CLIENT, False),
        "too_large_to_scan": (413, CLIENT, False),
        "malware_found": (422, CLIENT, False),
        "part_not_scannable": (422, CLIENT, False),
        "type_not_allowed": (415, CLIENT, False),
        "type_unrecognised": (415, CLIENT, False),
        "type_mismatch": (415, CLIENT, False),
        "type_not_checkable": (415, CLIENT, False),
        # Storage refused, and the caller has to change something.
        "credentials_expired": (403, CLIENT, False),
        "signature_mismatch": (403, CLIENT, False),
        "access_denied": (403, CLIENT, False),
        "clock_skewed": (403, CLIENT, False),
        "no_such_bucket": (404, CLIENT, False),
        "policy_not_met": (403, CLIENT, False),
        "entity_too_large": (413, CLIENT, False),
        "file_too_small": (422, CLIENT, False),
        "checksum_mismatch": (400, CLIENT, False),
        "precondition_failed": (412, CLIENT, False),
        "storage_conflict": (409, CLIENT, True),
        "storage_redirected": (400, CLIENT, False),
        "storage_rejected": (400, CLIENT, False),
        "signature_not_supported": (400, CLIENT, False),
        "denied_by_policy": (403, CLIENT, False),
        "encryption_key_unusable": (403, CLIENT, False),
        "no_such_upload": (404, CLIENT, False),
        "session_gone": (410, CLIENT, False),
        "session_behind": (409, CLIENT, False),
        "wrong_endpoint": (400, CLIENT, False),
        "certificate_name_differs": (400, CLIENT, False),
        "object_key_refused": (400, CLIENT, False),
        "header_not_supported": (400, CLIENT, False),
        "header_value_refused": (400, CLIENT, False),
        "checksum_required": (400, CLIENT, False),
        "object_not_replaceable": (409, CLIENT, False),
        "object_leased": (409, CLIENT, False),
        # Storage failed.
        "storage_error": (502, STORAGE, True),
        "storage_throttled": (503, STORAGE, True),
        "storage_timeout": (504, STORAGE, True),
        "storage_stalled": (504, STORAGE, True),
        "storage_bad_answer": (502, STORAGE, True),
        "storage_unreachable": (502, STORAGE, True),
        "storage_disconnected": (502, STORAGE, True),
        "storage_name_unresolved": (502, STORAGE, True),
        "storage_tls_failed": (502, STORAGE, True),  # by the caller, once the certificate is right
        "session_incomplete": (502, STORAGE, True),
        "stored_bytes_differ": (502, STORAGE, True),
        "storage_full": (507, STORAGE, False),  # until somebody makes room, which no caller can
        "storage_account_disabled": (502, STORAGE, False),
        "refused_before_storage": (502, STORAGE, False),
        "already_stored": (412, STORAGE, False),  # an attempt broke off, and its file is probably there
        # The service cannot, now.
        "identity_unavailable": (503, SERVICE, True),
        "too_busy": (503, SERVICE, True),
        "made_room": (503, SERVICE, True),
        "spool_full": (503, SERVICE, True),
        "scanner_unavailable": (503, SERVICE, True),
        "shutting_down": (503, SERVICE, True),
        "internal_error": (500, SERVICE, True),
    }.items()
}
