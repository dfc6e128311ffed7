"""All tables in one.

Rules: this module is imported when Korean is first wanted, and not before.
"""

from collections.abc import Mapping

from upload_service.translation.korean import (
    form_causes,
    form_errors,
    grants,
    pages,
    part_errors,
    post_causes,
    refusals,
    request_errors,
    scan_errors,
    server_errors,
    storage_causes,
    token_causes,
    url_causes,
    vendor_causes,
)

TABLES: Mapping[str, Mapping[str, str]] = {
    "request_errors": request_errors.TEXTS,
    "form_errors": form_errors.TEXTS,
    "part_errors": part_errors.TEXTS,
    "scan_errors": scan_errors.TEXTS,
    "refusals": refusals.TEXTS,
    "server_errors": server_errors.TEXTS,
    "storage_causes": storage_causes.TEXTS,
    "form_causes": form_causes.TEXTS,
    "url_causes": url_causes.TEXTS,
    "vendor_causes": vendor_causes.TEXTS,
    "post_causes": post_causes.TEXTS,
    "token_causes": token_causes.TEXTS,
    "grants": grants.TEXTS,
    "pages": pages.TEXTS,
}
TEXTS: Mapping[str, str] = {english: korean for table in TABLES.values() for english, korean in table.items()}
