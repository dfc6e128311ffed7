"""The command's options, and what is said to arguments that are not understood.

Knows: argparse. The command imports this file only if it has arguments.
Rules: a message never quotes an argument, because any argument may be a presigned URL in the wrong place.
Must not know: what the options do.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from upload_service import __version__
from upload_service.settings.settings import list_settings

NOT_UNDERSTOOD = (
    "the options are not understood; a URL goes right behind --check, or better: --check - reads it from "
    "standard input; --max-bytes and --lifetime are whole numbers without a unit"
)
_GRANT = (
    "print an upload grant for this presigned URL, for trying, signed with the last secret of "
    "UPLOAD_GRANT_KEYS. Of a presigned POST it wants the url and fields that the signer returned, as one "
    "JSON object. - reads either from standard input, and GRANT_URL gives it in the environment. Exit "
    "status: 0 it is printed, 2 it cannot be made"
)
_CHECK = (
    "say what the settings mean and whether they work here. With a presigned PUT URL also try the way to "
    "storage step by step and upload a few bytes, which REPLACE what is at the URL's key, unless it is "
    "signed with if-none-match. - reads the URL from standard input, and CHECK_URL gives it in the "
    "environment; both keep it out of the list of processes and the shell's history. CHECK_GRANT gives the "
    "upload grant for it, which is judged as well. Exit status: 0 it works, 1 it does not, 2 a setting or "
    "the command is wrong"
)


class _Parser(argparse.ArgumentParser):
    """A parser whose messages quote no argument."""

    def error(self, message: str) -> NoReturn:
        """Refuse, with one sentence for every mistake: the message from argparse quotes arguments."""
        del message
        self.refuse(NOT_UNDERSTOOD)

    def refuse(self, sentence: str) -> NoReturn:
        """Print the usage and this sentence, which must quote no argument, and exit with status 2."""
        self.print_usage(sys.stderr)
        self.exit(2, f"upload-service: {sentence}\n")


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """The options of these arguments; exits with status 2 if they are not understood, 0 after --help."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.check is None and (options.header or options.content_type is not None or options.no_upload):
        parser.refuse("--header, --content-type and --no-upload go with --check")
    if not all(name and colon for name, colon, _ in (header.partition(":") for header in options.header)):
        parser.refuse("--header wants NAME:VALUE")
    if options.grant is None and any(
        given is not None for given in (options.max_bytes, options.types, options.lifetime, options.subject)
    ):
        parser.refuse("--max-bytes, --types, --lifetime and --subject go with --grant")
    if options.grant is not None and options.check is not None:
        parser.refuse("--grant and --check are two commands: CHECK_GRANT gives --check a grant")
    return options


def _parser() -> _Parser:
    rows = "\n".join(
        f"  {name} ({default or 'not set'})\n      {meaning}" for name, default, meaning in list_settings()
    )
    parser = _Parser(
        prog="upload-service",
        description="Streams a form's file into a PUT to the presigned URL that came with it.",
        epilog=f"Settings are environment variables (default in brackets):\n{rows}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"upload-service {__version__}")
    check = parser.add_argument_group("when it does not work")
    check.add_argument("--check", nargs="?", const="", metavar="URL", help=_CHECK)
    check.add_argument(
        "--header",
        action="append",
        default=[],
        metavar="NAME:VALUE",
        help="a header that the URL was signed with; once for each",
    )
    check.add_argument("--content-type", metavar="TYPE", help="the Content-Type that the URL was signed with")
    check.add_argument("--no-upload", action="store_true", help="with a URL: stop before a byte is written")
    grant = parser.add_argument_group("upload grants")
    grant.add_argument("--grant", nargs="?", const="", metavar="URL", help=_GRANT)
    grant.add_argument("--max-bytes", type=int, metavar="N", help="the largest file that it allows, in bytes")
    grant.add_argument(
        "--types", metavar="TYPES", help="the types that it allows, as in UPLOAD_ALLOWED_TYPES"
    )
    grant.add_argument("--lifetime", type=int, metavar="SECONDS", help="how long it holds, 300 unless said")
    grant.add_argument("--subject", metavar="TEXT", help="whom it names; the log has digits of its SHA-256")
    return parser
