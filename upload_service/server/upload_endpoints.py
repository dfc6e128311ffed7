"""The two upload endpoints: a request in, an upload run, one log event about it.

Knows: which fields each endpoint takes, and in which order a request is judged.
Rules: a request that cannot be served is refused before a byte of its body is read, also when the client
waits for 100 Continue.
Must not know: when a PUT is tried again, how failures are rendered.
"""

import time
from functools import partial

from aiohttp import web

from upload_service.clients.lambda_invocation import LambdaInvocation
from upload_service.multipart.form_reader import MAX_BESIDE_FILE_BYTES
from upload_service.pages.app_keys import CONTEXT, LOG, METRICS
from upload_service.server import responses
from upload_service.server.admission import Visit, admit, request_id, run_in_place
from upload_service.server.progress import asked_for
from upload_service.telemetry.upload_event import UploadEvent
from upload_service.upload.form_fields import PLAIN_FIELDS, RETRY_FIELDS, FormFields
from upload_service.upload.record import UploadRecord
from upload_service.upload.upload import Upload
from upload_service.upload.widget_chunks import COUNT_FIELDS, told_by_content_range

# What is known of the request's upload, for the response to a failure that nobody expected.
RECORD: web.RequestKey[UploadRecord] = web.RequestKey("record", UploadRecord)
# The fields of each endpoint: of the one that tries again, and of the other.
_WANTED = {True: RETRY_FIELDS | COUNT_FIELDS, False: PLAIN_FIELDS | COUNT_FIELDS}
# The response gets this time before Lambda ends the function.
RESPONSE_SECONDS = 1.5


async def upload(request: web.Request) -> web.StreamResponse:
    """POST /upload-with-presigned."""
    return await _upload(request, retrying=False)


async def upload_retrying(request: web.Request) -> web.StreamResponse:
    """POST /upload-with-presigned-retry."""
    return await _upload(request, retrying=True)


async def _upload(request: web.Request, *, retrying: bool) -> web.StreamResponse:
    app = request.app
    context, metrics, log = app[CONTEXT], app[METRICS], app[LOG]
    upload: Upload | None = None

    def tell(ended: Visit) -> None:
        """Count the upload, and write its one line in the log."""
        record = upload.record if upload else None
        event = UploadEvent(ended.code, retrying, ended.seconds, ended.caller, ended.invocation, record)
        log.info("upload", **event.members(), **metrics.count(event))
        if ended.trace:
            ended.trace.event = event

    with Visit(request, tell) as visit:
        progress = asked_for(request)
        form = await admit(request, visit, _WANTED[retrying])
        upload = Upload(
            form,
            context.storage,
            context.spool_budget,
            context.settings,
            retrying=retrying,
            latest=_latest(visit.invocation),
            fields=fields_of_head(request, visit),
            observer=progress,
        )
        if context.scanner:
            upload.scan_with(context.scanner)
        request[RECORD] = upload.record
        run = partial(progress.run, request, upload) if progress else upload.run
        record = await run_in_place(request, visit.caller, upload, run)
        visit.succeed(request)
        return responses.success_response(record, request_id(request), visit.seconds, retrying=retrying)


def fields_of_head(request: web.Request, visit: Visit) -> FormFields:
    """What the head of an admitted request tells of its form; raises UploadError for what a grant forbids."""
    chunk = told_by_content_range(request.headers.get("Content-Range"))
    fields = FormFields(request.app[CONTEXT].settings, chunk)
    if visit.grant:
        fields.limits.take(visit.grant)
        fields.limits.require_size((request.content_length or 0) - MAX_BESIDE_FILE_BYTES)
    return fields


def _latest(invocation: LambdaInvocation | None) -> float | None:
    """When the upload must have ended, by `time.monotonic`, so that Lambda does not cut off the response."""
    if invocation is None or invocation.deadline is None:
        return None
    return time.monotonic() + invocation.deadline - time.time() - RESPONSE_SECONDS
