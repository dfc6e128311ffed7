"""Which files a list of allowed types accepts, and what a refusal says."""

import pytest

from tests.content.head_rows import HEADS
from tests.content.samples import DOCX, GIF, HTML, JPEG, MP4, PDF, PNG, SVG, XLSM, XLSX, XML, entry, listed
from upload_service.content.allowed_types import Sniffer
from upload_service.content.content_type import parse_media_type
from upload_service.content.sniffing import recognisable_types
from upload_service.errors.upload_error import UploadError
from upload_service.settings.environment import SettingError
from upload_service.settings.settings import Settings


def judge(allowed: str, head: bytes, claimed: str) -> None:
    """Judge a file that claims to be `claimed`; "": it claims nothing."""
    sniffer = Sniffer(listed(allowed), [])
    sniffer.feed(head)
    sniffer.finish()
    sniffer.require_allowed_object([parse_media_type(claimed)] if claimed else [], "")


def verdict(allowed: str, head: bytes, claimed: str = "") -> str:
    """The code with which a file is refused, or `ok`."""
    try:
        judge(allowed, head, claimed)
    except UploadError as error:
        return error.entry.code
    return "ok"


@pytest.mark.parametrize(
    ("allowed", "head", "claimed", "code"),
    [
        ("image/*", PNG, "image/png", "ok"),
        ("IMAGE/PNG , application/pdf", PNG, "image/png", "ok"),
        ("image/x-png", PNG, "image/png", "ok"),
        ("image/jpeg", PNG, "image/png", "type_not_allowed"),
        ("image/*,application/pdf", PDF, "application/pdf", "ok"),
        ("image/*", PDF, "", "type_not_allowed"),
        ("image/*", SVG, "image/svg+xml", "type_not_allowed"),
        ("image/*,image/svg+xml", SVG, "image/svg+xml", "ok"),
        ("image/svg+xml", b"just text", "image/svg+xml", "type_mismatch"),
        ("image/*", HTML, "", "type_not_allowed"),
        ("image/*", HTML, "image/png", "type_mismatch"),
        ("image/*", GIF + b"<html>", "", "ok"),
        ("image/*", GIF + b"<html>", "text/html", "type_mismatch"),
        ("text/*", b"a,b\n", "text/csv", "ok"),
        ("text/*", b"a,b\n", "", "ok"),
        ("text/*", HTML, "text/html", "type_not_allowed"),
        ("text/*", HTML, "text/plain", "type_not_allowed"),
        ("text/*", b"alert(1)", "text/javascript", "type_not_allowed"),
        ("text/*", b"no tag, but a claim", "text/html", "type_not_allowed"),
        ("text/html", HTML, "text/html", "ok"),
        ("text/csv", b"a,b\n", "text/csv", "ok"),
        ("text/csv", b"a,b\n", "", "type_not_allowed"),
        ("text/csv", PNG, "text/csv", "type_mismatch"),
        ("application/*", XML + b"<a/>", "application/xml", "type_not_allowed"),
        ("text/xml", XML + b"<a/>", "application/xml", "ok"),
        ("audio/*", MP4, "audio/mp4", "ok"),
        ("audio/*", MP4, "", "type_not_allowed"),
        (DOCX, entry(b"a") + entry(b"b"), DOCX, "ok"),
        (DOCX, entry(b"a") + entry(b"b"), "", "type_not_allowed"),
        (XLSX, entry(b"[Content_Types].xml") + entry(b"xl/a"), XLSM, "type_not_allowed"),
        ("image/*", b"", "image/png", "type_unrecognised"),
        ("image/*", bytes(100), "image/png", "type_unrecognised"),
    ],
)
def test_lists(allowed: str, head: bytes, claimed: str, code: str) -> None:
    """Listed types are accepted. A wildcard does not include types that can carry scripts."""
    assert verdict(allowed, head, claimed) == code


@pytest.mark.parametrize(
    ("head", "claimed", "cause"),
    [
        (HTML, "", "The file's bytes look like text/html, which is not among the allowed types: image/*."),
        (
            b"a,b",
            "text/csv",
            "The file's bytes look like text/plain, and it claims to be text/csv, "
            "which is not among the allowed types: image/*.",
        ),
        (JPEG, "image/png", "The file claims to be image/png, but its bytes look like image/jpeg."),
        (JPEG, "'*/'*", "The file claims to be something else, but its bytes look like image/jpeg."),
        (b"", "image/png", "The file is empty, so it has no type."),
    ],
)
def test_refusals_say_what_was_seen(head: bytes, claimed: str, cause: str) -> None:
    """The sentence names what the bytes look like, and echoes only a claim that is a plain name."""
    with pytest.raises(UploadError) as caught:
        judge("image/*", head, claimed)
    assert caught.value.cause == cause


