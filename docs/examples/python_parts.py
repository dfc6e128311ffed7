#!/usr/bin/env python3
"""Sends a file of any size in parts through upload-service, with aiohttp, and goes on where it was stopped.

Usage: python python_parts.py SERVICE BACK_END FILE [TYPE]
       python python_parts.py --abandon SERVICE BACK_END FILE
e.g. python python_parts.py http://localhost:8000 http://localhost:3001/api/parts film.mp4

BACK_END has the routes of python_backend.py, which signs each part. What is stored already stands in
FILE.parts.json, beside the file, until all is: a later call sends the rest, or drops what there is with
--abandon. It has the upload's token and your cookie for the back end, so only you can read it. UPLOAD_TOKEN
is what the service may ask for.
Exit status: 0 when the file is stored, 1 when it is not, 2 when the usage is wrong.
"""

import asyncio
import hashlib
import json
import mimetypes
import os
import random
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import aiohttp

MIB = 1 << 20
PART_BYTES = 16 * MIB
LEAST_BYTES, MOST_PARTS = 5 * MIB, 10_000  # S3's
AT_ONCE = 4
TRIES = 6
PIECE_BYTES = 1 << 18
# What somebody asks for with Retry-After may be longer than anybody waits.
LONGEST_PAUSE = 600
# Storage or the back end knows no such upload of ours: another begins.
GONE = {"no_such_upload", "foreign_upload"}
# What a fresh URL mends.
STALE = {"url_expired", "credentials_expired"}
# To connect; then for each silence, also while storage takes the last of a part.
TIMEOUTS = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=300)

Result = TypeVar("Result")


class Failure(Exception):
    """Why something was not done; whether another try may help, and after how many seconds."""

    def __init__(self, code: str, detail: str, *, retryable: bool = False, after: int = 0) -> None:
        super().__init__(f"{code}: {detail}")
        self.code, self.retryable, self.after = code, retryable or code in STALE, after


class Part(NamedTuple):
    """Some bytes of the file. Numbers begin with 1."""

    number: int
    start: int
    size: int


class Notes:
    """What is remembered of an upload, in a file beside the one that is sent."""

    def __init__(self, path: Path) -> None:
        self.place = path.with_name(f"{path.name}.parts.json")
        self.kept: dict[str, Any] = json.loads(self.place.read_text()) if self.place.exists() else {}

    def keep(self, **news: Any) -> None:
        """Whole or not at all, whenever the program is killed."""
        self.kept |= news
        new = self.place.with_suffix(".new")
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(self.kept, file)
        new.replace(self.place)

    def forget(self) -> None:
        """There is nothing to go on with."""
        self.kept = {}
        self.place.unlink(missing_ok=True)


class BackEnd:
    """Who signs, and makes an object of the parts."""

    def __init__(self, session: aiohttp.ClientSession, base: str, cookies: dict[str, str]) -> None:
        self.session, self.base, self.cookies = session, base.rstrip("/"), cookies

    async def ask(self, route: str, **asked: object) -> dict[str, Any]:
        """The answer of one route."""
        async with self.session.post(f"{self.base}/{route}", json=asked, cookies=self.cookies) as response:
            self.cookies |= {name: cookie.value for name, cookie in response.cookies.items()}
            answer = await answer_of(response)
            if response.ok:
                return answer
            code = str(answer.get("code", "foreign_answer"))
            detail = f"the back end answered {response.status}"
            raise Failure(code, detail, retryable=may_pass(response.status), after=pause_of(response))


