"""What is said to a head that cannot be read, is too long or does not come, and its line in the log.

Rules: no byte of the head is repeated.
Must not know: aiohttp's protocol, when a head is refused.
"""

import os

import structlog
from aiohttp import web

from upload_service.errors.upload_error import UploadError
from upload_service.server import cors, responses
from upload_service.server.admission import request_id
from upload_service.settings.settings import Settings


def refusal_of_broken(
    request: web.BaseRequest, status: int, cause: BaseException | None, settings: Settings
) -> web.Response:
    """The response to a head that aiohttp cannot read; it makes an empty `request` of it."""
    _tell(status, type(cause).__name__, request_id(request))
    code = "bad_request" if status < 500 else "internal_error"
    response = responses.problem_response(UploadError(code), request_id(request))
    response.headers.update(cors.response_headers(settings.cors_origins, None))
    response.headers["X-Request-Id"] = request_id(request)
    response.headers["Server"] = "upload-service"
    response.force_close()
    return response


def refusal_of_unfinished(code: str, settings: Settings) -> bytes:
    """The whole response to a head that is not waited for any longer."""
    error, name = UploadError(code), os.urandom(16).hex()
    _tell(error.entry.status, code, name)
    return responses.problem_bytes(error, name, cors.response_headers(settings.cors_origins, None))


def _tell(status: int, error: str, name: str) -> None:
    structlog.get_logger().warning("bad_request_head", status=status, error=error, request_id=name)
