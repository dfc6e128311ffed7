"""The form fields of a POST, as callers give them: what can be one, and what is refused."""

import json

import pytest

from upload_service.errors.upload_error import UploadError
from upload_service.presigned import post_fields
from upload_service.presigned.post_fields import MAX_FIELDS, MAX_FIELDS_BYTES, add_field, parse_fields


def wire(text: str) -> str:
    """The text as the form reader gives it: a character for each byte."""
    return text.encode().decode("latin-1")


def refused(text: str) -> str:
    """The code and the sentence of a refusal."""
    with pytest.raises(UploadError) as caught:
        parse_fields(text)
    return f"{caught.value.entry.code}: {caught.value.cause}"


def test_object_of_strings() -> None:
    """Names, values and their order are kept; letters come as they are, or as JSON escapes them."""
    text = '{"Key": "사진/${filename}", "x-amz-meta-\\u0061": "\\uc0ac \\ud83d\\ude00", "acl": ""}'
    fields = parse_fields(wire(text))
    assert [tuple(each) for each in fields.values()] == [
        ("Key", "사진/${filename}"),
        ("x-amz-meta-a", "사 😀"),
        ("acl", ""),
    ]
    assert list(fields) == ["key", "x-amz-meta-a", "acl"]
    assert "사진" not in repr(fields)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON in UTF-8"),
        ("{", "not JSON in UTF-8"),
        ("{'key': 'a'}", "not JSON in UTF-8"),
        ('{"key": "a"} x', "not JSON in UTF-8"),
        ('{"key": "\xff"}', "not JSON in UTF-8"),
        ("[" * 30000, "not JSON in UTF-8"),
        ('{"a":' * 6000, "not JSON in UTF-8"),
        ("9" * 6000, "not JSON in UTF-8"),
        ("null", "JSON, and no object"),
        ("[]", "JSON, and no object"),
        ('[["key", "a"]]', "JSON, and no object"),
        ('"key"', "JSON, and no object"),
        ('{"url": "https://a", "fields": {"key": "a"}}', "its url belongs in uploadUrl"),
        ('{"key": 1}', "a value that is no string"),
        ('{"key": null}', "a value that is no string"),
        ('{"key": ["a"]}', "a value that is no string"),
        ('{"key": {"a": "b"}}', "a value that is no string"),
        ('{"key": {}}', "a value that is no string"),
        ('{"key": "a\\r\\nb"}', "a line break or another control character"),
        ('{"key": "a\\u0000"}', "a line break or another control character"),
        ('{"key": "a\\u007f"}', "a line break or another control character"),
        ('{"key": "\\ud800"}', "not text in UTF-8"),
        ('{"": "a"}', "a name that no form field"),
        ('{"a b": "a"}', "a name that no form field"),
        ('{"a\\"; filename=\\"b": "a"}', "a name that no form field"),
        ('{"a\\r\\n\\r\\nb": "a"}', "a name that no form field"),
        ('{"k%65y": "a"}', "a name that no form field"),
        ('{"kéy": "a"}', "a name that no form field"),
        ('{"\\u212aey": "a"}', "a name that no form field"),
        (json.dumps({"a" * 129: ""}), "a name that no form field"),
        (
            json.dumps({f"x-amz-meta-{number}": "" for number in range(MAX_FIELDS + 1)}),
            "more than 100 fields",
        ),
    ],
)
def test_no_fields(text: str, said: str) -> None:
    """What is no object of strings, and text that could be read in two ways, is refused with its cause."""
    found = refused(text if "\xff" in text else wire(text))
    assert found.startswith("invalid_fields: ")
    assert said in found


@pytest.mark.parametrize("second", ["key", "Key", "KEY"])
def test_name_twice(second: str) -> None:
    """Stores read names without their case, and one of two: so a name comes once."""
    assert refused(f'{{"key": "a", "{second}": "b"}}').startswith("duplicate_field: ")
    fields = parse_fields('{"key": "a"}')
    with pytest.raises(UploadError, match="duplicate_field"):
        add_field(fields, f"field:{second}", "b")


def test_single_fields() -> None:
    """A field for each is the same as the object."""
    fields: dict[str, post_fields.PostField] = {}
    add_field(fields, "field:Key", wire("사진 "))
    add_field(fields, "field:acl", "")
    assert fields == parse_fields(wire('{"Key": "사진 ", "acl": ""}'))
    for name, value in (("field:", "a"), ("field:\xff", "a"), ("field:a", "\xff"), ("field:b", "a\n")):
        with pytest.raises(UploadError, match="invalid_fields"):
            add_field(fields, name, value)


def test_single_fields_have_the_bound_of_the_object() -> None:
    """Together they are no longer than the object may be."""
    fields: dict[str, post_fields.PostField] = {}
    for number in range(4):
        add_field(fields, f"field:x-{number}", "a" * (MAX_FIELDS_BYTES // 4 - 3))
    with pytest.raises(UploadError, match="field_too_long"):
        add_field(fields, "field:x", "")