class Sender:
    """One file on its way."""

    def __init__(self, session: aiohttp.ClientSession, service: str, back_end: BackEnd, path: Path) -> None:
        self.session, self.service, self.back_end, self.path = session, service, back_end, path
        self.notes = Notes(path)
        back_end.cookies |= self.notes.kept.get("cookies", {})

    async def send(self, content_type: str) -> dict[str, Any]:
        """Begin or go on, and complete; an upload that is gone begins anew, once."""
        try:
            return await self.go_on(content_type)
        except Failure as failure:
            if failure.code not in GONE:
                raise
        self.notes.forget()
        return await self.go_on(content_type)

    async def go_on(self, content_type: str) -> dict[str, Any]:
        mark = await asyncio.to_thread(mark_of, self.path)
        if self.notes.kept.get("mark") == mark and await asyncio.to_thread(self.is_as_sent):
            await self.believe_storage()
        else:
            await self.begin(mark, content_type)
        await self.send_missing(parts_of(mark["size"]))
        if await asyncio.to_thread(mark_of, self.path) != mark:
            raise Failure("file_changed", "the file has changed while it was sent")
        kept = sorted((int(number), part["etag"]) for number, part in self.notes.kept["parts"].items())
        parts = [{"number": number, "etag": etag} for number, etag in kept]
        made = await insist(
            lambda: self.back_end.ask("complete", upload=self.notes.kept["upload"], parts=parts)
        )
        self.notes.forget()
        return made

    async def begin(self, mark: dict[str, Any], content_type: str) -> None:
        asked = {"name": self.path.name, "size": mark["size"], "type": content_type}
        made = await insist(lambda: self.back_end.ask("create", **asked))
        self.notes.keep(mark=mark, upload=made["upload"], cookies=self.back_end.cookies, parts={})

    def is_as_sent(self) -> bool:
        """Whether the file still has each part that was stored: another one may have its size and date."""
        plan = parts_of(self.notes.kept["mark"]["size"])
        kept = self.notes.kept["parts"].items()
        return all(sha256_of(self.path, plan[int(number) - 1]) == part["sha256"] for number, part in kept)

    async def believe_storage(self) -> None:
        """A part counts when it is both remembered and listed, with the same ETag."""
        try:
            answer = await insist(lambda: self.back_end.ask("list", upload=self.notes.kept["upload"]))
        except Failure as failure:
            all_there = len(self.notes.kept["parts"]) == len(parts_of(self.notes.kept["mark"]["size"]))
            if failure.code == "no_such_upload" and all_there:
                return  # it may be completed, and nobody heard: `complete` finds out
            raise
        listed = {str(part["number"]): part["etag"].strip('"') for part in answer["parts"]}
        kept = self.notes.kept["parts"].items()
        self.notes.keep(
            parts={number: part for number, part in kept if listed.get(number) == part["etag"].strip('"')}
        )

    async def send_missing(self, plan: list[Part]) -> None:
        """Some parts at once; the first failure ends the others."""
        queue = iter([part for part in plan if str(part.number) not in self.notes.kept["parts"]])

        async def lane() -> None:
            for part in queue:
                await insist(lambda part=part: self.send_part(part))  # type: ignore[misc]  # mypy knows no defaults of a lambda
                print(f"part {part.number} of {len(plan)} is stored", file=sys.stderr)

        lanes = [asyncio.create_task(lane()) for _ in range(AT_ONCE)]
        try:
            await asyncio.gather(*lanes)
        finally:
            for each in lanes:
                each.cancel()
            await asyncio.gather(*lanes, return_exceptions=True)

    async def send_part(self, part: Part) -> None:
        """To a fresh URL. The service compares size and checksum before the part's last bytes leave it."""
        asked = {"upload": self.notes.kept["upload"], "number": part.number, "size": part.size}
        signed = await self.back_end.ask("sign", **asked)
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("uploadUrl", signed["uploadUrl"])
        form.add_field("size", str(part.size))
        sha256 = await asyncio.to_thread(sha256_of, self.path, part)
        form.add_field("checksum", f"sha256:{sha256}")
        form.add_field("file", pieces(self.path, part), filename=self.path.name)
        token = os.environ.get("UPLOAD_TOKEN")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        url = f"{self.service}/upload-with-presigned"
        async with self.session.post(url, data=form, headers=headers) as response:
            answer = await answer_of(response)
        if "success" not in answer:
            raise foreign(response)
        if not answer["success"]:
            after = pause_of(response)
            raise Failure(answer["code"], answer["detail"], retryable=answer["retryable"], after=after)
        if "etag" not in answer:
            raise Failure("no_etag", "the store gave no ETag for a part, and makes no object without")
        stored = {"etag": answer["etag"], "sha256": sha256}
        self.notes.keep(parts=self.notes.kept["parts"] | {str(part.number): stored})

    async def abandon(self) -> None:
        """Drop what storage has."""
        if upload := self.notes.kept.get("upload"):
            try:
                await insist(lambda: self.back_end.ask("abort", upload=upload))
            except Failure as failure:
                if failure.code not in GONE:  # then it is dropped, or completed, or another's
                    raise
        self.notes.forget()