@pytest.mark.parametrize(
    "text",
    ["image", "image/", "/png", "*/*", "*", "image/png,", ",", "image/png;q=1", "image/p*", "a b/c",
     "image/pñg", "application/octet-stream", "image/*,binary/octet-stream", "parts", "parts,parts"],
)  # fmt: skip
def test_wrong_lists(text: str) -> None:
    """A list that cannot be understood, or that no file could match, is refused in one line."""
    with pytest.raises(SettingError) as caught:
        Settings.from_environment({"UPLOAD_ALLOWED_TYPES": text})
    assert str(caught.value).startswith("UPLOAD_ALLOWED_TYPES must ")
    assert "\n" not in str(caught.value)


def test_the_word_for_parts() -> None:
    """It is no type, and stands anywhere in the list."""
    with_parts = Settings.from_environment({"UPLOAD_ALLOWED_TYPES": "parts, image/*"}).allowed_types
    without = Settings.from_environment({"UPLOAD_ALLOWED_TYPES": "image/*"}).allowed_types
    assert with_parts is not None
    assert without is not None
    assert (with_parts.parts, with_parts.listed, without.parts) == (True, ("image/*",), False)


def test_no_list_allows_anything() -> None:
    """Unset and empty mean no list."""
    assert Settings.from_environment({}).allowed_types is None
    assert Settings.from_environment({"UPLOAD_ALLOWED_TYPES": " "}).allowed_types is None


def refused_claim(allowed: str, claimed: str) -> UploadError | None:
    """The refusal of a claim before the file is there, if it is refused."""
    try:
        listed(allowed).require_possible([parse_media_type(claimed)])
    except UploadError as error:
        return error
    return None


@pytest.mark.parametrize(
    ("allowed", "claimed", "is_possible"),
    [
        ("image/*", "image/png", True),
        ("image/*", "image/jpg; charset=x", True),
        ("image/*", "IMAGE/JFIF", True),
        ("image/*", "image/x-unheard-of", True),
        ("image/*", "application/octet-stream", True),
        ("image/*", "binary/octet-stream", True),
        ("image/*", "image/svg+xml", False),
        ("image/*", "application/pdf", False),
        ("image/*", "text/html", False),
        ("image/*", "application/zip", False),
        ("text/*", "text/csv", True),
        ("text/*", "text/html", False),
        ("text/csv", "text/plain", False),
        ("application/json", "text/plain", False),
        (DOCX, "application/zip", True),
        (DOCX, XLSX, False),
        ("audio/*", "video/mp4", False),
        ("audio/mp4", "audio/m4a", True),
        ("application/x-unheard-of", "application/x-unheard-of", True),
        ("application/x-unheard-of", "image/png", False),
    ],
)
def test_claims_that_no_file_can_have(allowed: str, claimed: str, is_possible: bool) -> None:
    """A claim is refused without the file only if no file can pass with it, whatever its bytes are."""
    refusal = refused_claim(allowed, claimed)
    assert (refusal is None) is is_possible
    if refusal:
        assert refusal.entry.code == "type_not_allowed"
        assert f"among the allowed types: {allowed}." in refusal.detail


@pytest.mark.parametrize(
    "allowed", ["image/*", "text/*", "application/*", f"{DOCX},text/csv", "audio/mp4,text/xml"]
)
def test_no_file_passes_with_a_claim_that_is_refused_without_it(allowed: str) -> None:
    """Whatever head a file has: if its claim is refused beforehand, the file would have been refused, too."""
    claims = {seen for _, seen in HEADS if seen} | {
        DOCX,
        XLSX,
        XLSM,
        "text/csv",
        "application/json",
        "font/x",
    }
    refused = {claim for claim in claims if refused_claim(allowed, claim)}
    assert refused
    assert refused < claims
    for head, _ in HEADS:
        assert [claim for claim in refused if verdict(allowed, head, claim) == "ok"] == []


def test_every_type_that_is_seen_is_recognisable() -> None:
    """The types among which a possible one is looked for are all that can be seen."""
    assert {seen for _, seen in HEADS if seen} <= recognisable_types()
