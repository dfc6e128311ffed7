"""The canary: no failure says a secret, to callers, the log at its most talkative, metrics or a `repr`."""

import gc
import io
import json
import logging
import time
from collections.abc import Iterator

import aiohttp
import pytest
import structlog
from aiohttp.test_utils import TestServer
from devtools import signed_posts

from tests.support.client.raw_http import PLAIN, Connection, field, file
from tests.support.failures.every_failure import ELSEWHERE, WAYS
from tests.support.failures.failure_lab import (
    AUTHORIZED,
    HEX_SIGNATURE,
    KEY,
    SECRETS,
    SESSION,
    SIGNATURE,
    SMALL,
    VALUE,
    Lab,
    query,
    spoken,
    start_lab,
)
from tests.support.service.metrics_scrape import scrape
from tests.support.storage.storage_double import Reply, StorageDouble, answer, xml
from tests.support.telemetry.otlp_receiver import PROMPT, Receiver
from upload_service.errors.upload_error import CATALOGUE, UploadError
from upload_service.multipart.form_events import Field
from upload_service.presigned.destination import Destination, judge_destination
from upload_service.presigned.query import parse_query
from upload_service.presigned.url_parts import parse_url
from upload_service.server.app import make_app
from upload_service.settings.settings import Settings
from upload_service.storage.outcome import Outcome
from upload_service.storage.put import Storage
from upload_service.telemetry import logs
from upload_service.upload.form_fields import FormFields
from upload_service.upload.posted_form import framed
from upload_service.upload.put_headers import possible_put_headers


