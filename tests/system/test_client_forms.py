"""Forms as real programs write them, the URL first and 3 MB of file, through the plain endpoint into a store.

Heads, boundaries and endings have the shapes of requests that these programs sent; the bytes are ours.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from local.store import Bucket

from tests.support.client.raw_http import PLAIN, Answer, Connection, chunked
from tests.support.service.running_service import Running

CONTENT = random.Random(15).randbytes(3_000_000)
NAME = '견본 "a"%.png'
UTF_8_NAME = "%EA%B2%AC%EB%B3%B8%20%22a%22%25.png"
URL_FIELD = 'Content-Disposition: form-data; name="uploadUrl"'


@dataclass(frozen=True)
class Program:
    """How a program writes a form: `<B>` is the boundary, `<SIZE>` the file's length in bytes."""

    boundary: str
    file_head: str
    ending: str
    request: tuple[str, ...] = ()
    field_head: str = URL_FIELD
    content_type: str = "multipart/form-data; boundary=<B>"
    is_chunked: bool = False
    charset: str = "utf-8"

    def body(self, url: str) -> bytes:
        """The form."""
        head = (
            f"--{self.boundary}\r\n{self.field_head}\r\n\r\n{url}\r\n--{self.boundary}\r\n"
            f"{self.file_head.replace('<SIZE>', str(len(CONTENT)))}\r\n\r\n"
        )
        return head.encode(self.charset) + CONTENT + f"\r\n--{self.boundary}--{self.ending}".encode()

    def send(self, service: Running, url: str) -> Answer:
        """Send it as this program does."""
        body = self.body(url)
        with Connection(service.port) as connection:
            kind = self.content_type.replace("<B>", self.boundary)
            length = None if self.is_chunked else len(body)
            connection.head(PLAIN, length, *self.request, content_type=kind)
            pieces = (body[at : at + 8192] for at in range(0, len(body), 8192))
            connection.send(chunked(pieces) if self.is_chunked else body)
            return connection.answer()


def file_head(name: str, *more: str, disposition: str = "Content-Disposition") -> str:
    """The head of the file's part, as most write it."""
    return "\r\n".join((f'{disposition}: form-data; name="file"; {name}', *more))


