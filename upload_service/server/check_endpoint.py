"""The endpoint that judges a form without its file, so that a browser hears of a refusal before it sends.

Knows: the fields, which are those of the retry endpoint.
Rules: a check is admitted, bounded and refused as an upload is.
Must not know: how a form is judged, how failures are rendered.
"""

from aiohttp import web

from upload_service.pages.app_keys import CONTEXT, LOG, METRICS
from upload_service.server import responses
from upload_service.server.admission import Visit, admit, request_id, run_in_place
from upload_service.server.upload_endpoints import fields_of_head
from upload_service.telemetry.upload_event import CheckEvent
from upload_service.upload.check import Check
from upload_service.upload.form_fields import RETRY_FIELDS
from upload_service.upload.widget_chunks import COUNT_FIELDS


async def check(request: web.Request) -> web.Response:
    """POST /check."""
    found: Check | None = None

    def tell(ended: Visit) -> None:
        """Count the check, and write its one line in the log."""
        host, subject = (found.host, found.subject) if found else (None, None)
        event = CheckEvent(ended.code, ended.seconds, ended.caller, ended.invocation, host, subject)
        request.app[METRICS].count_check(event)
        request.app[LOG].info("check", **event.members())
        if ended.trace:
            ended.trace.event = event

    with Visit(request, tell) as visit:
        form = await admit(request, visit, RETRY_FIELDS | COUNT_FIELDS)
        found = Check(form, fields_of_head(request, visit), request.app[CONTEXT].settings)
        await run_in_place(request, visit.caller, found, found.run)
        visit.succeed(request)
        return responses.check_response(request_id(request))
