"""The catalogue of errors for people: as Markdown (`docs/errors.md` and `/errors`) and as HTML for browsers.

Rules: `./scripts/dev/docs` writes `docs/errors.md` from this, and a test compares the two. HTML is escaped.
Codes, faults and names of members are the same in every language.
Must not know: requests, which form or language a client prefers.
"""

from html import escape

from upload_service.errors.catalogue.entry import CatalogueEntry
from upload_service.errors.upload_error import CATALOGUE
from upload_service.translation.phrase import Language, Phrase, translated

TITLE = Phrase("Errors")
_ABOUT = Phrase("""\
Every failure is an `application/problem+json` answer (RFC 9457) whose `code` stands below; its `type` is
`/errors/<code>`. `fault` says whose turn it is: `client` (the caller or whoever signed the URL), `storage`,
or `service` (this service's operator). `retryable` says whether the same request may succeed later; for
`storage_bad_answer` an answer may say no, although yes stands here: a web server in a store's place stays
there. `stored` is `false`, or `null` when storage had the whole file and nobody knows what became of it.

This page is made from the tables in `upload_service/errors/catalogue`.""")
_CURE = Phrase("What to do:")
_REMEDY = Phrase("For the operator:")
_MAY_SUCCEED = Phrase("the same request, sent again, may succeed later")
_WILL_NOT = Phrase("the same request, sent again, will not succeed")


def entry_markdown(entry: CatalogueEntry, language: Language = "en") -> str:
    """One entry of the catalogue, as Markdown."""
    facts = Phrase(
        "HTTP {status}, fault `{fault}`, retryable: {answer}.",
        status=entry.status,
        fault=entry.fault,
        answer=Phrase("yes") if entry.retryable else Phrase("no"),
    )
    title, cause, cure = (translated(each, language) for each in (entry.title, entry.cause, entry.cure))
    text = f"## {entry.code}\n\n**{title}.** {translated(facts, language)}\n\n{cause} {cure}\n"
    if entry.remedy:
        text += f"\n{translated(_REMEDY, language)} {translated(entry.remedy, language)}\n"
    return text


def catalogue_markdown(language: Language = "en") -> str:
    """The whole catalogue, as Markdown; in English it is the content of `docs/errors.md`."""
    head = f"# {translated(TITLE, language)}\n\n{translated(_ABOUT, language)}\n"
    return "\n".join([head, *(entry_markdown(entry, language) for entry in CATALOGUE.values())])


def entry_html(entry: CatalogueEntry, link: str, language: Language = "en") -> str:
    """One entry of the catalogue, as HTML; its code is a link to `link`."""

    def say(text: str) -> str:
        return escape(translated(text, language))

    remedy = f"<p><b>{say(_REMEDY)}</b> {say(entry.remedy)}</p>\n" if entry.remedy else ""
    facts = Phrase(
        "HTTP {status}; whose turn it is: {fault}; {outlook}.",
        status=entry.status,
        fault=entry.fault,
        outlook=_MAY_SUCCEED if entry.retryable else _WILL_NOT,
    )
    return (
        f'<section>\n<h2>{say(entry.title)} <a href="{link}"><code>{entry.code}</code></a></h2>\n'
        f"<p>{say(entry.cause)}</p>\n<p><b>{say(_CURE)}</b> {say(entry.cure)}</p>\n{remedy}"
        f'<p class="facts">{say(facts)}</p>\n</section>'
    )


def catalogue_html(language: Language = "en") -> str:
    """All entries of the catalogue, as HTML."""
    return "\n".join(entry_html(entry, f"errors/{entry.code}", language) for entry in CATALOGUE.values())
