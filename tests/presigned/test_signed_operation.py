"""Which request a URL was signed for: only a PUT of an object's bytes is let through."""

import pytest

from tests.presigned.judged_urls import GOOGLE_V4, SAS, V2, V4, judged, reason, refusal

S3 = "https://bucket.s3.eu-west-1.amazonaws.com/key"
GOOGLE = "https://storage.googleapis.com/bucket/key"
AZURE = "https://account.blob.core.windows.net/container/key"


@pytest.mark.parametrize(
    "extra",
    [
        "x-id=PutObject",
        "x-id=UploadPart&partNumber=1&uploadId=abc",
        "partNumber=10000&uploadId=a%2Bb",
        "x-amz-acl=private",
        "x-amz-tagging=a%3Db",
        "x-amz-object-lock-mode=GOVERNANCE",
        "x-amz-meta-policy=1",
        "X-Amz-Security-Token=FwoGZXIvYXdz%2F%2F%2F",
        "x-amz-sdk-checksum-algorithm=CRC32",
        "x-amz-checksum-crc32=NhCmhg%3D%3D",
        "X-Amz-Content-Sha256=UNSIGNED-PAYLOAD",
        "content-md5=gdyb21LQTcIANtvYMT7QVQ%3D%3D",
        "x-amz-meta-a=1%26acl",
        "x-amz-meta-a=%252Facl%2525",
        "traceparent=00-1-1-00",
    ],
)
def test_put_of_bytes(extra: str) -> None:
    """What signers add to a PUT of bytes, a part of a larger upload too, does not hinder it."""
    assert refusal(f"{S3}?{V4}&{extra}") == "ok"
    assert refusal(f"{S3}?{extra}&{V2}") == "ok"


@pytest.mark.parametrize(
    "extra",
    [
        "x-id=GetObject",
        "x-id=CopyObject",
        "x-id=DeleteObject",
        "x-id=putobject",
        "x-id=",
        "response-content-type=image%2Fpng",
        "response-content-disposition=attachment",
        "X-Amz-Copy-Source=%2Fb%2Fk",
        "versionId=abc",
        "acl",
        "policy=",
        "cors",
        "lifecycle",
        "tagging",
        "%74agging",
        "versioning",
        "website",
        "notification",
        "logging",
        "replication",
        "encryption",
        "publicAccessBlock",
        "ownershipControls",
        "object-lock",
        "retention",
        "legal-hold",
        "uploads",
        "delete",
        "restore",
        "select&select-type=2",
        "torrent",
        "renameObject",
        "partNumber=1",
        "uploadId=abc",
        "partNumber=1&uploadId=",
        "partNumber=&uploadId=",
        "x-amz-copy-source=%2Fother%2Fkey",
    ],
)
def test_another_request_to_s3(extra: str) -> None:
    """A query that makes a GET, a copy or a change of settings of the URL is refused, however signed."""
    assert refusal(f"{S3}?{V4}&{extra}") == "url_not_for_put"
    assert refusal(f"{S3}?{extra}&{V2}") == "url_not_for_put"
    assert refusal(f"http://store.internal/b/k?{V4}&{extra}", "http://store.internal") == "url_not_for_put"


