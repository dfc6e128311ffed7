"""Traces in the image: it carries what they need."""

from devtools.signed_queries import v4

from tests.support.client.raw_http import PLAIN, field, file, form, post
from tests.support.service.container_service import Contained
from tests.support.storage.storage_double import StorageDouble
from tests.support.telemetry.otlp_receiver import PROMPT, Receiver, told


def test_traces_need_no_more_than_the_image(double: StorageDouble) -> None:
    """With a root that cannot be written to, a container tells a collector of its upload."""
    double.script("traced")
    body = form(field("uploadUrl", f"{double.url}traced?{v4()}"), file(b"12345"))
    with Receiver() as receiver:
        settings = {"OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url, **PROMPT}
        with Contained(UPLOAD_DESTINATIONS=double.url, **settings) as contained:
            spans = told(contained, receiver, post(contained.port, PLAIN, body))
    assert [span.name for span in spans if span.kind != "INTERNAL"] == [f"POST {PLAIN}", "PUT"]
    assert {span.resource["service.name"] for span in spans} == {"upload-service"}
