"""`python -m upload_service` and the command `upload-service`: settings, logs, run.

A setting that cannot be used is one plain line on standard error and exit status 2.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence

import structlog

from upload_service import __version__, logs
from upload_service.callers import bounds_for_anybody
from upload_service.config import SettingError, Settings, describe, unknown_variables
from upload_service.memory import keep_freed_memory
from upload_service.serve import CannotListen, serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the service; the exit status."""
    _parser().parse_args(arguments)
    try:
        settings = Settings.from_environment(os.environ)
    except SettingError as error:
        print(f"upload-service: {error}", file=sys.stderr)
        return 2
    logs.set_up(settings.log_level)
    keep_freed_memory()
    for name in unknown_variables(os.environ):
        structlog.get_logger().warning("unknown_setting", variable=name)
    if not settings.api_tokens:
        structlog.get_logger().warning("anybody_may_upload", **bounds_for_anybody(settings))
    try:
        asyncio.run(serve(settings))
    except CannotListen as error:
        where = settings.bind or "all interfaces"
        print(
            f"upload-service: cannot listen on port {settings.port} of {where} ({error}): "
            "stop what uses it, or set PORT",
            file=sys.stderr,
        )
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
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
    return parser


if __name__ == "__main__":
    sys.exit(main())
