"""Every text that has a translation: found in the source, and compared with the tables.

Knows: where texts are made. Most are the first argument of `Phrase(…)`; others stand in tables, in a page
between the tags of an element with `data-word`, or are the members of an entry of the catalogue.
Rules: the argument of `Phrase` is written out, except in the modules named here, which take it from such a
table. A text without words, such as "{cause} {more}", needs no translation.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping

from upload_service.errors.upload_error import CATALOGUE
from upload_service.pages.static_files import FIXED_WORDS, STATIC
from upload_service.storage.refusals import STATUS_CAUSES
from upload_service.storage.store_codes import STORE_CODES
from upload_service.storage.store_sentences import SENTENCES

PACKAGE = STATIC.parents[1]
PAGES = ("page.html", "errors.html")
# They make phrases of the texts in the tables below.
TAKE_FROM_TABLES = frozenset({"errors/upload_error.py", "storage/outcome.py", "storage/refusals.py"})

# Names, which have no other form in Korean; and one sign of a list.
SAME_IN_KOREAN = frozenset({"Base64", "{names} and {last}"})

_HANGUL = re.compile("[가-힣]")
_PLACEHOLDER = re.compile(r"\{\w+\}")


def texts() -> dict[str, str]:
    """Every English text that needs a translation, and where it stands."""
    found = dict(_from_tables())
    for path in sorted(PACKAGE.rglob("*.py")):
        name = str(path.relative_to(PACKAGE))
        found |= dict.fromkeys(phrases(path.read_text(encoding="utf-8"), name), name)
    return {text: place for text, place in found.items() if re.search("[A-Za-z]", _PLACEHOLDER.sub("", text))}


def phrases(source: str, name: str) -> Iterator[str]:
    """The templates of all phrases in a module; raises ValueError for one that is not written out."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Phrase":
            match node.args:
                case [ast.Constant(value=str(text))]:
                    yield text
                case _ if name not in TAKE_FROM_TABLES:
                    raise ValueError(
                        f"{name}, line {node.lineno}: the template of a Phrase is not written out"
                    )


def _from_tables() -> Iterator[tuple[str, str]]:
    for entry in CATALOGUE.values():
        for text in (entry.title, entry.cause, entry.cure, entry.remedy):
            if text:
                yield text, f"the entry {entry.code}"
    for place, causes in (
        ("storage/store_codes.py", (code.cause for code in STORE_CODES.values())),
        ("storage/store_sentences.py", (sentence.cause for sentence in SENTENCES)),
        ("storage/refusals.py", STATUS_CAUSES.values()),
    ):
        yield from ((cause, place) for cause in causes if cause)
    for page in PAGES:
        html = (STATIC / page).read_text(encoding="utf-8")
        yield from ((words, f"pages/static/{page}") for words in FIXED_WORDS.findall(html))


def gaps(english: Mapping[str, str], tables: Mapping[str, Mapping[str, str]]) -> list[str]:
    """What somebody who knows Korean has to do.

    `english`: texts and where they stand; `tables`: translations by their English, by the name of the table.
    """
    entries = [(name, text, korean) for name, table in tables.items() for text, korean in table.items()]
    known = Counter(text for _, text, _ in entries)
    found = [f"no Korean for the text of {place}: {text!r}" for text, place in english.items()
             if text not in known]  # fmt: skip
    for name, text, korean in entries:
        if text not in english:
            found.append(f"{name}.py: no text any more, take it out: {text!r}")
        if known[text] > 1:
            found.append(f"{name}.py: in another table as well: {text!r}")
        if not _HANGUL.search(korean) and text not in SAME_IN_KOREAN:
            found.append(f"{name}.py: no Korean: {text!r}")
        if sorted(_PLACEHOLDER.findall(text)) != sorted(_PLACEHOLDER.findall(korean)):
            found.append(f"{name}.py: other placeholders in the Korean of {text!r}")
    return [f"upload_service/translation/korean: {gap}" for gap in found]
