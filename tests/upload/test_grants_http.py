"""Upload grants through the service: what comes before what, what is never sent, and tokens beside grants."""

from collections.abc import Callable, Iterator

import pytest

from tests.content.samples import PNG
from tests.support.client.grants import KEYS, carried, grant_for
from tests.support.client.raw_http import BOUNDARY, CHECK, PLAIN, RETRY, Connection, field, file, form, post
from tests.support.failures.error_contract import CONTRACT
from tests.support.service.problem_documents import assert_refused
from tests.support.service.running_service import Running
from tests.support.storage.places import Place
from tests.support.storage.storage_double import StorageDouble

TOKEN = "t" * 40
LARGE = bytes(3 << 20)
both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])
carriers = pytest.mark.parametrize("carrier", ["field", "bearer"])


@pytest.fixture(scope="module")
def granting(double: StorageDouble) -> Iterator[Running]:
    """A service that takes no file without a grant."""
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_GRANT_KEYS=KEYS, LOG_LEVEL="DEBUG") as running:
        yield running


@pytest.fixture(scope="module")
def both(double: StorageDouble) -> Iterator[Running]:
    """A service that asks for a token as well, and takes images only."""
    with Running(
        UPLOAD_DESTINATIONS=double.url,
        UPLOAD_GRANT_KEYS=KEYS,
        UPLOAD_API_TOKENS=TOKEN,
        UPLOAD_ALLOWED_TYPES="image/*",
        UPLOAD_MAX_FILE_BYTES="1000",
    ) as running:
        yield running


@both_endpoints
@pytest.mark.parametrize("order", ["grant url file", "url grant file", "grant file url"])
def test_grant_before_the_file(granting: Running, place: Callable[..., Place], path: str, order: str) -> None:
    """A grant in the form comes before the file; where the URL stands makes no difference."""
    to = place()
    parts = {"grant": field("grant", grant_for(to.url)), "url": field("uploadUrl", to.url), "file": file(PNG)}
    assert post(granting.port, path, form(*(parts[each] for each in order.split()))).status == 200
    assert to.stored() == PNG


@both_endpoints
def test_grant_after_the_file(granting: Running, at_double: Callable[..., Place], path: str) -> None:
    """A file that comes before a grant in the form is refused at its head: the rest is never asked for."""
    to = at_double(prefix="untouched")
    with Connection(granting.port) as connection:
        connection.head(path, 1 << 20)
        connection.send(field("uploadUrl", to.url) + file(PNG)[:150])
        answered = connection.answer()
    assert_refused(granting, answered, "grant_required", path)
    assert answered.headers["www-authenticate"] == 'Bearer realm="upload-service"'


@both_endpoints
def test_bearer_grant_before_everything(granting: Running, place: Callable[..., Place], path: str) -> None:
    """With a bearer grant the file may come before its URL."""
    to = place()
    body = form(file(PNG), field("uploadUrl", to.url))
    assert (
        post(granting.port, path, body, *carried(grant_for(to.url, max_bytes=99), "bearer")[1]).status == 200
    )
    assert to.stored() == PNG


