"""Of storage's words only those with a known shape are passed on, and none that says a secret in any form."""

import base64
import json
import uuid
from collections.abc import Callable
from urllib.parse import quote

import pytest
from devtools import signed_queries
from hypothesis import given
from hypothesis import strategies as st

from tests.support.client.raw_http import PLAIN, RETRY, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Reply, StorageDouble, answer
from upload_service.storage.quotable_words import SHARED, Secrets
from upload_service.storage.store_codes import STORE_CODES

SIGNATURE = "5ec2e7a1b09f46d83c75e1fa2d680b94" * 2
TOKEN = base64.b64encode(bytes(range(7, 250, 5)) * 3).decode()
CUSTOMER_KEY = base64.b64encode(bytes(range(200, 232))).decode()
MD5 = "9e107d9d372bb6826bd81d3542a419d6"
QUERY = (
    "X-Amz-Credential=AKIAQUOTABLEWORDS001%2F20261130%2Feu-west-1%2Fs3%2Faws4_request"
    f"&X-Amz-Security-Token={quote(TOKEN, safe='')}&X-Amz-Signature={SIGNATURE}"
    "&odd=%2570%2565culiarSecret%2530%25311234"
)
HEADERS = {
    "content-md5": base64.b64encode(bytes.fromhex(MD5)).decode(),
    "if-match": '"0cc175b9c0f1b6a831c399e269772661"',
    "x-amz-meta-md5chksum": "e4d909c290d0fb1ca068ffaddf22cbd0",
    "x-amz-meta-owner": "Somebody.With-A/Long+Name",
    "x-amz-server-side-encryption-customer-key": CUSTOMER_KEY,
}
PATH = "/uploads/photo-of-somebody-private.png"
SECRETS = Secrets(PATH, QUERY, HEADERS)


def base64_of(text: str) -> str:
    """The text in base64."""
    return base64.b64encode(text.encode()).decode()


# How a storage could say a text, as far as the characters of an ETag or a request id allow.
WAYS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "in capitals": str.upper,
    "in small letters": str.lower,
    "with the cases changed": str.swapcase,
    "cut at its start": lambda text: text[3:],
    "cut at its end": lambda text: text[:-3],
    "amid other text": lambda text: f"0a1{text}zz9",
    "in hexadecimal digits": lambda text: text.encode().hex(),
    "in hexadecimal digits, cut": lambda text: text.encode().hex()[1:],
    "in hexadecimal digits, behind a word": lambda text: f"id-{text.encode().hex()}",
    "in hexadecimal digits, as the ETag of parts": lambda text: f"{text.encode().hex()}-12",
    "in base64": base64_of,
    "in base64, behind a letter": lambda text: base64_of(f"x{text}"),
    "in base64, cut": lambda text: base64_of(text)[2:],
    "in base64 for URLs": lambda text: base64_of(text).replace("+", "-").replace("/", "_"),
}
SAID = {
    "signature": SIGNATURE[:40],
    "token": TOKEN[20:60],
    "key id": "AKIAQUOTABLEWORDS001",
    "scope": "20261130/eu-west-1/s3/aws4_request",
    "escaped twice": "peculiarSecret011234",
    "customer key": CUSTOMER_KEY.rstrip("="),
    "metadata": "Somebody.With-A/Long+Name",
}


@pytest.mark.parametrize("way", WAYS.values(), ids=list(WAYS))
@pytest.mark.parametrize("secret", SAID.values(), ids=list(SAID))
def test_no_word_says_a_secret(secret: str, way: Callable[[str], str]) -> None:
    """However a storage says a part of the query or of a header's value, it is not passed on."""
    said = way(secret)
    assert SECRETS.etag(f'"{said}"') is None
    assert SECRETS.etag(said) is None
    assert SECRETS.request_id(said) is None
    assert SECRETS.error_code(said) is None


def test_bytes_of_a_secret() -> None:
    """What is base64 in a secret may come as hexadecimal digits, and the other way round."""
    for said in (base64.b64decode(CUSTOMER_KEY).hex(), base64.b64decode(TOKEN).hex()[10:60]):
        assert SECRETS.etag(f'"{said}"') is None
        assert SECRETS.request_id(said.upper()) is None
    in_base64 = base64.b64encode(bytes.fromhex(SIGNATURE)).decode()
    assert SECRETS.etag(f'"{in_base64}"') is None
    assert SECRETS.request_id(in_base64[1:30]) is None


def test_the_path_is_not_logged() -> None:
    """A request id or a code that says the object's key is left out; an ETag goes to the caller alone."""
    assert SECRETS.request_id("photo-of-somebody-private") is None
    assert SECRETS.error_code("photo-of-somebody-private") is None
    assert SECRETS.etag('"photo-of-somebody-private"')


