"""A text in English that can be said in another language.

Knows: the languages, and how values stand in a text.
Rules: a phrase is its English text; only who translates it looks at what it is made of. A text without a
translation stays English.
"""

from collections.abc import Mapping
from typing import Literal, Self, get_args

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


class Phrase(str):
    """An English text, made of a template and the values for its `{names}`.

    The template is written out where the phrase is made, so that it can be found and translated. Values are
    the same in every language (names, numbers), unless they are phrases themselves.
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, str | int]

    def __new__(cls, template: str, /, **values: str | int) -> Self:
        """Fill in the values. A template without values is taken as it is, braces included."""
        phrase = super().__new__(cls, template.format(**values) if values else template)
        phrase.template, phrase.values = template, values
        return phrase


NOTHING = Phrase("")


def translated(text: str, language: Language) -> str:
    """The text in this language; `text` is a phrase, or the English itself."""
    if language == "en":
        return text
    from upload_service.translation.korean.texts import TEXTS

    return _translated(text, TEXTS)


def _translated(text: str, texts: Mapping[str, str]) -> str:
    if not isinstance(text, Phrase):
        return texts.get(text, text)
    template = texts.get(text.template, text.template)
    if not text.values:
        return template
    values = {
        name: _translated(value, texts) if isinstance(value, Phrase) else value
        for name, value in text.values.items()
    }
    return template.format(**values)
