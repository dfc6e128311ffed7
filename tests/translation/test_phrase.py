"""A phrase is its English text, and can be said in Korean."""

import subprocess
import sys

import pytest

from upload_service.translation import phrase
from upload_service.translation.korean import texts
from upload_service.translation.phrase import Phrase, translated

CAME_TWICE = Phrase("{field} came twice.", field=Phrase("The field {name}", name="size"))


def test_phrase_is_its_english() -> None:
    """Who does not translate it has a plain text."""
    assert CAME_TWICE == "The field size came twice."
    assert translated(CAME_TWICE, "en") == "The field size came twice."
    assert Phrase("as in {this}") == "as in {this}"


def test_korean_of_phrases_in_a_phrase() -> None:
    """A value that is a phrase is translated, and one that is a name is not."""
    assert translated(CAME_TWICE, "ko") == "size 필드가 두 번 왔습니다."
    assert translated("URL expired", "ko") == "만료된 URL"


def test_values_are_not_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A value is never looked up, never taken for a template, and is the same in both languages."""
    monkeypatch.setattr(texts, "TEXTS", {"{a} and {b}": "{a}, {b}", "yes": "예"})
    assert translated(Phrase("{a} and {b}", a="yes", b="{a}"), "ko") == "yes, {a}"


def test_words_between_phrases_need_no_translation() -> None:
    """Sentences one after another are translated one by one."""
    both = Phrase("{cause} {cure}", cause=CAME_TWICE, cure=Phrase("The request has no body."))
    assert translated(both, "ko") == "size 필드가 두 번 왔습니다. 요청에 본문이 없습니다."


def test_text_without_korean_stays_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is left without an answer because of a text that is not translated."""
    monkeypatch.setattr(texts, "TEXTS", {})
    assert translated(CAME_TWICE, "ko") == "The field size came twice."


def test_languages_are_named_once() -> None:
    """The list of the languages is the type's."""
    assert phrase.LANGUAGES == ("en", "ko")


def test_korean_is_imported_when_it_is_wanted() -> None:
    """A service that starts, and answers in English, has not loaded the Korean texts."""
    code = """
import sys
from upload_service.errors.upload_error import UploadError
from upload_service.server import app, responses

loaded = lambda: sorted(name for name in sys.modules if name.startswith("upload_service.translation.korean"))
responses.problem_response(UploadError("url_expired"), "1")
assert loaded() == [], loaded()
responses.problem_response(UploadError("url_expired"), "1", "ko")
assert "upload_service.translation.korean.texts" in loaded()
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
