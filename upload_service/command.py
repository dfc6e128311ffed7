"""The command `upload-service`: reads the settings, sets up the log, runs the service; or runs `--check`.

Rules: a wrong setting gives one plain line on standard error and exit status 2.
Must not know: which options there are (command_line.py), how the service runs.
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
from upload_service.telemetry.traces import require_packages
from upload_service.upload.upload_limits import GRANT_FIELD

if TYPE_CHECKING:
    import argparse


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments (default: the process's own); returns the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    options = _parse(arguments) if arguments else None
    try:
        settings = Settings.from_environment(os.environ)
        require_packages(settings)
    except SettingError as error:
        print(f"upload-service: {error}", file=sys.stderr)
        return 2
    if options and options.grant is not None:
        return _grant(settings, options)
    if options and options.check is not None:
        return _check(settings, options)
    return _serve(settings)


def _serve(settings: Settings) -> int:
    """Run the service until it is told to stop; returns the exit status."""
    logs.set_up(settings.log_level)
    keep_freed_memory()
    for name in unknown_variables(os.environ):
        structlog.get_logger().warning("unknown_setting", variable=name)
    if settings.spool_disk_bytes and not settings.in_lambda and is_memory_filesystem(settings.spool_dir):
        structlog.get_logger().warning("spool_in_memory")
    try:
        asyncio.run(serve(settings))
    except SettingError as error:
        print(f"upload-service: {error}", file=sys.stderr)
        return 2
    except CannotListen as error:
        where = settings.bind or "all interfaces"
        print(
            f"upload-service: cannot listen on port {error.port} of {where} ({error}): "
            f"stop what uses it, or set {error.setting}",
            file=sys.stderr,
        )
        return 1
    return 0


def _parse(arguments: Sequence[str]) -> "argparse.Namespace":
    # Imported here, because a service is started without arguments.
    from upload_service.command_line import parse_arguments

    return parse_arguments(arguments)


def _grant(settings: Settings, options: "argparse.Namespace") -> int:
    """Run `--grant`; returns the exit status."""
    from upload_service.doctor import new_grant  # here, because the running service does not need it

    limits = new_grant.GrantLimits(options.max_bytes, options.types, options.lifetime, options.subject)
    return new_grant.run(settings, os.environ, options.grant, limits)


def _check(settings: Settings, options: "argparse.Namespace") -> int:
    """Run `--check`; returns the exit status."""
    from upload_service.doctor import check  # here, because the running service does not need it

    url = check.read_url(options.check, os.environ)
    needs_url = options.check or options.header or options.content_type is not None or options.no_upload
    if needs_url and not url:
        print(
            f"upload-service: no URL came: write one to standard input, or set {check.URL_VARIABLE}",
            file=sys.stderr,
        )
        return 2
    headers = [header.partition(":") for header in options.header]
    fields = [(f"header:{name.strip()}", value.strip()) for name, _, value in headers]
    if options.content_type is not None:
        fields.append(("contentType", options.content_type))
    if grant := os.environ.get(check.GRANT_VARIABLE, "").strip():
        fields.append((GRANT_FIELD, grant))
    request = check.CheckRequest(url, tuple(fields), upload=not options.no_upload)
    return check.run(settings, os.environ, request)
