"""A refusal names what its URL signs: the names, and no value."""

import math

import pytest
from devtools import signed_queries

from upload_service.presigned.allowed_destinations import AllowedDestinations
from upload_service.presigned.destination import Destination, judge_destination
from upload_service.settings.settings import Settings
from upload_service.storage.signed_names import signed_names

PLACE = "https://store.example/b/k"


def destination(query: str) -> Destination:
    """The judged URL with this query, whenever it expires."""
    allowed: AllowedDestinations = Settings.from_environment({"UPLOAD_DESTINATIONS": PLACE}).destinations
    return judge_destination(f"{PLACE}/x?{query}", allowed, -math.inf)


@pytest.mark.parametrize(
    ("signed", "said"),
    [
        ("host", "The URL signs no header but host."),
        ("content-type;host", "The URL signs these headers: content-type."),
        (
            "content-length;content-type;host;x-amz-content-sha256",
            "The URL signs these headers: content-length, content-type and x-amz-content-sha256. Its "
            "content-length and x-amz-content-sha256 must be those of this very file, and not of another one "
            "or of none.",
        ),
        (
            "content-length;host",
            "The URL signs these headers: content-length. Its content-length must be that of this very file, "
            "and not of another one or of none.",
        ),
    ],
)
def test_signature(signed: str, said: str) -> None:
    """A wrong signature names the signed headers, and those of them that belong to one file."""
    url = destination(signed_queries.v4(signed_headers=signed))
    assert signed_names("signature_mismatch", url) == said


def test_checksum() -> None:
    """A wrong checksum names the headers and parameters of the URL that hold one, and nothing else."""
    query = signed_queries.v4(signed_headers="content-md5;content-type;host")
    url = destination(f"{query}&X-Amz-Checksum-Sha256=SECRETVALUE&x-id=PutObject")
    assert signed_names("checksum_mismatch", url) == (
        "Its content-md5 and x-amz-checksum-sha256 must be those of this very file, and not of another one "
        "or of none."
    )
    assert signed_names("checksum_mismatch", destination(signed_queries.v4())) == ""


def test_version_2() -> None:
    """A URL that does not list its headers says what always belongs to its signature."""
    assert "Signature Version 2" in signed_names("signature_mismatch", destination(signed_queries.v2()))
    assert signed_names("checksum_mismatch", destination(signed_queries.v2())) == ""


def test_many_names() -> None:
    """Of many names the first ones are told, and how many are left."""
    headers = ";".join(["host", *(f"x-amz-meta-{number:02}" for number in range(30))])
    said = signed_names("header_value_refused", destination(signed_queries.v4(signed_headers=headers)))
    assert said.startswith("The URL signs these headers: x-amz-meta-00, x-amz-meta-01")
    assert said.endswith("x-amz-meta-11 and 18 more.")


@pytest.mark.parametrize("error", ["access_denied", "storage_full", "storage_error"])
def test_other_failures(error: str) -> None:
    """What the signed headers do not explain does not name them."""
    assert signed_names(error, destination(signed_queries.v4(signed_headers="content-type;host"))) == ""
