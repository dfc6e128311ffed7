"""The catalogue of errors for people: as Markdown (`docs/errors.md` and `/errors`) and as HTML for browsers.

Rules: `./scripts/dev/docs` writes `docs/errors.md` from this, and a test compares the two. HTML is escaped.
Must not know: requests, which form a client prefers.
"""

from html import escape

from upload_service.errors.catalogue.entry import CatalogueEntry
from upload_service.errors.upload_error import CATALOGUE

_HEAD = """# Errors

Every failure is an `application/problem+json` answer (RFC 9457) whose `code` stands below; its `type` is
`/errors/<code>`. `fault` says whose turn it is: `client` (the caller or whoever signed the URL), `storage`,
or `service` (this service's operator). `retryable` says whether the same request may succeed later; for
`storage_bad_answer` an answer may say no, although yes stands here: a web server in a store's place stays
there. `stored` is `false`, or `null` when storage had the whole file and nobody knows what became of it.

This page is made from the tables in `upload_service/errors/catalogue`.
"""


def entry_markdown(entry: CatalogueEntry) -> str:
    """One entry of the catalogue, as Markdown."""
    retryable = "yes" if entry.retryable else "no"
    remedy = f"\nFor the operator: {entry.remedy}\n" if entry.remedy else ""
    return (
        f"## {entry.code}\n\n"
        f"**{entry.title}.** HTTP {entry.status}, fault `{entry.fault}`, retryable: {retryable}.\n\n"
        f"{entry.cause} {entry.cure}\n{remedy}"
    )


def catalogue_markdown() -> str:
    """The whole catalogue, as Markdown: the content of `docs/errors.md`."""
    return "\n".join([_HEAD, *(entry_markdown(entry) for entry in CATALOGUE.values())])


def entry_html(entry: CatalogueEntry, link: str) -> str:
    """One entry of the catalogue, as HTML; its code is a link to `link`."""
    again = "may succeed later" if entry.retryable else "will not succeed"
    remedy = f"<p><b>For the operator:</b> {escape(entry.remedy)}</p>\n" if entry.remedy else ""
    return (
        f'<section>\n<h2>{escape(entry.title)} <a href="{link}"><code>{entry.code}</code></a></h2>\n'
        f"<p>{escape(entry.cause)}</p>\n<p><b>What to do:</b> {escape(entry.cure)}</p>\n{remedy}"
        f'<p class="facts">HTTP {entry.status}; whose turn it is: {entry.fault}; '
        f"the same request, sent again, {again}.</p>\n</section>"
    )


def catalogue_html() -> str:
    """All entries of the catalogue, as HTML."""
    return "\n".join(entry_html(entry, f"errors/{entry.code}") for entry in CATALOGUE.values())
