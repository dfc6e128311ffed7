"""Every text that people read has its Korean, and every Korean has its text."""

import re

import pytest
from docs_generator import texts

from upload_service.errors.upload_error import CATALOGUE
from upload_service.translation.korean.texts import TABLES, TEXTS

ENGLISH = texts.texts()
HANGUL = re.compile("[가-힣]")
# A particle whose form depends on the letter before it, which a value may change.
AFTER_A_VALUE = re.compile(r"\{\w+\}`?(?:은|는|이|가|을|를|과|와|으로|로)(?=[ ,.)]|$)")
# Phrases that end with a fixed noun, or numbers without one, stand in these places.
ENDS_WITH_A_NOUN = ("{field}가", "{field}를", "{header}는")


def test_nothing_is_left_to_translate() -> None:
    """No text is without Korean, no Korean is left of a text that is gone, and all placeholders agree."""
    assert texts.gaps(ENGLISH, TABLES) == []


@pytest.mark.parametrize("code", CATALOGUE)
def test_entry_is_said_in_korean(code: str) -> None:
    """Title, cause, cure and the operator's remedy of a code have their Korean."""
    entry = CATALOGUE[code]
    for text in filter(None, (entry.title, entry.cause, entry.cure, entry.remedy)):
        assert HANGUL.search(TEXTS[text]), text


def test_texts_are_found_wherever_they_are_made() -> None:
    """The search finds texts of every kind: in the catalogue, in tables, in pages, and in the code."""
    for text in (
        "URL expired",
        "The object at this key is archived.",
        "An object has at most 10 tags.",
        "What answers at this address does not take a PUT.",
        "Drop files here, or choose them",
        "The header {name} came twice.",
        "64 hexadecimal digits",
    ):
        assert text in ENGLISH
    assert len(ENGLISH) > 450


def test_template_that_is_not_written_out_is_refused() -> None:
    """A phrase whose template the search cannot read fails it, so none escapes."""
    with pytest.raises(ValueError, match=r"other\.py, line 2: the template of a Phrase is not written out"):
        list(texts.phrases("\nPhrase(f'{name} came twice.')", "other.py"))
    assert list(texts.phrases("Phrase('a ' 'b', name=Phrase('c'))", "other.py")) == ["a b", "c"]


@pytest.mark.parametrize(
    ("english", "korean", "gap"),
    [
        ({"a": "x.py"}, {}, "no Korean for the text of x.py: 'a'"),
        ({}, {"a": "가"}, "t.py: no text any more, take it out: 'a'"),
        ({"a": "x.py"}, {"a": "a"}, "t.py: no Korean: 'a'"),
        ({"{a} b": "x.py"}, {"{a} b": "{c} 가"}, "t.py: other placeholders in the Korean of '{a} b'"),
    ],
)
def test_gap_is_named(english: dict[str, str], korean: dict[str, str], gap: str) -> None:
    """What is missing, left over or wrong is each said, with where it is."""
    assert texts.gaps(english, {"t": korean}) == [f"upload_service/translation/korean: {gap}"]


def test_text_in_two_tables_is_named() -> None:
    """A text has one Korean."""
    found = texts.gaps({"a": "x.py"}, {"t": {"a": "가"}, "u": {"a": "나"}})
    wanted = "upload_service/translation/korean: {}.py: in another table as well: 'a'"
    assert found == [wanted.format(name) for name in "tu"]


def test_no_particle_depends_on_a_value() -> None:
    """After a value stands no particle that would be wrong for half of the values."""
    found = {match[0] for korean in TEXTS.values() for match in AFTER_A_VALUE.finditer(korean)}
    assert found <= set(ENDS_WITH_A_NOUN)
    for text in ("The field {name}", "A field whose name is not repeated here"):
        assert TEXTS[text].endswith("필드")
    for text in ("The header {name}", "A header with an unusable name"):
        assert TEXTS[text].endswith("헤더")


def test_sentences_are_polite() -> None:
    """A sentence that ends with a full stop does so in Korean, in the polite form, or it ends with a list."""
    polite = re.compile(r"(?:니다|십시오|\}|\))\.$|input\.files\[0\]\)$")
    for text, korean in TEXTS.items():
        if text.endswith(".") and "\n" not in text:
            assert polite.search(korean), korean