@given(
    secret=st.text("0123456789abcdefABCDEF+/XYZxyz", min_size=SHARED, max_size=120),
    before=st.text("0123456789abcdefghij", max_size=20),
    after=st.text("0123456789abcdefghij", max_size=20),
    data=st.data(),
)
def test_any_part_of_any_secret(secret: str, before: str, after: str, data: st.DataObject) -> None:
    """No part of SHARED characters passes, wherever it is cut and whatever stands around it, in any case."""
    start = data.draw(st.integers(0, len(secret) - SHARED))
    part = secret[start : start + SHARED]
    part = data.draw(st.sampled_from([part, part.upper(), part.lower()]))
    in_query, in_header = Secrets("/", f"sig={quote(secret)}", {}), Secrets("/", "", {"x": secret})
    held = data.draw(st.sampled_from([in_query, in_header]))
    assert held.request_id(f"{before}{part}{after}") is None
    assert held.etag(f'"{before}{part}{after}"') is None
    assert Secrets("/", "sig=0", {"x": "y"}).request_id(f"{before}{part}{after}")


@pytest.mark.parametrize(
    "etag",
    [
        '"d41d8cd98f00b204e9800998ecf8427e"',  # S3
        '"d41d8cd98f00b204e9800998ecf8427e-12"',
        "d41d8cd98f00b204e9800998ecf8427e",  # Swift
        '"0x8D4BCC2E4835CD0"',  # Azure
        '"CKih16GjycICEAE="',  # Google's JSON
        '"5B3C1A2E0563E1B002CC607C6A9F2C1D"',  # OSS
        'W/"5-abc"',
        '"e"',
        f'"{MD5}"',  # of the header Content-MD5
        '"0cc175b9c0f1b6a831c399e269772661"',  # the same bytes again, with If-Match
        '"e4d909c290d0fb1ca068ffaddf22cbd0"',  # kept as metadata, too
    ],
)
def test_etags_of_stores(etag: str) -> None:
    """What stores give is passed on as it came, also where it is what the form has said about the file."""
    assert SECRETS.etag(etag) == etag


@pytest.mark.parametrize(
    "request_id",
    [
        "4442587FB7D0A2F9",  # S3
        "tx000000000000000000001-0052bb1d4a-1234-default",  # Ceph
        "9c2f1a3e-501e-0041-6a3e-1b2c3d000000",  # Azure
        "ADPycdu" + "Xk3_-a0Zq9" * 12,  # Google
        "5C1A0F" * 3,
    ],
)
def test_request_ids_of_stores(request_id: str) -> None:
    """What stores give is passed on as it came."""
    assert SECRETS.request_id(request_id) == request_id


def test_error_codes_of_stores() -> None:
    """Known codes pass always, unknown ones if they look like one."""
    for code in (*STORE_CODES, "BrandNew", "KMS.BrandNewException", "bad_auth_token", "X"):
        assert SECRETS.error_code(code) == code
    named = Secrets("/bucket/SignatureDoesNotMatch", "a=SignatureDoesNotMatch", {})
    assert named.error_code("SignatureDoesNotMatch") == "SignatureDoesNotMatch"


@pytest.mark.parametrize(
    "word", ["", "two words", "<b>", "a\x00b", "a;b", "ünlich", "a%41", '"', '"a', "x" * 201]
)
def test_words_of_no_known_shape(word: str) -> None:
    """What does not look like an ETag, a code or an id is left out."""
    assert SECRETS.etag(word) is None
    assert SECRETS.request_id(word) is None
    assert SECRETS.error_code(word) is None


@pytest.mark.parametrize("path", [PLAIN, RETRY])
@pytest.mark.parametrize("status", [200, 400, 503])
@pytest.mark.parametrize(
    "way", ["as it is", "in capitals", "cut at its end", "in hexadecimal digits", "in base64"]
)
def test_nothing_goes_outward(
    service: Running, double: StorageDouble, path: str, status: int, way: str
) -> None:
    """Neither the answer nor the log has what storage echoes of the signature or of a header's value."""
    value = uuid.uuid4().hex
    said = WAYS[way](SIGNATURE[:40]), WAYS[way](value)
    key = f"quoted/{uuid.uuid4().hex}"
    body = f"<Error><Code>{said[0]}</Code></Error>".encode() if status != 200 else b""
    double.script(
        key,
        Reply(answer(status, body, f'ETag: "{said[0]}"', f"x-amz-request-id: {said[1]}", "Retry-After: 0")),
    )
    query = signed_queries.v4(SIGNATURE, seconds=604800, signed_headers="host;x-amz-meta-note")
    url = TRANSCRIPT.hide(f"{double.url}{key}?{query}")
    asked = form(
        field("uploadUrl", url),
        field("max_retries", "0"),
        field("header:x-amz-meta-note", value),
        file(b"12345"),
    )
    answered = post(service.port, path, asked)
    assert (answered.status == 200) == (status == 200)
    event = json.dumps(service.upload_event(answered.request_id))
    for word in said:
        assert word not in answered.body.decode()
        assert word not in event