async def answer_of(response: aiohttp.ClientResponse) -> dict[str, Any]:
    """The answer's JSON object."""
    try:
        answer = json.loads(await response.text())
    except ValueError:
        raise foreign(response) from None
    if not isinstance(answer, dict):
        raise foreign(response)
    return answer


def foreign(response: aiohttp.ClientResponse) -> Failure:
    """A proxy in between has answered in its own way."""
    status, after = response.status, pause_of(response)
    return Failure("foreign_answer", f"a proxy answered {status}", retryable=may_pass(status), after=after)


def pause_of(response: aiohttp.ClientResponse) -> int:
    """The seconds of Retry-After; a date there is not read."""
    text = response.headers.get("Retry-After", "")
    return int(text[:9]) if text.isascii() and text.isdecimal() else 0


def may_pass(status: int) -> bool:
    """Whether another try may be answered otherwise."""
    return status == 429 or status >= 500


async def insist(work: Callable[[], Awaitable[Result]]) -> Result:
    """Try again what another try may mend; a part that is sent twice is the same part."""
    for attempt in range(1, TRIES + 1):
        try:
            return await work()
        except (aiohttp.ClientError, TimeoutError, json.JSONDecodeError, Failure) as error:
            after = getattr(error, "after", 0)
            if attempt == TRIES or after > LONGEST_PAUSE or not getattr(error, "retryable", True):
                raise
            pause = 2 ** (attempt - 2) * random.uniform(0.5, 1)  # noqa: S311 - a pause is no secret
            await asyncio.sleep(max(after, pause))
    raise AssertionError


def parts_of(size: int) -> list[Part]:
    """Equal parts, as R2 wants them, except for the last one."""
    least = max(PART_BYTES, LEAST_BYTES, -(-size // MOST_PARTS))
    part_bytes = -(-least // MIB) * MIB
    starts = range(0, size, part_bytes)
    return [Part(number, start, min(part_bytes, size - start)) for number, start in enumerate(starts, 1)]


def mark_of(path: Path) -> dict[str, Any]:
    """What a file is recognised by."""
    stat = path.stat()
    if not (plan := parts_of(stat.st_size)):
        raise Failure("file_empty", "an empty file has no parts: send it whole")
    ends = [sha256_of(path, part) for part in (plan[0], plan[-1])]
    return {"size": stat.st_size, "changed": stat.st_mtime_ns, "part_bytes": plan[0].size, "ends": ends}


def sha256_of(path: Path, part: Part) -> str:
    summed = hashlib.sha256()
    for piece in read(path, part):
        summed.update(piece)
    return summed.hexdigest()


def read(path: Path, part: Part) -> Iterator[bytes]:
    """The part, piece by piece."""
    with path.open("rb") as file:
        file.seek(part.start)
        left = part.size
        while left and (piece := file.read(min(left, PIECE_BYTES))):
            yield piece
            left -= len(piece)


async def pieces(path: Path, part: Part) -> AsyncIterator[bytes]:
    """As `read`, without holding up the other parts."""
    source = read(path, part)
    while piece := await asyncio.to_thread(next, source, b""):
        yield piece


async def run(service: str, back_end: str, path: Path, content_type: str | None) -> dict[str, Any] | None:
    """Send, or drop when there is no type."""
    async with aiohttp.ClientSession(timeout=TIMEOUTS, cookie_jar=aiohttp.DummyCookieJar()) as session:
        sender = Sender(session, service.rstrip("/"), BackEnd(session, back_end, {}), path)
        return await (sender.abandon() if content_type is None else sender.send(content_type))


def main() -> int:
    """Run, and say what came of it."""
    abandon = sys.argv[1:2] == ["--abandon"]
    arguments = sys.argv[2:] if abandon else sys.argv[1:]
    if len(arguments) not in ((3,) if abandon else (3, 4)):
        print(__doc__, file=sys.stderr)
        return 2
    service, back_end, path = arguments[0], arguments[1], Path(arguments[2])
    guessed = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    content_type = None if abandon else (arguments[3] if len(arguments) == 4 else guessed)
    try:
        made = asyncio.run(run(service, back_end, path, content_type))
    except (OSError, aiohttp.ClientError, ValueError, Failure) as error:
        print(f"not stored: {error}", file=sys.stderr)
        return 1
    print(f"stored: {made['key']}, {made['size']} bytes" if made else "abandoned")
    return 0


if __name__ == "__main__":
    sys.exit(main())