@pytest.fixture(scope="module")
def collector() -> Iterator[Receiver]:
    """A collector of traces."""
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def lab(
    double: StorageDouble,
    closed_port: int,
    tmp_path_factory: pytest.TempPathFactory,
    collector: Receiver,
) -> Iterator[Lab]:
    """A service with little room and patience, and everything logged, asyncio's own debugging too."""
    traced = PROMPT | {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    with start_lab(double, closed_port, tmp_path_factory.mktemp("tls"), **traced) as found:
        yield found


def said(texts: list[str]) -> list[str]:
    """The texts that say a secret, in any of the ways to say it."""
    ways = {way for secret in (*SECRETS, HEX_SIGNATURE) for way in spoken(secret)}
    return [text[:300] for text in texts if any(way in text for way in ways)]


def test_every_code_is_caused_or_explained() -> None:
    """A new failure cannot be added without its canary."""
    assert WAYS.keys() | ELSEWHERE.keys() == CATALOGUE.keys() - {"client_gone"}
    assert not WAYS.keys() & ELSEWHERE.keys()


@pytest.mark.parametrize("code", WAYS)
def test_no_failure_says_a_secret(lab: Lab, code: str) -> None:
    """The failure is caused with secrets everywhere: its answer, the log since and the metrics have none."""
    before = len(lab.service.raw_log)
    answered = WAYS[code](lab)
    assert answered.json["code"] == code, answered.json
    heads = "\r\n".join(f"{name}: {value}" for name, value in answered.headers.items())
    if code not in ("not_found", "method_not_allowed", "bad_request"):
        lab.upload_event(answered.request_id)
    logged = [*lab.service.raw_log[before:], *(line for each in lab.others for line in each.raw_log)]
    assert said([heads, answered.body.decode(), *logged, scrape(lab.service.port).text]) == []


@pytest.mark.parametrize(
    "reply",
    [
        Reply(answer(200, b"", f'ETag: "{SIGNATURE}"', f"x-amz-request-id: {HEX_SIGNATURE}")),
        Reply(answer(201, f"<PostResponse><ETag>{SESSION}</ETag></PostResponse>".encode())),
        Reply(answer(403, xml("AccessDenied", f"Policy Condition failed: {SECRETS}"))),
        Reply(answer(400, xml(VALUE, KEY), f"x-amz-request-id: {VALUE}")),
        Reply(answer(303, b"", f"Location: https://a.example/?key={KEY}&etag={SIGNATURE}")),
        Reply(b"", then="reset"),
    ],
)
def test_no_answer_to_a_post_says_a_secret(lab: Lab, reply: Reply) -> None:
    """Storage that echoes fields of a POST, in whatever place, is not repeated."""
    before = len(lab.service.raw_log)
    answered = lab.ask(lab.post(reply), file(SMALL))
    lab.upload_event(answered.request_id)
    assert said([answered.body.decode(), *lab.service.raw_log[before:]]) == []


def test_a_caller_that_leaves_says_nothing(lab: Lab) -> None:
    """An upload whose caller leaves in its middle is logged, without a secret."""
    before = len(lab.service.raw_log)
    with Connection(lab.service.port) as connection:
        connection.begin(PLAIN, 1 << 20, AUTHORIZED)
        connection.send(field("uploadUrl", lab.url()) + b"--")
        time.sleep(0.2)
    lab.service.wait_for(lambda event: event.get("code") == "client_gone")
    assert said(lab.service.raw_log[before:]) == []


def test_nothing_is_said_at_the_end(lab: Lab, collector: Receiver) -> None:
    """Log and traces of the whole run, the stop in the middle of an upload included, have no secret."""
    with Connection(lab.service.port) as connection:
        connection.begin(PLAIN, 1 << 20, AUTHORIZED)
        connection.send(field("uploadUrl", lab.url()))
        time.sleep(0.2)
        lab.service.process.terminate()
        answered = connection.answer()
    assert answered.json["code"] == "shutting_down"
    # By itself: a second signal would end it before its last spans are sent.
    assert lab.service.process.wait(60) == 0
    lab.service.stop()
    assert said([answered.body.decode(), *lab.service.raw_log, *lab.strict.raw_log]) == []
    # That there was something to look through: the end of this very upload stands in it.
    line = lab.service.upload_event(answered.request_id)
    assert line["code"] == "shutting_down"
    assert collector.trace(line["trace_id"])
    assert said([body.decode("latin-1") for _, _, body in collector.requests]) == []


def test_the_scan_can_fail() -> None:
    """Each way to say each secret is found."""
    for secret in (*SECRETS, HEX_SIGNATURE):
        assert all(said([f"PUT {way} failed"]) for way in spoken(secret))


async def test_a_fault_of_our_own_says_nothing(
    double: StorageDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception that nobody expected, full of secrets and in mid-upload, is logged without them."""
    stream = io.StringIO()
    handlers, level = list(logging.getLogger().handlers), logging.getLogger().level
    logs.set_up("DEBUG", stream)
    url = f"{double.url}{KEY}?{query()}"

    def explode(_self: Storage, destination: Destination, *_: object) -> None:
        raise LookupError(f"{destination.url} {SECRETS}") from ValueError(str(destination.url))

    monkeypatch.setattr(Storage, "put", explode)
    settings = Settings.from_environment({"UPLOAD_DESTINATIONS": double.url})
    try:
        async with TestServer(make_app(settings)) as server, aiohttp.ClientSession() as session:
            fields = aiohttp.FormData({"uploadUrl": url, "file": io.BytesIO(b"12345")})
            async with session.post(server.make_url(PLAIN), data=fields) as response:
                answered = await response.text()
    finally:
        structlog.reset_defaults()
        logging.getLogger().handlers[:] = handlers
        logging.getLogger().setLevel(level)
    assert "internal_error" in answered
    assert "LookupError" in stream.getvalue()
    assert said([answered, stream.getvalue()]) == []


def test_no_repr_says_a_secret(double: StorageDouble) -> None:
    """Whoever shows one of the objects that hold a secret shows none."""
    settings = Settings.from_environment({"UPLOAD_DESTINATIONS": double.url})
    url = f"{double.url}{KEY}?{query()}"
    destination = judge_destination(url, settings.destinations, time.time())
    fields, posted = FormFields(settings), FormFields(settings)
    fields.note("uploadUrl", url, time.time())
    posted.note("uploadUrl", f"{double.url}bucket", time.time())
    posted.note("fields", json.dumps(signed_posts.v4(KEY, word=HEX_SIGNATURE)), time.time())
    assert posted.destination
    assert posted.destination.post
    to, form, frame = framed(posted.destination, KEY, "image/png", settings.destinations)
    error = UploadError("url_expired")
    holders = (
        Field("uploadUrl", url),
        parse_url(url),
        parse_query(query(), ()),
        destination,
        *possible_put_headers(destination, {"x-amz-meta-a": HEX_SIGNATURE}, "image/png"),
        fields,
        vars(fields),
        vars(posted),
        (to, to.post, form, frame),
        (posted.destination.post.policy, *posted.destination.post.fields.values()),
        settings,
        error,
        error.detail,
    )
    assert said([repr(each) for each in holders]) == []
    assert KEY in str(destination.url)


async def test_no_object_of_an_upload_says_a_secret(
    double: StorageDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a PUT begins, no object of ours that exists by then shows a secret in its `repr`."""
    shown: dict[str, list[str]] = {}

    async def look(_self: Storage, _destination: Destination, *_: object) -> Outcome:
        for each in gc.get_objects():
            kind = type(each)
            if str(kind.__module__).startswith("upload_service."):
                shown.setdefault(kind.__qualname__, []).append(repr(each))
        return Outcome("storage_disconnected")

    monkeypatch.setattr(Storage, "put", look)
    settings = Settings.from_environment({"UPLOAD_DESTINATIONS": double.url})
    async with TestServer(make_app(settings)) as server, aiohttp.ClientSession() as session:
        fields = aiohttp.FormData({"uploadUrl": f"{double.url}{KEY}?{query()}", "file": io.BytesIO(b"12345")})
        async with session.post(server.make_url(PLAIN), data=fields) as response:
            assert (await response.json())["code"] == "storage_disconnected"
    assert {"Destination", "PutPlan", "Upload", "FormFields", "ClientLeg"} <= shown.keys()
    assert said([text for texts in shown.values() for text in texts]) == []
