"""The list of blocks with which Azure's Put Block List makes an object of them.

Knows: the XML that it takes, and its limits.
Rules: one strict grammar, read in one pass, and no XML parser: no DTD, no entity, no attribute, no comment,
so that the list which was judged is the one that Azure reads. What is wrong is said without any id.
Must not know: framing, HTTP libraries.

Sources: learn.microsoft.com/rest/api/storageservices/put-block-list (50,000 blocks, the three lists) and
put-block (ids of at most 64 bytes before base64, all of one length).
"""

import asyncio
import re
from collections.abc import Iterator

from upload_service.body.file_body import Body
from upload_service.errors.upload_error import UploadError
from upload_service.translation.phrase import Phrase

MOST_BLOCKS = 50_000
# So many of the longest ids, each in the longest of the elements, with room for line breaks.
MOST_BYTES = 8 * 1024 * 1024
# So many are read in a few milliseconds; then others have their turn.
_STEP_BLOCKS = 4_000
# No writer has more of it in a row.
_SPACE = rb"[ \t\r\n]{0,65536}+"
_ID = _SPACE + rb"([A-Za-z0-9+/]{2,88}={0,2})" + _SPACE
_BLOCK = rb"<(Latest|Committed|Uncommitted)>" + _ID + rb"</\1>" + _SPACE
# Quotes and spaces as the libraries for .NET, Java, JavaScript, Go and Python write them.
_DECLARATION = (
    rb"<\?xml[ ]+version=(?:\"1\.0\"|'1\.0')(?:[ ]+encoding=[\"'][uU][tT][fF]-8[\"'])?"
    rb"(?:[ ]+standalone=[\"'](?:yes|no)[\"'])?[ ]*\?>"
)
_START = (
    rb"(?:\xef\xbb\xbf)?(?:" + _DECLARATION + rb")?" + _SPACE + rb"<BlockList(?:[ ]*+/>|>" + _SPACE + rb")"
)
_END = rb"</BlockList>"


async def read_block_list(body: Body) -> None:
    """Raise UploadError when the file that has come is not a list of blocks that Azure can take."""
    for _ in judge_block_list(await body.whole(MOST_BYTES)):
        await asyncio.sleep(0)


def judge_block_list(body: bytes) -> Iterator[None]:
    """The same, in steps that are short for others who wait."""
    if len(body) > MOST_BYTES:
        raise _invalid(Phrase("The list of blocks is longer than 8 MiB."))
    start = re.match(_START, body)
    if start is None:
        raise UploadError("invalid_block_list")
    at = start.end()
    if start[0].endswith(b"/>"):
        return _require_end(body, at)
    block, count, ids_are_right, lengths = re.compile(_BLOCK), 0, True, set()
    while found := block.match(body, at):
        at, count = found.end(), count + 1
        lengths.add(len(found[2]))
        ids_are_right = ids_are_right and _is_id(found[2])
        if count > MOST_BLOCKS:
            raise _invalid(Phrase("The list has more than 50,000 blocks."))
        if count % _STEP_BLOCKS == 0:
            yield
    if not body.startswith(_END, at):
        raise UploadError("invalid_block_list")
    _require_end(body, at + len(_END))
    if len(lengths) > 1:
        raise _invalid(Phrase("The ids in the list of blocks are not all of the same length."))
    if not ids_are_right:
        raise _invalid(Phrase("An id in the list of blocks is not base64 of at most 64 bytes."))


def _require_end(body: bytes, at: int) -> None:
    if not re.compile(_SPACE).fullmatch(body, at):
        raise UploadError("invalid_block_list")


def _is_id(text: bytes) -> bool:
    """Whether it is whole base64 of 1 to 64 bytes; its letters have been looked at."""
    return len(text) % 4 == 0 and len(text) // 4 * 3 - text.count(b"=") <= 64


def _invalid(cause: Phrase) -> UploadError:
    return UploadError("invalid_block_list", cause)
