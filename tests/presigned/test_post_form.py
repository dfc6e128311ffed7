"""The form of a POST for one file: `${filename}`, and the name that the file part gets."""

import tracemalloc

import pytest
from devtools import signed_posts, signed_queries

from tests.presigned.judged_posts import filled, free, post_refusal

ANY_KEY = ["starts-with", "$key", ""]


@pytest.mark.parametrize(
    ("filename", "key", "sent"),
    [
        ("photo.png", "in/photo.png", "photo.png"),
        ("사진 1.png", "in/사진 1.png", "사진 1.png"),
        ("C:\\folder\\photo.png", "in/photo.png", "photo.png"),
        ("../../etc/photo.png", "in/photo.png", "photo.png"),
        ("folder/photo.png", "in/photo.png", "photo.png"),
        ('a"b\r\nc.png', "in/a_b__c.png", "a_b__c.png"),
        ("...", "in/...", "..."),
        ("a%2f..%2fb", "in/a%2f..%2fb", "a%2f..%2fb"),
    ],
)
def test_filename_in_the_key(filename: str, key: str, sent: str) -> None:
    """The key gets what follows the last slash, and the file part has the same name."""
    destination, form = filled(signed_posts.v4("in/${filename}"), filename)
    assert (form.key, destination.object_key, form.filename) == (key, key, sent)
    assert dict(form.fields)["key"] == key


@pytest.mark.parametrize("filename", ["", ".", "..", "a/", "a/..", "b\\."])
def test_no_filename_for_the_key(filename: str) -> None:
    """A name that is none, or a step in a path, makes no key."""
    code, cause = post_refusal(signed_posts.v4("in/${filename}"), filename=filename)
    assert (code, cause) == (
        "object_key_refused",
        "The object key takes the file's name, and the file has none.",
    )
    assert filled(signed_posts.v4("in/a"), filename)[1].filename in ("file", ".", "..")


@pytest.mark.parametrize(
    ("key", "filename"), [("${filename}", "${filename}"), ("in/$${filename}", "{filename}")]
)
def test_variable_in_the_name(key: str, filename: str) -> None:
    """A name from which the store would make another key is refused."""
    assert post_refusal(signed_posts.v4(key, ANY_KEY), filename=filename)[0] == "object_key_refused"


def test_variable_that_the_policy_has_itself() -> None:
    """Google's libraries sign the key with its variable; it is left to the store, and judged all the same."""
    fields = signed_posts.v4("in/a-${filename}.png", vendor="goog")
    url = "https://storage.googleapis.com/bucket/"
    destination, form = filled(fields, "x/1", url=url)
    assert dict(form.fields)["key"] == "in/a-${filename}.png"
    assert (destination.object_key, destination.key_ending, form.filename) == ("in/a-1.png", "png", "1")


def test_variable_in_other_fields() -> None:
    """S3 knows the variable in every field, so it is put in everywhere, and the conditions count."""
    conditions = [["starts-with", "$x-amz-meta-name", "name "], ANY_KEY]
    fields = {**signed_posts.v4("k", *conditions), "x-amz-meta-name": "name ${filename}"}
    assert dict(filled(fields, "a/b.png")[1].fields)["x-amz-meta-name"] == "name b.png"
    fields["x-amz-meta-name"] = "${filename}"
    assert post_refusal(fields, filename="other.png")[0] == "policy_not_met"
    assert post_refusal(fields, filename="name 1.png") == ("ok", "")


@pytest.mark.parametrize(
    "fields",
    [free("${filename}" * 2500), free("a", **{"x-amz-meta-a": "${filename}" * 2500})],
    ids=["key", "metadata"],
)
def test_name_of_the_file_in_many_places(fields: dict[str, str]) -> None:
    """A form of a few KiB does not become one of many MB by the file's name."""
    assert post_refusal(fields, filename="é" * 5)[0] in ("object_key_refused", "field_too_long")
    tracemalloc.start()
    try:
        assert post_refusal(fields, filename="é" * 3900)[0] == "field_too_long"
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_key_that_the_policy_does_not_allow() -> None:
    """The conditions are compared with the key as it is stored."""
    fields = {**signed_posts.v4("in/photo-1.png"), "key": "in/${filename}"}
    assert post_refusal(fields, filename="photo-1.png") == ("ok", "")
    assert post_refusal(fields, filename="photo-2.png")[0] == "policy_not_met"


def test_ending_of_the_key() -> None:
    """What follows the last dot of the key tells some stores the type; the URL has no part in it."""
    assert filled(signed_posts.v4("in.x/${filename}"), "A.HTML")[0].key_ending == "html"
    assert filled(signed_posts.v4("in.x/a"))[0].key_ending == ""


def test_secrets_are_not_shown() -> None:
    """Neither the fields nor the form show themselves."""
    destination, form = filled(signed_posts.v4("secret/key"))
    assert destination.post
    shown = repr((destination, destination.post, form, list(destination.post.fields.values())))
    assert "secret" not in shown
    assert signed_queries.WORD not in shown
