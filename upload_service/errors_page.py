"""The catalogue as text for people: `docs/errors.md`, and what `/errors/<code>` answers.

`./scripts/docs` makes the page anew; a test compares them.
"""

from upload_service.entry import Entry
from upload_service.errors import CATALOGUE

_HEAD = """# Errors

Every failure is an `application/problem+json` answer (RFC 9457) whose `code` stands below; its `type` is
`/errors/<code>`. `fault` says whose turn it is: `client` (the caller or whoever signed the URL), `storage`,
or `service` (this service's operator). `retryable` says whether the same request may succeed later.

This page is made from `upload_service/catalogue_client.py`, `catalogue_refused.py` and `catalogue_server.py`.
"""


def entry_markdown(entry: Entry) -> str:
    """One entry, as it stands on the page."""
    retryable = "yes" if entry.retryable else "no"
    remedy = f"\nFor the operator: {entry.remedy}\n" if entry.remedy else ""
    return (
        f"## {entry.code}\n\n"
        f"**{entry.title}.** HTTP {entry.status}, fault `{entry.fault}`, retryable: {retryable}.\n\n"
        f"{entry.cause} {entry.cure}\n{remedy}"
    )


def page_markdown() -> str:
    """The whole page."""
    return "\n".join([_HEAD, *(entry_markdown(entry) for entry in CATALOGUE.values())])
