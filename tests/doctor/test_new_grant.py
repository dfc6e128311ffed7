"""`upload-service --grant`, and grants in `--check`."""

import json
import uuid
from collections.abc import Callable

import pytest
from devtools import signed_posts

from tests.content.samples import PNG
from tests.doctor.run_check import check, run
from tests.support.client.grants import KEYS, SECRET, grant_for
from tests.support.client.posted_forms import fields_of
from tests.support.client.raw_http import PLAIN, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Reply, StorageDouble, answer


@pytest.fixture
def url(double: StorageDouble, double_url: Callable[[str], str]) -> str:
    """A URL at the double, which takes what comes."""
    key = f"grants/{uuid.uuid4().hex}"
    double.script(key, Reply(), Reply(), Reply())
    return double_url(key)


def test_grant_that_works(double: StorageDouble, url: str) -> None:
    """What is printed is the grant alone, and the service takes it, within its limits."""
    options = ("--max-bytes", "100", "--types", "image/png,image/gif", "--lifetime", "60", "--subject", "me")
    for way in ({"typed": f"{url}\n"}, {"GRANT_URL": url}):
        words = ["--grant", *(["-"] if "typed" in way else []), *options]
        seen = run(*words, UPLOAD_GRANT_KEYS=KEYS, **way)
        assert (seen.status, seen.err) == (0, "")
        grant = seen.out.strip()
        with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_GRANT_KEYS=f"now:{SECRET}") as service:
            start = field("grant", grant) + field("uploadUrl", url)
            assert post(service.port, PLAIN, form(start, file(PNG))).status == 200
            assert post(service.port, PLAIN, form(start, file(bytes(200)))).json["code"] == "file_too_large"


@pytest.mark.parametrize("indent", [None, 1], ids=["one-line", "many-lines"])
def test_grant_for_a_post(double: StorageDouble, indent: int | None) -> None:
    """Of what a signer of a POST returns the grant holds for the URL with its policy, and no other."""
    bucket = f"b{uuid.uuid4().hex}"
    double.script(bucket, Reply(answer(204, b"", 'ETag: "e"')))
    url = f"{double.url}{bucket}"
    fields, other = (signed_posts.v4(key, bucket=bucket) for key in ("mine", "other"))
    seen = run(
        "--grant",
        "-",
        UPLOAD_GRANT_KEYS=KEYS,
        typed=json.dumps({"url": url, "fields": fields}, indent=indent),
    )
    assert (seen.status, seen.err) == (0, "")
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_GRANT_KEYS=f"now:{SECRET}") as service:
        start = field("grant", seen.out.strip()) + field("uploadUrl", url)
        for which, code in ((other, "grant_other_url"), (fields, None)):
            answered = post(service.port, PLAIN, form(start, fields_of(which), file(PNG)))
            assert answered.json.get("code") == code


@pytest.mark.parametrize(
    "signed",
    [
        "a.example/b",
        "{",
        "[]",
        '{"url": "https://a.example/b"}',
        '{"url": "https://a.example/b", "fields": {}}',
        '{"url": "https://a.example/b", "fields": {"policy": 5}}',
        '{"url": 5, "fields": {"policy": "a"}}',
    ],
)
def test_nothing_to_bind_a_grant_to(signed: str) -> None:
    """What is neither a URL nor a signer's POST gets no grant, and is not quoted."""
    seen = run("--grant", "-", UPLOAD_GRANT_KEYS=KEYS, typed=signed)
    assert (seen.status, seen.out, "a.example" in seen.err) == (2, "", False)
    assert "is no URL" in seen.err


@pytest.mark.parametrize(
    ("words", "keys", "told"),
    [
        (["--grant", "-"], "", "must hold a secret, the same"),
        (["--grant", "-"], KEYS, "no URL came"),
        (["--grant", "https://a.example/b", "--types", "any"], KEYS, "The claim types"),
        (["--grant", "https://a.example/b", "--lifetime", "0"], KEYS, None),
        (["--grant", "https://a.example/b", "--lifetime", "99999999"], KEYS, "24 hours"),
        (["--max-bytes", "5"], KEYS, "go with --grant"),
        (["--grant", "https://a.example/b", "--max-bytes", "10MiB"], KEYS, "whole numbers without a unit"),
        (["--grant", "https://a.example/b", "--check"], KEYS, "two commands"),
    ],
)
def test_no_grant(words: list[str], keys: str, told: str | None) -> None:
    """What cannot be a grant is not printed, and it is told why without the URL."""
    seen = run(*words, UPLOAD_GRANT_KEYS=keys)
    if told is None:
        assert seen.status == 0  # it holds for the seconds by which clocks may differ
    else:
        assert (seen.status, seen.out, told in seen.err, "a.example" in seen.err) == (2, "", True, False)


def test_check_with_a_grant(double: StorageDouble, url: str) -> None:
    """`--check` says that grants are asked for, judges one that it is given, and needs none for itself."""
    settings = {"UPLOAD_DESTINATIONS": double.url, "UPLOAD_GRANT_KEYS": KEYS}
    for more in ({}, {"CHECK_GRANT": grant_for(url)}):
        seen = check(url=url, **settings, **more)
        assert "every upload needs a grant, as a field or bearer token" in seen.said
        assert seen.verdicts("answer") == ["ok"], seen.out
    wrong = check(url=url, **settings, CHECK_GRANT=grant_for("https://a.example/b"))
    assert wrong.verdicts("URL") == ["fail"]
    assert "grant is for another URL" in wrong.said
