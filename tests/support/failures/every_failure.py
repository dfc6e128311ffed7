"""Every failure that can be caused from outside, each with a secret wherever a caller can put one.

Knows: one way to cause each code of the catalogue, and the storage that echoes what it was sent.
Rules: a code that has no way here stands in `ELSEWHERE` with the reason.
Must not know: what must not be said where.
"""

import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack

from devtools import signed_queries

from tests.support.client.grants import digest, grant_for
from tests.support.client.raw_http import (
    BOUNDARY,
    CHECK,
    PLAIN,
    RETRY,
    Answer,
    Connection,
    chunked,
    field,
    file,
    form,
)
from tests.support.failures.failure_lab import (
    AUTHORIZED,
    CREDENTIAL,
    KEY,
    LARGE,
    MAX_FILE_BYTES,
    MEMORY_BYTES,
    NOWHERE,
    RATE_PER_MINUTE,
    SECRETS,
    SIGNATURE,
    SLOTS,
    SMALL,
    VALUE,
    WRONG_TOKEN,
    Lab,
    query,
)
from tests.support.scanner.scripted_clamd import FOUND, LIMIT, Say
from tests.support.storage.storage_double import ETAG, Reply, answer, xml

ELSEWHERE = {
    "request_head_timeout": "takes ten seconds: test_connection.py",
    "storage_name_unresolved": "asks a name server: test_put.py",
    "insufficient_scope": "needs a token that is signed: test_tokens_http.py",
    "identity_unavailable": "needs an identity provider: test_provider_http.py",
    "internal_error": "needs a fault in the service: test_canary.py",
    "made_room": "takes seconds of silence: test_places_http.py",
    "shutting_down": "ends the service: test_canary.py",
}


def echo(status: int, code: str, *headers: str) -> Reply:
    """A refusal in S3's words that echoes every secret."""
    return Reply(answer(status, xml(code, " ".join(SECRETS)), *headers))


def _url(lab: Lab, *replies: Reply, **options: str) -> bytes:
    return field("uploadUrl", lab.url(*replies, **options))  # type: ignore[arg-type]  # passed on


def _refused_by_storage(reply: Reply) -> Callable[[Lab], Answer]:
    return lambda lab: lab.ask(_url(lab, reply), file(SMALL))


def _wrong(*parts: bytes) -> Callable[[Lab], Answer]:
    """A form with a right URL and these wrong parts."""
    return lambda lab: lab.ask(_url(lab), *parts)


def _with_url(make: Callable[[Lab], str]) -> Callable[[Lab], Answer]:
    return lambda lab: lab.ask(field("uploadUrl", make(lab)), file(SMALL))


def _stopping(pause: float, *pieces: bytes) -> Callable[[Lab], Answer]:
    """A client that announces a long body, and sends only these pieces, with pauses, until it is answered."""

    def send(lab: Lab) -> Answer:
        with Connection(lab.impatient.port) as connection:
            connection.head(PLAIN, 1 << 20, AUTHORIZED)
            connection.send(_url(lab))
            connection.send_until_answered(*pieces, pause=pause)
            return connection.answer()

    return send


def _head(first_line: str, *lines: str) -> Callable[[Lab], Answer]:
    """A request without a form."""

    def send(lab: Lab) -> Answer:
        with Connection(lab.service.port) as connection:
            whole = (f"{first_line} HTTP/1.1", "Host: a", AUTHORIZED, *lines, "", "")
            connection.send("\r\n".join(whole).encode())
            return connection.answer()

    return send


def _already_stored(lab: Lab) -> Answer:
    replies = Reply(b"", then="reset"), echo(412, "PreconditionFailed")
    url = _url(lab, *replies, signed="host;if-none-match")
    return lab.ask(url, field("header:if-none-match", "*"), file(SMALL), path=RETRY)


def _too_busy(lab: Lab) -> Answer:
    enough = field("other", "x" * 60_000)  # who has sent so much is not slow for a while, and keeps its place
    with ExitStack() as held:
        for _ in range(SLOTS):
            connection = held.enter_context(Connection(lab.service.port))
            connection.begin(PLAIN, 1 << 20, AUTHORIZED)
            connection.send(enough)
        return lab.ask(_url(lab), file(SMALL))


def _too_many_at_once(lab: Lab) -> Answer:
    with Connection(lab.strict.port) as first:
        first.begin(PLAIN, 1 << 20, AUTHORIZED)
        return lab.at_strict().ask(_url(lab), file(SMALL))


def _too_often(lab: Lab) -> Answer:
    for _ in range(10 * RATE_PER_MINUTE):  # more than the rate, because it is given back meanwhile
        if (answered := lab.at_strict().ask(_url(lab), file(SMALL))).status == 429:
            break
    return answered


