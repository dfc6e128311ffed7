"""Uploads in parts for the page: what it may ask about one, and what the store is asked then.

Knows: the actions that docs/settings.md describes, and S3's multipart uploads. S3's side of each action is a
presigned URL: the one of a part goes to the page, all others are asked here.
Rules: an upload is known by its token alone, never by a key or an uploadId from the page. Nothing is kept
here: the store knows what has arrived. Standard library only, because it runs in the image.
Must not know: who may ask.

Source: docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

import http.client
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeGuard
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

from compose import upload_token
from compose.upload_token import Upload

# From a key, a method and a query to a URL.
Sign = Callable[[str, str, str], str]

MOST_PARTS = 10_000
MIB = 1 << 20
SMALLEST_PART_BYTES = 5 * MIB
STORE_SECONDS = 60
# Asked so, the page begins anew.
GONE = 410
NO_TYPE = "application/octet-stream"


class Refused(Exception):
    """What the page is answered: a status, and a sentence."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(status, detail)
        self.status, self.detail = status, detail


class Rules(NamedTuple):
    """Which files go in parts, and how large the parts are."""

    from_bytes: int = 100_000_000
    part_bytes: int = 64 * MIB

    def part_bytes_of(self, size: int) -> int:
        """Whole mebibytes, and so many that the file has not too many parts."""
        least = max(self.part_bytes, SMALLEST_PART_BYTES, -(-size // MOST_PARTS))
        return -(-least // MIB) * MIB


class PartUploads:
    """Answers what the page asks about uploads in parts."""

    def __init__(self, sign: Sign, secret: bytes, rules: Rules) -> None:
        self._store, self._secret, self._rules = _Store(sign), secret, rules

    def offer(self, size: object) -> dict[str, Any]:
        """What the page is told of parts for a file of this size: nothing if it is to go in one piece."""
        if not _is_number(size) or size < self._rules.from_bytes:
            return {}
        return {"parts": {"partBytes": self._rules.part_bytes_of(size)}}

    def create(self, key: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Begin an upload in parts of the size that was offered."""
        size: object = asked.get("size")
        if not _is_number(size) or not self.offer(size):
            raise Refused(400, "A file of this size goes in one piece.")
        begun = self._store.ask("POST", key, "uploads=", media_type=_media_type(asked.get("type")))
        until = int(time.time()) + upload_token.VALID_SECONDS
        part_bytes = self._rules.part_bytes_of(size)
        upload = Upload(key, begun.findtext("{*}UploadId") or "", size, part_bytes, until)
        return {"upload": upload_token.write(upload, self._secret)}

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to an action about an upload that was begun."""
        action = ACTIONS.get(str(asked.get("action")))
        if action is None:
            raise Refused(400, f"There are the actions create, {', '.join(ACTIONS)}.")
        upload = upload_token.read(asked.get("upload"), self._secret)
        if upload is None:
            raise Refused(GONE, "This signer has begun no such upload, or it has expired.")
        return action(self._store, upload, asked)


class _Store(NamedTuple):
    """The store, asked by presigned URLs."""

    sign: Sign

    def ask(
        self, method: str, key: str, query: str, body: bytes = b"", *, media_type: str = "application/xml"
    ) -> ElementTree.Element:
        """The store's answer; an empty element where it says nothing."""
        url = urlsplit(self.sign(key, method, query))
        connection = http.client.HTTPConnection(url.netloc, timeout=STORE_SECONDS)
        try:
            connection.request(method, f"{url.path}?{url.query}", body, {"Content-Type": media_type})
            reply = connection.getresponse()
            text = reply.read()
            # Our own store's answer: nobody else can put entities into it.
            root = ElementTree.fromstring(text) if text else ElementTree.Element("Nothing")  # noqa: S314
        except (OSError, http.client.HTTPException, ElementTree.ParseError):
            raise Refused(502, "The store does not answer.") from None
        finally:
            connection.close()
        if reply.status == 404:
            raise Refused(GONE, "The store does not know this upload any more.")
        # S3 may say 200 to the last request first, and find out later that it cannot.
        if reply.status >= 300 or root.tag.endswith("Error"):
            raise Refused(502, f"The store refused: {root.findtext('{*}Code') or reply.status}.")
        return root


def _sign_part(store: _Store, upload: Upload, asked: Mapping[str, Any]) -> dict[str, Any]:
    number = asked.get("number")
    if not _is_number(number) or not 1 <= number <= upload.parts:
        raise Refused(400, f"This file has the parts 1 to {upload.parts}.")
    return {"uploadUrl": store.sign(upload.key, "PUT", f"partNumber={number}&{_upload_id(upload)}")}


def _list(store: _Store, upload: Upload, _asked: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[object, dict[str, Any]] = {}
    after = 0
    while True:
        # From the second page on, and first in the query, which is sorted.
        marker = f"part-number-marker={after}&" if after else ""
        page = store.ask("GET", upload.key, f"{marker}{_upload_id(upload)}")
        # A part that was sent again SeaweedFS lists twice.
        found |= {_named(part): part for part in map(_part, page.iterfind("{*}Part"))}
        after = int(page.findtext("{*}NextPartNumberMarker") or 0)
        if page.findtext("{*}IsTruncated") != "true" or not after:
            return {"parts": [*found.values()]}


def _complete(store: _Store, upload: Upload, asked: Mapping[str, Any]) -> dict[str, Any]:
    parts = asked.get("parts")
    if not isinstance(parts, list) or [_number(part) for part in parts] != [*range(1, upload.parts + 1)]:
        raise Refused(400, f"Name all parts from 1 to {upload.parts}, in order.")
    try:
        _require_size(upload, parts, _list(store, upload, asked)["parts"])
        store.ask("POST", upload.key, _upload_id(upload), _complete_body(parts))
    except Refused as refused:
        # Completed already, and the answer was lost: the key is this upload's alone.
        if refused.status != GONE:
            raise
        store.ask("HEAD", upload.key, "")
    return {"key": upload.key, "viewUrl": store.sign(upload.key, "GET", "")}


def _require_size(upload: Upload, parts: list[dict[str, Any]], listed: list[dict[str, Any]]) -> None:
    """Refuse parts that make another file. One that is not listed the store refuses."""
    sizes = {_named(part): part["size"] for part in listed}
    told = [sizes.get(_named(part)) for part in parts]
    if None not in told and sum(filter(None, told)) != upload.size:
        raise Refused(409, f"The parts do not have {upload.size} bytes together, as the file has.")


def _abort(store: _Store, upload: Upload, _asked: Mapping[str, Any]) -> dict[str, Any]:
    store.ask("DELETE", upload.key, _upload_id(upload))
    return {}


ACTIONS: dict[str, Callable[[_Store, Upload, Mapping[str, Any]], dict[str, Any]]] = {
    "sign": _sign_part,
    "list": _list,
    "complete": _complete,
    "abort": _abort,
}


def _upload_id(upload: Upload) -> str:
    return f"uploadId={quote(upload.upload_id, safe='')}"


def _complete_body(parts: list[dict[str, Any]]) -> bytes:
    root = ElementTree.Element("CompleteMultipartUpload")
    for part in parts:
        element = ElementTree.SubElement(root, "Part")
        ElementTree.SubElement(element, "PartNumber").text = str(part["number"])
        ElementTree.SubElement(element, "ETag").text = str(part.get("etag"))
    return ElementTree.tostring(root)


def _part(element: ElementTree.Element) -> dict[str, Any]:
    """A part as the store lists it."""
    return {
        "number": int(element.findtext("{*}PartNumber") or 0),
        "etag": (element.findtext("{*}ETag") or "").strip('"'),
        "size": int(element.findtext("{*}Size") or 0),
    }


def _named(part: Mapping[str, Any]) -> tuple[object, str]:
    """By what a part is named: its number, and its ETag as the store lists it."""
    return part["number"], str(part.get("etag")).strip('"')


def _number(part: object) -> object:
    return part.get("number") if isinstance(part, dict) else None


def _is_number(value: object) -> TypeGuard[int]:
    """Whether it is a whole number in JSON; in Python, true and false are numbers too."""
    return type(value) is int


def _media_type(claimed: object) -> str:
    """The file's type for the store, if it is one."""
    return claimed if isinstance(claimed, str) and re.fullmatch(r"[\w.+-]+/[\w.+-]+", claimed) else NO_TYPE
