"""The list of blocks with which Azure's Put Block List makes an object of them.

Knows: the XML that it takes, and its limits.
Rules: one strict grammar, read in one pass, and no XML parser: no DTD, no entity, no attribute, no comment,
so that the list which was judged is the one that Azure reads. What is wrong is said without any id.
Must not know: framing, HTTP libraries.

Sources: learn.microsoft.com/rest/api/storageservices/put-block-list (50,000 blocks, the three lists) and
put-block (ids of at most 64 bytes before base64, all of one length).
"""

import base64
import re

from upload_service.body.file_body import Body
from upload_service.errors.upload_error import UploadError
from upload_service.translation.phrase import Phrase

MOST_BLOCKS = 50_000
# So many of the longest ids, each in the longest of the elements, with room for line breaks.
MOST_BYTES = 8 * 1024 * 1024
_ID = rb"[ \t\r\n]*([A-Za-z0-9+/]{2,88}={0,2})[ \t\r\n]*"
_BLOCK = rb"<(Latest|Committed|Uncommitted)>" + _ID + rb"</\1>[ \t\r\n]*"
# Quotes and spaces as the libraries for .NET, Java, JavaScript, Go and Python write them.
_DECLARATION = (
    rb"<\?xml[ ]+version=(?:\"1\.0\"|'1\.0')(?:[ ]+encoding=[\"'][uU][tT][fF]-8[\"'])?"
    rb"(?:[ ]+standalone=[\"'](?:yes|no)[\"'])?[ ]*\?>"
)
_START = rb"(?:\xef\xbb\xbf)?(?:" + _DECLARATION + rb")?[ \t\r\n]*<BlockList(?:[ ]*/>|>[ \t\r\n]*)"
_END = rb"</BlockList>[ \t\r\n]*"


async def read_block_list(body: Body) -> None:
    """Raise UploadError when the file that has come is not a list of blocks that Azure can take."""
    require_block_list(await body.whole(MOST_BYTES))


def require_block_list(body: bytes) -> None:
    """Raise UploadError when `body` is not a list of blocks that Azure can take."""
    if len(body) > MOST_BYTES:
        raise _invalid(Phrase("The list of blocks is longer than 8 MiB."))
    start = re.match(_START, body)
    if start is None:
        raise UploadError("invalid_block_list")
    at, ids = start.end(), []
    if not start[0].endswith(b"/>"):
        block = re.compile(_BLOCK)
        while found := block.match(body, at):
            ids.append(found[2])
            at = found.end()
        end = re.compile(_END).match(body, at)
        at = end.end() if end else -1
    if at < 0 or body[at:].strip(b" \t\r\n"):
        raise UploadError("invalid_block_list")
    _require_ids(ids)


def _require_ids(ids: list[bytes]) -> None:
    if len(ids) > MOST_BLOCKS:
        raise _invalid(Phrase("The list has {count} blocks, and 50,000 are the most.", count=len(ids)))
    if len({len(each) for each in ids}) > 1:
        raise _invalid(Phrase("The ids in the list of blocks are not all of the same length."))
    if not all(map(_is_id, set(ids))):
        raise _invalid(Phrase("An id in the list of blocks is not base64 of at most 64 bytes."))


def _is_id(text: bytes) -> bool:
    try:
        return 1 <= len(base64.b64decode(text, validate=True)) <= 64
    except ValueError:
        return False


def _invalid(cause: Phrase) -> UploadError:
    return UploadError("invalid_block_list", cause)