def _tiny_chunks(lab: Lab) -> Answer:
    with Connection(lab.service.port) as connection:
        connection.head(PLAIN, None, AUTHORIZED)
        body = form(_url(lab), file(VALUE.encode() * 100))
        connection.send(chunked(body[at : at + 1] for at in range(len(body))))
        return connection.answer()


def _typed(content: bytes, claimed: str) -> Callable[[Lab], Answer]:
    return lambda lab: lab.at_strict().ask(_url(lab), file(content, content_type=claimed))


def _granted(**claims: object) -> Callable[[Lab], Answer]:
    def send(lab: Lab) -> Answer:
        url = lab.url()
        grant = field("grant", grant_for(url, **claims))
        return lab.at_granting().ask(grant, field("uploadUrl", url), file(SMALL), headers=())

    return send


def _no_room(lab: Lab) -> Answer:
    waiting = form(file(bytes(MEMORY_BYTES - 1000)), _url(lab))
    with Connection(lab.service.port) as first:
        first.begin(PLAIN, len(waiting), AUTHORIZED)
        first.send(waiting[:1000])
        while (answered := lab.raw(waiting)).status == 200:
            pass  # the first has not been looked at yet
        return answered


def _never_room(lab: Lab) -> Answer:
    return lab.ask(file(bytes(MEMORY_BYTES + 1)), _url(lab))


def _session(
    status: int, body: bytes = b"", *headers: str, told: str = "", strict: bool = False
) -> Callable[[Lab], Answer]:
    """A session whose id is a secret, and which says it; `told`: the Content-Range."""

    def send(lab: Lab) -> Answer:
        identity = (f"X-GUploader-UploadID: {SIGNATURE}", *headers)
        url = lab.url(Reply(answer(status, body + " ".join(SECRETS).encode(), *identity)))
        fields = [field("uploadUrl", f"{url.partition('?')[0]}?upload_id={SIGNATURE}&name={KEY}")]
        if told:
            fields.append(field("header:content-range", told))
        return (lab.at_strict() if strict else lab).ask(*fields, file(SMALL))

    return send


def _no_block_list(lab: Lab) -> Answer:
    query = f"{signed_queries.sas()}&ske={CREDENTIAL}&comp=blocklist"
    url = f"{lab.url().partition('?')[0]}?{query}"
    return lab.ask(field("uploadUrl", url), file(f"<BlockList>{VALUE}</BlockList>".encode()))


def _scanned(raw: bytes) -> Callable[[Lab], Answer]:
    """A file of which the malware scanner says this."""
    return lambda lab: lab.at_scanned(Say(raw)).ask(_url(lab), file(VALUE.encode(), filename=VALUE))


def _scanned_part(lab: Lab) -> Answer:
    return _session(308, told="bytes 4-8/9")(lab.at_scanned(Say()))


