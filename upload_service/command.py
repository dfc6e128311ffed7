"""What the command does: settings, logs, run; or with --check, the doctor.

A setting that cannot be used is one plain line on standard error and exit status 2.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog

from upload_service import __version__, logs
from upload_service.config import Settings, describe, unknown_variables
from upload_service.disk import is_in_memory
from upload_service.environment import SettingError
from upload_service.memory import keep_freed_memory
from upload_service.serve import CannotListen, serve

if TYPE_CHECKING:
    import argparse


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the service; the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    asked = _parse(arguments) if arguments else None
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
    if settings.spool_disk_bytes and not settings.in_lambda and is_in_memory(settings.spool_dir):
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


def _parse(arguments: Sequence[str]) -> "argparse.Namespace":
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.check is None and (asked.header or asked.content_type is not None or asked.no_upload):
        parser.error("--header, --content-type and --no-upload go with --check")
    if not all(name and colon for name, colon, _ in (each.partition(":") for each in asked.header)):
        parser.error("--header wants NAME:VALUE")
    return asked


def _check(settings: Settings, asked: "argparse.Namespace") -> int:
    from upload_service import doctor  # looks at much that a service never needs

    url = doctor.url_from(asked.check, os.environ)
    about_a_url = asked.check or asked.header or asked.content_type is not None or asked.no_upload
    if about_a_url and not url:
        print(
            f"upload-service: no URL came: write one to standard input, or set {doctor.URL_VARIABLE}",
            file=sys.stderr,
        )
        return 2
    headers = [each.partition(":") for each in asked.header]
    fields = [(f"header:{name.strip()}", value.strip()) for name, _, value in headers]
    if asked.content_type is not None:
        fields.append(("contentType", asked.content_type))
    return doctor.run(settings, os.environ, doctor.Question(url, tuple(fields), upload=not asked.no_upload))


def _parser() -> "argparse.ArgumentParser":
    import argparse  # takes longer than reading the settings

    rows = "\n".join(
        f"  {name} ({default or 'not set'})\n      {meaning}" for name, default, meaning in describe()
    )
    parser = argparse.ArgumentParser(
        prog="upload-service",
        description="Streams a form's file into a PUT to the presigned URL that came with it.",
        epilog=f"Settings are environment variables (default in brackets):\n{rows}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"upload-service {__version__}")
    doctor = parser.add_argument_group("when it does not work")
    doctor.add_argument("--check", nargs="?", const="", metavar="URL", help=_CHECK)
    doctor.add_argument(
        "--header",
        action="append",
        default=[],
        metavar="NAME:VALUE",
        help="a header that the URL was signed with; once for each",
    )
    doctor.add_argument(
        "--content-type", metavar="TYPE", help="the Content-Type that the URL was signed with"
    )
    doctor.add_argument("--no-upload", action="store_true", help="with a URL: stop before a byte is written")
    return parser


_CHECK = (
    "say what the settings mean and whether they work here. With a presigned PUT URL also try the way to "
    "storage step by step and upload a few bytes, which REPLACE what is at the URL's key, unless it is "
    "signed with if-none-match. - reads the URL from standard input, and CHECK_URL gives it in the "
    "environment; both keep it out of the list of processes and the shell's history. Exit status: 0 it "
    "works, 1 it does not, 2 a setting or the command is wrong"
)