@both_endpoints
@carriers
@pytest.mark.parametrize("length", ["known", "declared", "chunked", "url last"])
def test_too_large_is_never_announced(
    granting: Running, at_double: Callable[..., Place], path: str, carrier: str, length: str
) -> None:
    """Of a file that is larger than its grant no byte goes to storage, however its length is learnt."""
    to = at_double(prefix="untouched")
    part, headers = carried(grant_for(to.url, max_bytes=1000), carrier)
    url, size = field("uploadUrl", to.url), field("size", "1001") if length == "declared" else b""
    parts = [part, file(bytes(1001)), url] if length == "url last" else [size, url, part, file(bytes(1001))]
    body = form(*parts)
    if length == "chunked":
        with Connection(granting.port) as connection:
            connection.head(path, None, *headers)
            connection.send(f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n")
            answered = connection.answer()
    else:
        answered = post(granting.port, path, body, *headers)
    assert_refused(granting, answered, "file_too_large", path)
    assert "The grant takes a file of at most 1000 bytes." in answered.json["detail"]


@both_endpoints
def test_far_too_large_is_refused_unread(
    granting: Running, at_double: Callable[..., Place], path: str
) -> None:
    """A request that is far longer than a bearer grant allows is refused by its head alone."""
    to = at_double(prefix="untouched")
    headers = carried(grant_for(to.url, max_bytes=1000), "bearer")[1]
    with Connection(granting.port) as connection:
        connection.head(path, len(LARGE), *headers)
        assert_refused(granting, connection.answer(), "file_too_large", path)


@both_endpoints
def test_fields_may_follow_a_file_of_the_largest_size(
    granting: Running, place: Callable[..., Place], path: str
) -> None:
    """A form may be longer than the grant's size by what follows the file; the bytes are counted then."""
    to = place()
    parts = field("grant", grant_for(to.url, max_bytes=len(PNG))), file(PNG), field("uploadUrl", to.url)
    assert post(granting.port, path, form(*parts, field("other", "x" * 500))).status == 200
    assert to.stored() == PNG


@both_endpoints
def test_grant_in_the_query_is_not_read(
    granting: Running, at_double: Callable[..., Place], path: str
) -> None:
    """A grant in the request's URL is none: it would stand in every log on the way."""
    to = at_double(prefix="untouched")
    body = form(field("uploadUrl", to.url), file(PNG))
    with Connection(granting.port) as connection:
        connection.head(f"{path}?grant={grant_for(to.url)}", len(body))
        connection.send(body)
        assert connection.answer().json["code"] == "grant_required"


@both_endpoints
def test_two_grants(granting: Running, at_double: Callable[..., Place], path: str) -> None:
    """A grant that comes twice is refused, in the form, in the head, or in both."""
    to = at_double(prefix="untouched")
    grant = grant_for(to.url)
    part, headers = field("grant", grant), carried(grant, "bearer")[1]
    end = (field("uploadUrl", to.url), file(PNG))
    assert_refused(granting, post(granting.port, path, form(part, *end), *headers), "duplicate_field", path)
    assert_refused(granting, post(granting.port, path, form(part, part, *end)), "duplicate_field", path)
    assert_refused(granting, post(granting.port, path, form(*end), *headers, *headers), "grant_invalid", path)


@both_endpoints
def test_long_grant(granting: Running, at_double: Callable[..., Place], path: str) -> None:
    """A field of more than 8 KiB is no grant."""
    to = at_double(prefix="untouched")
    body = form(field("grant", "x" * 9000), field("uploadUrl", to.url), file(PNG))
    assert_refused(granting, post(granting.port, path, body), "field_too_long", path)


@pytest.mark.parametrize("path", [PLAIN, RETRY, CHECK])
@pytest.mark.parametrize(
    ("token", "grant", "code"),
    [(True, False, "grant_required"), (False, True, "unauthorized"), (True, True, None)],
    ids=["token", "grant", "both"],
)
def test_token_and_grant(
    both: Running, place: Callable[..., Place], path: str, token: bool, grant: bool, code: str | None
) -> None:
    """Where both are set, both are asked for; a grant is no token, and a token no grant."""
    to = place()
    granted = grant_for(to.url)
    parts = [field("grant", granted) if grant else b"", field("uploadUrl", to.url)]
    parts += [] if path == CHECK else [file(PNG)]
    bearer = TOKEN if token else granted
    answered = post(both.port, path, form(*parts), f"Authorization: Bearer {bearer}")
    assert answered.json.get("code") == code
    assert answered.status == (200 if code is None else CONTRACT[code].status)


@pytest.mark.parametrize(
    ("claims", "code", "told"),
    [
        ({"max_bytes": 5000}, "file_too_large", "larger than this service accepts"),
        ({"types": ["application/pdf"]}, "type_not_allowed", "only types that this service does not take"),
        ({"types": ["image/jpeg", "text/html"]}, "type_not_allowed", "image/jpeg (a grant has limited them)"),
    ],
    ids=["size", "no type", "another type"],
)
def test_grant_opens_nothing(
    both: Running, at_double: Callable[..., Place], claims: dict[str, object], code: str, told: str
) -> None:
    """A grant never allows what the operator does not."""
    to = at_double(prefix="untouched")
    content = PNG + bytes(2000) if code == "file_too_large" else PNG
    parts = (
        field("grant", grant_for(to.url, **claims)),
        field("uploadUrl", to.url),
        field("size", str(len(content))),
    )
    answered = post(both.port, PLAIN, form(*parts, file(content)), f"Authorization: Bearer {TOKEN}")
    assert_refused(both, answered, code, PLAIN)
    assert told in answered.json["detail"]


@both_endpoints
def test_without_keys(service: Running, place: Callable[..., Place], path: str) -> None:
    """A service that asks for no grants does not look at one."""
    to = place()
    assert (
        post(service.port, path, form(field("grant", "x"), field("uploadUrl", to.url), file(PNG))).status
        == 200
    )
    assert BOUNDARY.encode() not in (to.stored() or b"")
