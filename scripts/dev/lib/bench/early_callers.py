"""Pages that upload the file chosen in them to a URL that has expired, and tell what a person is shown.

Knows: the service's own page, the TypeScript client, and the two ways in which scripts send a form; each over
connections that are kept from before, and over a new one.
Must not know: browsers, and how they are measured.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from devtools import signed_queries

from tests.support.browser.other_origin import served
from tests.system.upload_client.runners import compile_into

EXPIRED = f"https://bucket.s3.us-east-1.amazonaws.com/key?{signed_queries.v4(date='20200101T000000Z')}"
# How an answer, or none, is told in the table.
TELL = """(answer) => answer.code ?? "no reason: " + answer"""
FORM = f"""
  const form = new FormData();
  form.append("uploadUrl", "{EXPIRED}");
  form.append("file", document.querySelector("#pick").files[0]);
  const tell = {TELL};"""
FETCH = f"""async (service) => {{{FORM}
  const sent = fetch(`${{service}}/upload-with-presigned`, {{ method: "POST", body: form }});
  return tell(await sent.then((response) => response.json()).catch(String));
}}"""
XHR = f"""(service) => new Promise((resolve) => {{{FORM}
  const request = new XMLHttpRequest();
  request.onload = () => resolve(tell(JSON.parse(request.responseText)));
  request.onerror = () => resolve(tell("error"));
  request.open("POST", `${{service}}/upload-with-presigned`);
  request.send(form);
}})"""
CLIENT = f"""async (serviceUrl) => {{
  const {{ upload }} = await import("/upload-client.js");
  const file = document.querySelector("#pick").files[0];
  const tell = {TELL};
  return tell(await upload(file, {{ serviceUrl, uploadUrl: "{EXPIRED}" }}).catch((failure) => failure));
}}"""
PAGE = f"""async () => {{
  const field = document.querySelector("#urls");
  field.value = "{EXPIRED}";
  field.dispatchEvent(new Event("input"));
  document.querySelector("#sending").requestSubmit();
  const shown = "#rows .failure:not([hidden])";
  const find = (selector) => document.querySelector(`${{shown}} ${{selector}}`)?.textContent;
  while (find(".why") === undefined) await new Promise((resolve) => setTimeout(resolve, 50));
  return find(".code") || "no reason: " + find(".why");
}}"""
NOTHING = "() => null"
# The page's own field would hand the file to the page.
NEW_FIELD = "() => { document.body.innerHTML = '<input type=file id=pick>'; }"
# An earlier answer of the service leaves its connection open.
GREET = "(service) => fetch(`${service}/healthz`).then((response) => response.text())"
INDEX = "<!doctype html><title>t</title><input type=file id=pick>"


@dataclass(frozen=True)
class Caller:
    """`page` is the address to open, from the service's and that of another origin.

    `prepare` and `upload` are functions in the page, of the service's address.
    """

    name: str
    page: Callable[[str, str], str]
    prepare: str
    upload: str


def _own(service: str, _elsewhere: str) -> str:
    return f"{service}/"


def _other(_service: str, elsewhere: str) -> str:
    return f"{elsewhere}/"


CALLERS = (
    Caller("page", _own, NOTHING, PAGE),
    Caller("TypeScript client, kept", _other, GREET, CLIENT),
    Caller("TypeScript client, new", _other, NOTHING, CLIENT),
    Caller("fetch, kept, same origin", _own, NEW_FIELD, FETCH),
    Caller("fetch, kept", _other, GREET, FETCH),
    Caller("fetch, new", _other, NOTHING, FETCH),
    Caller("XHR, kept", _other, GREET, XHR),
    Caller("XHR, new", _other, NOTHING, XHR),
)


@contextmanager
def other_pages() -> Iterator[str]:
    """Serve a page at another origin, with the client beside it."""
    with tempfile.TemporaryDirectory() as folder:
        compile_into(Path(folder))
        Path(folder, "index.html").write_text(INDEX)
        with served(Path(folder)) as origin:
            yield origin