@pytest.mark.parametrize(
    ("url", "query", "code"),
    [
        (S3, V4.replace("=host", "=host%3Bx-amz-copy-source"), "url_not_for_put"),
        (S3, V4.replace("=host", "=host%3BX-Amz-Copy-Source"), "url_not_for_put"),
        (GOOGLE, GOOGLE_V4.replace("=host", "=host%3Bx-goog-resumable"), "url_not_for_put"),
        (GOOGLE, f"{GOOGLE_V4}&x-goog-resumable=start", "url_not_for_put"),
        (GOOGLE, f"{GOOGLE_V4}&compose", "url_not_for_put"),
        (GOOGLE, f"{GOOGLE_V4}&generation=1", "url_not_for_put"),
        (GOOGLE, f"{GOOGLE_V4}&x-goog-acl=private", "ok"),
        (GOOGLE, f"{GOOGLE_V4}&userProject=p", "ok"),
        (AZURE, f"{SAS}&comp=block&blockid=QUFB", "ok"),
        (AZURE, f"{SAS}&comp=block", "url_not_for_put"),
        (AZURE, f"{SAS}&blockid=QUFB", "url_not_for_put"),
        (AZURE, f"{SAS}&comp=block&blockid=", "url_not_for_put"),
        (AZURE, f"{SAS}&comp=block&blockid=QUF", "url_not_for_put"),
        (AZURE, f"{SAS}&comp=block&blockid=QUF%3D", "ok"),
        (AZURE, f"{SAS}&comp=block&blockid={'QUFB' * 21}QQ==", "ok"),
        (AZURE, f"{SAS}&comp=block&blockid={'QUFB' * 21}QUE=", "url_not_for_put"),
        (AZURE, f"{SAS}&comp=block&blockid={'QUFB' * 22}", "url_not_for_put"),
        (AZURE, f"{SAS}&comp=block&blockid=a-b_", "url_not_for_put"),
        (AZURE, f"{SAS}&comp=block&blockid=QUFB&x-ms-copy-source=https://a", "url_not_for_put"),
        (AZURE, f"{SAS}&comp=blocklist", "ok"),
        (AZURE, f"{SAS}&comp=blocklist&blockid=QUFB", "url_not_for_put"),
        (AZURE, f"{SAS}&comp=blocklist&restype=container", "url_not_for_put"),
        (AZURE, f"{SAS}&comp=blocklist&comp=block&blockid=QUFB", "invalid_upload_url"),
        (AZURE, f"{SAS}&comp=", "url_not_for_put"),
        (AZURE, f"{SAS}&comp=appendblock", "url_not_for_put"),
        (AZURE, f"{SAS}&comp=metadata", "url_not_for_put"),
        (AZURE, f"{SAS}&COMP=tags", "url_not_for_put"),
        (AZURE, f"{SAS}&restype=container", "url_not_for_put"),
        (AZURE, f"{SAS}&snapshot=2026-11-23", "url_not_for_put"),
        (AZURE, f"{SAS}&timeout=30", "ok"),
        (AZURE, f"{SAS}&rscd=inline", "ok"),
        (AZURE, SAS.replace("sp=cw", "sp=r"), "url_not_for_put"),
        (AZURE, SAS.replace("sp=cw", "sp=rdl"), "url_not_for_put"),
        (AZURE, SAS.replace("sp=cw", "sp=a"), "url_not_for_put"),
        (AZURE, SAS.replace("sp=cw", "sp=c"), "ok"),
        (AZURE, SAS.replace("sp=cw", "sp=racwdxltmeop"), "ok"),
        (AZURE, f"{SAS}&sr=b", "ok"),
        (AZURE, f"{SAS}&sr=c", "ok"),
        (AZURE, f"{SAS}&sr=d&sdd=1", "ok"),
        (AZURE, f"{SAS}&sr=bs", "url_not_for_put"),
        (AZURE, f"{SAS}&sr=s", "url_not_for_put"),
        (AZURE, f"{SAS}&ss=bfqt&srt=sco", "ok"),
        (AZURE, f"{SAS}&ss=f&srt=sco", "url_not_for_put"),
        (AZURE, f"{SAS}&ss=b&srt=c", "url_not_for_put"),
    ],
)
def test_signed_headers_google_and_azure(url: str, query: str, code: str) -> None:
    """Copies, resumable uploads, Azure's other operations and permissions without writing are refused."""
    assert refusal(f"{url}?{query}") == code


def test_refusal_names_the_parameter() -> None:
    """The sentence names what gave the other request away, in our spelling, and no value."""
    assert reason(f"{S3}?{V4}&x-id=Get{'5ec2e7' * 3}").endswith("than a PUT of a file, as its x-id says.")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        (f"{AZURE}?{SAS}&comp=block", "blockid"),
        (f"{AZURE}?{SAS}&comp=block&blockid=a-b_", "blockid"),
        (f"{S3}?{V4}&partNumber=1", "uploadId"),
    ],
)
def test_refusal_of_a_part_names_what_it_lacks(url: str, name: str) -> None:
    """The URL of a part is said to be one, with the parameter that is missing or malformed."""
    assert f"is that of a part, but its {name} is missing or has another form" in reason(url)


@pytest.mark.parametrize("query", ["comp=lease", "comp=lease&blockid=QUFB", "comp=blocklist&blockid=QUFB"])
def test_another_operation_is_no_part(query: str) -> None:
    """An operation that is none of a part is named itself."""
    assert reason(f"{AZURE}?{SAS}&{query}").endswith("as its comp says.")


def test_part_of_an_azure_blob_has_no_type() -> None:
    """Azure wants the blob's type with a whole blob and not with a block of one."""
    assert judged(f"{AZURE}?{SAS}").required_headers == (("x-ms-blob-type", "BlockBlob"),)
    assert judged(f"{AZURE}?{SAS}&comp=block&blockid=QUFB").required_headers == ()


@pytest.mark.parametrize(
    "extra",
    [
        "x-amz-checksum-crc32=AAAAAA%3D%3D",
        "X-Amz-Checksum-Crc32=AAAAAA==",
        "x-amz-checksum-crc32=AAAAAA",
        "x-amz-checksum-crc32c=AAAAAA%3D%3D",
        "x-amz-checksum-crc64nvme=AAAAAAAAAAA%3D",
        "x-amz-checksum-sha1=2jmj7l5rSw0yVb%2FvlWAYkK%2FYBwk%3D",
        "x-amz-checksum-sha256=47DEQpj8HBSa%2B%2FTImW%2B5JCeuQeRkm5NMpJWZG3hSuFU%3D",
        "x-amz-checksum-sha256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "content-md5=1B2M2Y8AsgTpgAmY7PhCfg%3D%3D",
        "X-Amz-Content-Sha256=e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "x-id=PutObject&x-amz-sdk-checksum-algorithm=CRC32&x-amz-checksum-crc32=AAAAAA%3D%3D",
    ],
)
def test_checksum_of_an_empty_body(extra: str) -> None:
    """The checksum of nothing, which newer SDKs sign by default, is refused with its cure."""
    assert refusal(f"{S3}?{extra}&{V4}") == "url_signed_for_empty_body"
    assert refusal(f"{S3}?{V2}&{extra}") == "url_signed_for_empty_body"