PNG = "Content-Type: image/png"
DIGITS = "2762464702210870962781353802"
UUID = "4be74f12-638c-4c96-971a-eb0a564ad973"
BARE, USUAL, TWICE = "", "\r\n", "\r\n\r\n"
PROGRAMS = {
    "Deno 2.9": Program(
        f"----{DIGITS}", file_head('filename="견본 %22a%22%.png"', PNG), BARE, ("user-agent: Deno/2.9.6",)
    ),
    "node-fetch 3.3": Program(f"----{DIGITS[::-1]}", file_head('filename="견본 %22a%22%.png"', PNG), BARE),
    "needle 3.5": Program(
        "--------------------NODENEEDLEHTTPCLIENT",
        file_head(f'filename="{UTF_8_NAME}"', "Content-Transfer-Encoding: binary", PNG),
        BARE,
    ),
    "undici 6.21.2": Program(
        "----formdata-undici-042123207424", file_head('filename="견본 %22a%22%.png"', PNG), BARE
    ),
    "undici 7": Program(
        "----formdata-undici-042123207424", file_head('filename="견본 %22a%22%.png"', PNG), USUAL
    ),
    "got 14": Program(
        "form-data-encoder-j4l871l0gfzw83rj", file_head('filename="견본 %22a%22%.png"', PNG), TWICE
    ),
    "core-rest-pipeline 1.24": Program(
        f"----AzSDKFormBoundary{UUID}", file_head('filename="견본 "a"%.png"', PNG), TWICE
    ),
    "Faraday 1.1": Program(
        "-----------RubyMultipartPost-ecac76ea02f961e33f164575f8b0368b",
        file_head(
            'filename="견본 "a"%.png"', "Content-Length: <SIZE>", PNG, "Content-Transfer-Encoding: binary"
        ),
        TWICE,
    ),
    "httpclient 2.8": Program(
        "bb0dcf7e9fb8fac94a67c39ec4e74b7cf4c0d16d",
        file_head('filename="견본 "a"%.png"; modification-date="Sun, 29 Nov 2026 15:34:13 +0000"', PNG),
        TWICE,
    ),
    "a Cloudflare worker": Program(
        "ea817e76452711bd4244ab54d4cee7a8",
        file_head('filename="견본 %22a%22%.png"', PNG),
        BARE,
        ("CF-Worker: a.example",),
    ),
    "Apache HttpClient 5.6": Program(
        f"httpclient_boundary_{UUID}",
        file_head('filename="Übersicht é.png"', PNG),
        USUAL,
        field_head=f"{URL_FIELD}\r\nContent-Type: text/plain; charset=UTF-8",
        content_type="multipart/form-data; charset=ISO-8859-1; boundary=<B>",
        charset="latin-1",
    ),
    "mono 6.8": Program(
        UUID,
        f"{PNG}\r\nContent-Disposition: form-data; name=file; "
        f"filename=\"=?utf-8?B?6rKs67O4IGElLnBuZw==?=\"; filename*=utf-8''{UTF_8_NAME}",
        USUAL,
        field_head="Content-Type: text/plain\r\nContent-Disposition: form-data; name=uploadUrl",
        content_type='multipart/form-data; boundary="<B>"',
    ),
    "newman 6.2": Program(
        "--------------------------596940094525123037129793",
        file_head(f'filename="견본 "a"%.png"; filename*=UTF-8\'\'{UTF_8_NAME}', PNG),
        USUAL,
    ),
    "Qt 6.12": Program(
        "boundary_.oOo._iNMOtCce4/l0Jhr4uVEIJixKC1FrkvBL",
        file_head(
            'filename="견본 \\"a\\"%.png"', "content-type: image/png", disposition="content-disposition"
        ),
        USUAL,
        ("Mime-Version: 1.0",),
        content_type='multipart/form-data; boundary="<B>"',
    ),
    "Spring 7": Program(
        "8YnfPdfytN-VfB2XBT_tIzj9QVbb0TVcXbZlxNf",
        file_head('filename="견본 \\"a\\"%.png"', PNG, "Content-Length: <SIZE>"),
        USUAL,
        ("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"),
        content_type="multipart/form-data;boundary=<B>",
        is_chunked=True,
    ),
    "a Korean Windows": Program(
        "----by-hand", file_head('filename="견본 사진.png"', PNG), USUAL, charset="cp949"
    ),
}
# Nothing in the request of these tells how they end; the guess is that of the newer version.
IN_TWO_PUTS = {"undici 6.21.2"}
NAMES = {"Apache HttpClient 5.6": "Übersicht é.png", "a Korean Windows": "견본 사진.png"}


@pytest.mark.parametrize("program", PROGRAMS)
def test_stored_as_it_was_sent(
    service: Running, bucket: Bucket, presign: Callable[..., str], program: str
) -> None:
    """Each program's file is stored byte for byte, in one PUT if possible, and answered by its name."""
    key = f"forms/{re.sub('[^a-z0-9]', '-', program.lower())}"
    try:
        answered = PROGRAMS[program].send(service, presign(key))
        assert answered.status == 200, answered.json
        assert answered.json["filename"] == NAMES.get(program, NAME)
        assert answered.json["file_size"] == len(CONTENT)
        event = service.upload_event(answered.request_id)
        assert event["attempts"] == (2 if program in IN_TWO_PUTS else 1)
        assert bucket.get(key) == CONTENT
    finally:
        bucket.delete(key)


def test_curl_that_encodes(service: Running, bucket: Bucket, presign: Callable[..., str]) -> None:
    """The base64 of `curl -F 'file=@x;encoder=base64'` is refused and not stored as if it were the file."""
    curl = Program(
        "------------------------53046c621da9a9dc",
        file_head('filename="a.png"', PNG, "Content-Transfer-Encoding: base64"),
        USUAL,
    )
    answered = curl.send(service, presign("forms/curl-base64"))
    assert (answered.status, answered.json["code"]) == (415, "part_encoding_unsupported")
    assert "base64" in answered.json["detail"]
    assert bucket.get("forms/curl-base64") is None
