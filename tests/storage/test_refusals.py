"""What a refusal means: where it comes from, what its sentence says, and what is said of an unknown one."""

import pytest

from tests.storage.outcome_rows import PAGE
from tests.storage.recorded_refusals import s3
from upload_service.errors.upload_error import CATALOGUE
from upload_service.storage.refusals import Refusal, read_refusal
from upload_service.storage.store_codes import SOURCES, STORE_CODES
from upload_service.storage.store_sentences import SENTENCES
from upload_service.storage.web_page import is_page
from upload_service.translation.phrase import Phrase

NGINX_413 = (
    b"<html>\r\n<head><title>413 Request Entity Too Large</title></head>\r\n<body>\r\n<center>"
    b"<h1>413 Request Entity Too Large</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body></html>"
)
NGINX_HTTPS = (
    b"<html>\r\n<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>\r\n</html>"
)
# What a website endpoint of S3 answers to a PUT.
S3_WEBSITE = (
    b"<html>\n<head><title>405 Method Not Allowed</title></head><li>Code: MethodNotAllowed</li></html>"
)


def test_every_row_has_a_source_and_a_code() -> None:
    """Each store's code says who documents it, each sentence who says it, and both mean a code of ours."""
    for word, code in STORE_CODES.items():
        assert code.sources, word
        assert SOURCES.keys() >= set(code.sources)
        assert code.error in CATALOGUE
    assert SOURCES.keys() == {source for code in STORE_CODES.values() for source in code.sources}
    for sentence in SENTENCES:
        assert sentence.error in CATALOGUE
        assert sentence.source
        assert sentence.words == sentence.words.lower()


def test_every_cause_is_a_sentence() -> None:
    """What a row says happened is a sentence of ours, before the one that says what to do."""
    causes = [code.cause for code in STORE_CODES.values()] + [sentence.cause for sentence in SENTENCES]
    for cause in filter(None, causes):
        assert cause.endswith(".")
        assert cause[0].isupper()
        assert "\n" not in cause


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (413, NGINX_413, "takes no file of this size"),
        (403, PAGE, "a proxy, a firewall or a login page in front of the store has refused the upload"),
        (401, PAGE, "a login page"),
        (401, b"Unauthorized\n", "status 401 and no error code of a store"),
        (403, b"RBAC: access denied", "status 403 and no error code of a store"),
        (407, b"Proxy", "status 407 and no error code of a store"),
        (405, S3_WEBSITE, "A web page came in place of storage's answer, with status 405"),
        (501, PAGE, "A web page came in place of storage's answer, with status 501"),
        (
            400,
            b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">',
            "A web page",
        ),
        (301, PAGE, "to another address"),
    ],
)
def test_what_is_in_front_of_the_store(status: int, body: bytes, words: str) -> None:
    """A page in HTML, and a denial without a code, come from a server in front of the store: it says so."""
    refusal = read_refusal(status, {}, body)
    assert refusal.error == "refused_before_storage"
    assert refusal.code is None
    assert words in str(refusal.cause)


def test_redirect_to_https() -> None:
    """A redirect with a page says whether it leads to https; the address itself is not repeated."""
    refusal = read_refusal(302, {"Location": "https://login.example/secret"}, PAGE)
    assert refusal.error == "refused_before_storage"
    assert "an address with https, or a login page" in str(refusal.cause)
    assert "example" not in str(refusal.cause)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_page_that_passes(status: int) -> None:
    """Where the status says that it passes by itself, a page changes nothing."""
    assert read_refusal(status, {}, PAGE) == read_refusal(status, {}, b"")


def test_plain_http_to_https() -> None:
    """A server that wants TLS is known by its sentence, though nginx wraps it into a page."""
    for body in (NGINX_HTTPS, b"Client sent an HTTP request to an HTTPS server.\n"):
        refusal = read_refusal(400, {}, body)
        assert refusal.error == "wrong_endpoint"
        assert "the URL begins with http://" in str(refusal.cause)


@pytest.mark.parametrize(
    ("content_type", "body", "found"),
    [
        ("text/html; charset=utf-8", b"<title>Sign in</title>", True),
        ("text/html", b"", False),
        ("text/html", s3("AccessDenied", ""), False),
        ("application/xml", s3("AccessDenied", "<html>"), False),
        ("text/plain", b"  \n<!doctype HTML>", True),
        ("", b"<htmlish>", False),
        ("", b"html", False),
    ],
)
def test_pages(content_type: str, body: bytes, *, found: bool) -> None:
    """A page is known by its beginning or by its type, and XML is none."""
    assert is_page({"Content-Type": content_type}, body) is found


def test_a_code_outranks_the_look() -> None:
    """An error with a store's code is the store's, whatever its type says."""
    headers = {"Content-Type": "text/html", "x-ms-error-code": "AuthorizationFailure"}
    assert read_refusal(403, headers, b"<html>").error == "access_denied"
    assert read_refusal(403, {"Content-Type": "text/html"}, s3("AccessDenied", "")).error == "access_denied"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 411, 418, 423, 451])
def test_an_unknown_code_says_less(status: int) -> None:
    """What a code that nobody knows means is not guessed from its status."""
    refusal = read_refusal(status, {}, s3("SomethingNew", "No."))
    assert (refusal.error, refusal.code) == ("storage_rejected", "SomethingNew")
    assert refusal.cause == (
        f"Storage refused the request with status {status} and an error code that this service does not know."
    )


def test_nothing_known_is_said() -> None:
    """Without a code there is nothing to look up, and the cause says so."""
    assert read_refusal(400, {}, b"") == Refusal(
        "storage_rejected", None, Phrase("Storage refused the request with status 400 and no error code.")
    )
    assert "does not say what was not found" in str(read_refusal(404, {}, b"404 page not found\n").cause)


def test_only_what_the_store_says_counts() -> None:
    """A sentence that an error body repeats from the key or a header is not the store's own."""
    for sentence in SENTENCES:
        body = s3("AccessDenied", "Access Denied.").replace(
            b"</Error>", f"<Key>{sentence.words}</Key><Resource>/{sentence.words}</Resource></Error>".encode()
        )
        assert read_refusal(403, {}, body) == Refusal("access_denied", "AccessDenied", None)


def test_a_sentence_that_breaks_off() -> None:
    """A message counts as far as it came."""
    body = b"<Error><Code>AccessDenied</Code><Message>Request has expired"
    assert read_refusal(403, {}, body).error == "url_expired"


def test_details_count() -> None:
    """Google says in <Details> what matters, and Azure in <AuthenticationErrorDetail>."""
    google = (
        "Access denied.</Message><Details>x does not have storage.objects.delete access</Details><Message>"
    )
    refusal = read_refusal(403, {}, s3("AccessDenied", google))
    assert refusal.error == "precondition_failed"
    assert "may create objects but not replace them" in str(refusal.cause)


def test_the_same_refusal_by_different_stores() -> None:
    """A quota that is used up is one code, whichever store says it, and storage's own turn."""
    for status, code, message in (
        (403, "QuotaExceeded", ""),
        (400, "XMinioAdminBucketQuotaExceeded", "Bucket quota exceeded"),
        (507, "XMinioStorageFull", ""),
        (507, "InsufficientStorage", ""),
        (507, "", ""),
        (403, "AccessDenied", "Cannot upload files, storage cap exceeded."),
    ):
        assert read_refusal(status, {}, s3(code, message)).error == "storage_full"
    assert CATALOGUE["storage_full"].fault == "storage"
    assert CATALOGUE["storage_full"].retryable is False