WAYS: Mapping[str, Callable[[Lab], Answer]] = {
    "not_found": _head(f"GET /{KEY}?{query()}"),
    "method_not_allowed": _head(f"DELETE /?{query()}"),
    "bad_request": _head(f"GET /{KEY} {SIGNATURE}"),
    "request_head_too_large": _head(f"GET /{KEY}", *[f"X-Long: {SIGNATURE}{'x' * 7000}"] * 10),
    "not_multipart": lambda lab: lab.raw(_url(lab), content_type=f"text/plain; {SIGNATURE}"),
    "missing_boundary": lambda lab: lab.raw(_url(lab), content_type="multipart/form-data"),
    "content_encoding_unsupported": lambda lab: lab.raw(
        _url(lab), headers=(AUTHORIZED, "Content-Encoding: br")
    ),
    "empty_body": lambda lab: lab.raw(b""),
    "malformed_form": lambda lab: lab.raw(f"--{BOUNDARY}\r\n{lab.url()}\r\n\r\n".encode()),
    "incomplete_form": lambda lab: lab.raw(_url(lab) + file(SMALL)),
    "boundary_mismatch": lambda lab: lab.raw(
        form(_url(lab), file(SMALL)).replace(BOUNDARY.encode(), VALUE.encode())
    ),
    "part_encoding_unsupported": _wrong(
        field("size", VALUE).replace(b'"size"', b'"size"\r\nContent-Transfer-Encoding: base64'), file(SMALL)
    ),
    "file_in_chunks": lambda lab: lab.ask(
        _url(lab), field(VALUE, VALUE), field("chunks", "5"), file(SMALL, filename=VALUE)
    ),
    "part_headers_too_long": _wrong(field(VALUE * 300, "1")),
    "field_too_long": _wrong(field("size", VALUE * 300)),
    "too_many_parts": _wrong(*[field(VALUE, VALUE)] * 70),
    "client_stalled": _stopping(0),
    "client_too_slow": _stopping(0.2, *[VALUE.encode()] * 100),
    "missing_file": _wrong(
        field(VALUE, VALUE), file(SMALL).replace(b'name="file"', f'name="{VALUE}"'.encode())
    ),
    "file_is_text": _wrong(field("file", VALUE)),
    "file_in_check": lambda lab: lab.ask(_url(lab), file(SMALL, filename=VALUE), path=CHECK),
    "multiple_files": _wrong(file(SMALL), file(SMALL)),
    "duplicate_field": _wrong(field("uploadUrl", f"http://{KEY}.example/?{query()}")),
    "missing_upload_url": lambda lab: lab.ask(file(SMALL)),
    "invalid_upload_url": _with_url(lambda lab: f"{lab.url()}#{SIGNATURE}"),
    "url_not_for_put": _with_url(lambda lab: f"{lab.url()}&x-id=GetObject&x={SIGNATURE}"),
    "url_signed_for_empty_body": _with_url(lambda lab: f"{lab.url()}&x-amz-checksum-crc32=AAAAAA%3D%3D"),
    "invalid_fields": lambda lab: lab.ask(lab.post(policy=VALUE), file(SMALL)),
    "policy_not_met": lambda lab: lab.ask(lab.post(key=f"{KEY}{SIGNATURE}"), file(SMALL)),
    "file_too_small": lambda lab: lab.ask(lab.post(echo(400, "EntityTooSmall")), file(SMALL)),
    "post_not_supported": lambda lab: lab.ask(lab.post(echo(405, "MethodNotAllowed")), file(SMALL)),
    "url_not_signed": _with_url(lambda lab: f"{lab.double.url}{KEY}?{SIGNATURE}"),
    "signature_kind_unsupported": _with_url(lambda lab: f"{lab.double.url}{KEY}?token={SIGNATURE}"),
    "destination_not_allowed": _with_url(lambda _: f"https://elsewhere.example/{KEY}?{query()}"),
    "address_refused": _with_url(lambda lab: lab.url(base=NOWHERE)),
    "invalid_max_retries": lambda lab: lab.ask(_url(lab), field("max_retries", VALUE), path=RETRY),
    "invalid_size": _wrong(field("size", VALUE), file(SMALL)),
    "size_mismatch": _wrong(field("size", "4"), file(SMALL)),
    "length_unpredictable": _wrong(file(LARGE), field("late", VALUE)),
    "invalid_content_range": _session(308, told=VALUE),
    "invalid_block_list": _no_block_list,
    "type_not_checkable": _session(308, told="bytes 4-8/9", strict=True),
    "session_gone": _session(410),
    "session_behind": _session(503, b"The Content-Range is ahead. ", told="bytes 4-8/9"),
    "session_incomplete": _session(308, b"", "Range: bytes=0-1"),
    "invalid_content_type": _wrong(file(SMALL, content_type=f"{VALUE}\x7f")),
    "header_not_allowed": _wrong(field("header:authorization", VALUE), file(SMALL)),
    "invalid_header_value": _wrong(field("contentType", f"{VALUE}\n."), file(SMALL)),
    "header_not_signed": _wrong(field("header:x-amz-meta-a", VALUE), file(SMALL)),
    "missing_signed_header": lambda lab: lab.ask(_url(lab, signed="host;x-amz-meta-a"), file(SMALL)),
    "header_too_late": _wrong(file(SMALL), field("contentType", VALUE)),
    "invalid_checksum": _wrong(field("checksum", VALUE), file(SMALL)),
    "checksum_too_late": _wrong(file(SMALL), field("checksum", f"md5:{'0' * 32}")),
    "checksum_differs": _wrong(field("checksum", f"md5:{'0' * 32}"), file(SMALL)),
    "file_too_large": _wrong(field("size", str(MAX_FILE_BYTES + 1))),
    "too_large_to_keep": _never_room,
    "malware_found": _scanned(FOUND),
    "too_large_to_scan": _scanned(LIMIT),
    "scanner_unavailable": _scanned(f"{VALUE} ERROR\0".encode()),
    "part_not_scannable": _scanned_part,
    "url_expired": _refused_by_storage(
        Reply(answer(403, xml("AccessDenied", f"Request has expired {' '.join(SECRETS)}")))
    ),
    "credentials_expired": _refused_by_storage(echo(403, "InvalidAccessKeyId")),
    "signature_mismatch": _refused_by_storage(echo(403, "SignatureDoesNotMatch")),
    "access_denied": _refused_by_storage(echo(403, "AccessDenied")),
    "clock_skewed": _refused_by_storage(echo(403, "RequestTimeTooSkewed")),
    "no_such_bucket": _refused_by_storage(echo(404, "NoSuchBucket")),
    "entity_too_large": _refused_by_storage(echo(400, "EntityTooLarge")),
    "checksum_mismatch": _refused_by_storage(echo(400, "BadDigest")),
    "precondition_failed": _refused_by_storage(echo(412, "PreconditionFailed")),
    "storage_conflict": _refused_by_storage(echo(409, "OperationAborted")),
    "storage_redirected": _refused_by_storage(
        echo(307, "TemporaryRedirect", f"Location: http://a/{KEY}?{query()}")
    ),
    "storage_rejected": _refused_by_storage(echo(400, KEY)),
    "signature_not_supported": _refused_by_storage(
        Reply(answer(400, xml("InvalidRequest", f"Please use AWS4-HMAC-SHA256. {' '.join(SECRETS)}")))
    ),
    "denied_by_policy": _refused_by_storage(
        Reply(answer(403, xml("AccessDenied", f"{KEY} with an explicit deny in a {' '.join(SECRETS)}")))
    ),
    "encryption_key_unusable": _refused_by_storage(echo(400, "KMS.DisabledException")),
    "no_such_upload": _refused_by_storage(echo(404, "NoSuchUpload")),
    "wrong_endpoint": _refused_by_storage(Reply(answer(404, " ".join(SECRETS).encode()))),
    "certificate_name_differs": _with_url(lambda lab: lab.url(base=f"{lab.misnamed}/")),
    "object_key_refused": _refused_by_storage(echo(400, "KeyTooLongError")),
    "header_not_supported": _refused_by_storage(echo(501, "NotImplemented")),
    "header_value_refused": _refused_by_storage(echo(400, "InvalidArgument")),
    "checksum_required": _refused_by_storage(echo(400, "MissingContentMD5")),
    "object_not_replaceable": _refused_by_storage(echo(403, "ObjectUnderActiveHold")),
    "object_leased": _refused_by_storage(echo(412, "LeaseIdMissing")),
    "storage_full": _refused_by_storage(echo(507, "XMinioStorageFull")),
    "storage_account_disabled": _refused_by_storage(echo(403, "UserSuspended")),
    "refused_before_storage": _refused_by_storage(
        Reply(answer(302, f"<html>{SECRETS}</html>".encode(), f"Location: https://a/{KEY}?{query()}"))
    ),
    "storage_error": _refused_by_storage(echo(500, "InternalError", f"X-Amz-Id-2: {SIGNATURE}")),
    "storage_throttled": _refused_by_storage(echo(429, "TooManyRequests")),
    "storage_timeout": lambda lab: lab.at_impatient().ask(_url(lab, Reply(b"", then="hang")), file(SMALL)),
    "storage_stalled": lambda lab: lab.at_impatient().ask(
        _url(lab, Reply(b"", after=1, speak=threading.Event())), file(bytes(MAX_FILE_BYTES))
    ),
    "storage_bad_answer": _refused_by_storage(Reply(f"HTTP/1.1 abc {KEY}\r\n\r\n".encode())),
    "storage_disconnected": _refused_by_storage(Reply(b"", then="reset")),
    "storage_unreachable": _with_url(lambda lab: lab.url(base=f"http://127.0.0.1:{lab.closed_port}/")),
    "storage_tls_failed": _with_url(lambda lab: lab.url(base=f"{lab.stranger}/")),
    "stored_bytes_differ": _refused_by_storage(
        Reply(answer(200, b"", ETAG, "x-amz-checksum-crc64nvme: AAAAAAAAAAA="))
    ),
    "already_stored": _already_stored,
    "too_busy": _too_busy,
    "grant_required": lambda lab: lab.at_granting().ask(_url(lab), file(SMALL), headers=()),
    "grant_invalid": _granted(iss=VALUE, maximum=VALUE),
    "grant_expired": _granted(iss=VALUE, exp=0),
    "grant_other_url": _granted(sub=VALUE, url_sha256=digest(VALUE)),
    "unauthorized": lambda lab: lab.ask(_url(lab), headers=(f"Authorization: Bearer {WRONG_TOKEN}",)),
    "type_not_allowed": _typed(b"%PDF-1.7" + VALUE.encode(), "application/pdf"),
    "type_unrecognised": _typed(b"\xff\x00" + VALUE.encode(), "image/png"),
    "type_mismatch": _typed(b"%PDF-1.7" + VALUE.encode(), "image/png"),
    "too_many_at_once": _too_many_at_once,
    "rate_limited": _too_often,
    "chunks_too_small": _tiny_chunks,
    "spool_full": _no_room,
}
