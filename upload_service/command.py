"""What the command does: settings, logs, run; or with --check, the doctor.

A setting that cannot be used is one plain line on standard error and exit status 2.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog

from upload_service.body.allocator import keep_freed_memory
from upload_service.body.disk_segments import is_memory_filesystem
from upload_service.server.serve import CannotListen, serve
from upload_service.settings.environment import SettingError
from upload_service.settings.settings import Settings, unknown_variables
from upload_service.telemetry import logs

if TYPE_CHECKING:
    import argparse


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the service; the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    asked = _asked(arguments) if arguments else None
    try:
        settings = Settings.from_environment(os.environ)
    except SettingError as error:
        print(f"upload-service: {error}", file=sys.stderr)
        return 2
    if asked and asked.check is not None:
        return _check(settings, asked)
    logs.set_up(settings.log_level)
    keep_freed_memory()
    for name in unknown_variables(os.environ):
        structlog.get_logger().warning("unknown_setting", variable=name)
    if settings.spool_disk_bytes and not settings.in_lambda and is_memory_filesystem(settings.spool_dir):
        structlog.get_logger().warning("spool_in_memory")
    try:
        asyncio.run(serve(settings))
    except CannotListen as error:
        where = settings.bind or "all interfaces"
        print(
            f"upload-service: cannot listen on port {error.port} of {where} ({error}): "
            f"stop what uses it, or set {error.setting}",
            file=sys.stderr,
        )
        return 1
    return 0


def _asked(arguments: Sequence[str]) -> "argparse.Namespace":
    from upload_service.command_line import parse  # argparse takes longer than reading the settings

    return parse(arguments)


def _check(settings: Settings, asked: "argparse.Namespace") -> int:
    from upload_service.doctor import check  # looks at much that a service never needs

    url = check.url_from(asked.check, os.environ)
    about_a_url = asked.check or asked.header or asked.content_type is not None or asked.no_upload
    if about_a_url and not url:
        print(
            f"upload-service: no URL came: write one to standard input, or set {check.URL_VARIABLE}",
            file=sys.stderr,
        )
        return 2
    headers = [each.partition(":") for each in asked.header]
    fields = [(f"header:{name.strip()}", value.strip()) for name, _, value in headers]
    if asked.content_type is not None:
        fields.append(("contentType", asked.content_type))
    return check.run(settings, os.environ, check.Question(url, tuple(fields), upload=not asked.no_upload))
