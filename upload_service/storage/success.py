"""What proves that a 2xx is an object store's answer to a PUT, and not a web server's to anything.

Knows: the headers with which stores name the object that they have stored, and what error documents and JSON
look like.
Rules: no input and no output. A store proves itself by what no other program says by chance; a body that no
store sends refutes it. Nothing of storage's words is passed on.
Must not know: HTTP libraries, the network.

Sources: docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html,
docs.cloud.google.com/storage/docs/xml-api/put-object and /json_api/v1/objects#resource,
learn.microsoft.com/rest/api/storageservices/put-blob, put-block and put-block-list,
github.com/supabase/storage (src/http/routes/object/uploadSignedObject.ts),
alibabacloud.com/help/oss/developer-reference/callback; measured: SeaweedFS 4.48 with its filer's port (201,
JSON, no ETag), Express (weak ETags).
"""

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from upload_service.presigned.signed_operation import Kind
from upload_service.storage.web_page import PROLOGUE, is_page
from upload_service.translation.phrase import Phrase

# Google's stores answer with these as well, or with the resource of the object, of this kind.
_GOOGLE_HEADERS = ("x-goog-hash", "x-goog-generation")
_GOOGLE_OBJECT = "storage#object"
# Azure's Put Block answers without an ETag, because a block is no object yet.
_AZURE_PART_HEADER = "x-ms-request-id"
# Supabase answers with the name of the object, and without an ETag.
_SUPABASE_NAME = "Key"

# The name of the first element without its prefix; possessive, as the prologue is.
_XML_ROOT = rb"(?is)" + PROLOGUE + rb"<(?:[\w.-]++:)?+([\w.-]++)[\s/>]"
_ERROR_NAME = rb"(?i)error|fault|exception"
_POST_RESPONSE = rb"(?s)" + PROLOGUE + rb"<PostResponse[\s>].*?<ETag>([^<]{1,200})</ETag>"
_JSON_TYPE = r"(?i)\s*(?:application|text)/(?:[\w.-]+\+)?json\s*(?:;|$)"


class Proof(NamedTuple):
    """What is known beforehand of a store's answer to a PUT.

    `scheme`: the signature scheme of the URL. `kind`: what the bytes become. `etag_optional`: the operator
    says that this store may answer without an ETag. `is_whole`: the bytes are all of the object, so that what
    storage says of the object it says of them. `is_piece`: the caller sends the object of a session in pieces
    (be it one), and goes on from what the session holds. `object_bytes`: how long that object must be.
    `is_end`: no bytes of the object come after these. `is_post`: it answers the POST of a form, so the ETag
    may stand in a document.
    """

    scheme: str = "s3-v4"
    kind: Kind = "object"
    etag_optional: bool = False
    is_whole: bool = True
    is_piece: bool = False
    object_bytes: int | None = None
    is_end: bool = True
    is_post: bool = False

    @property
    def is_google(self) -> bool:
        """Whether the URL is signed as only Google's stores understand it."""
        return self.scheme.startswith("google-")

    @property
    def refuses_in_json(self) -> bool:
        """Whether the error codes of this store come in JSON."""
        return self.scheme in ("supabase-upload", "oracle-request")

    @property
    def refuses_in_pages(self) -> bool:
        """Whether this store has no error codes, and refuses with pages in HTML, as Swift does."""
        return self.scheme == "swift-temp-url"

    @property
    def relays_callbacks(self) -> bool:
        """Whether the body may be that of the signer's own server, which the store has called."""
        return self.scheme.startswith("alibaba-")


# What all stores but Google's give.
ETAG = Proof()


def doubt(status: int, headers: Mapping[str, str], body: bytes, proof: Proof) -> Phrase | None:
    """Why this 2xx is no store's answer to a PUT, as the end of "Storage answered with …"; None if it is one.

    `body`: its first bytes, which may be cut off. `headers` ignore case.
    """
    if body:  # of most stores there is none
        if is_page(headers, body):
            return Phrase("an HTML page")
        if _is_error(body):
            return Phrase("an error document")
        if not proof.relays_callbacks and _is_json(headers, body):
            return _doubt_json(body, proof) or _doubt_status(status)
    if what := _doubt_status(status):
        return what
    if proof.is_post and (etag_of_post(body) or "").strip('" '):
        return None
    return None if proof.etag_optional else _doubt_headers(headers, proof)


def etag_of_post(body: bytes) -> str | None:
    """The ETag in the document with which S3 and its relatives answer a POST that asks for status 201."""
    match = re.match(_POST_RESPONSE, body)
    return match[1].decode("latin-1").replace("&quot;", '"').replace("&#34;", '"') if match else None


def _is_error(body: bytes) -> bool:
    root = re.match(_XML_ROOT, body)
    return root is not None and re.search(_ERROR_NAME, root[1]) is not None


def _is_json(headers: Mapping[str, str], body: bytes) -> bool:
    named = re.match(_JSON_TYPE, headers.get("Content-Type", ""))
    return bool(named) or body.lstrip()[:1] in (b"{", b"[")


def _doubt_status(status: int) -> Phrase | None:
    if status in (200, 201, 204):
        return None
    return Phrase("a status {status}, which does not say that the object is stored", status=status)


def _doubt_json(body: bytes, proof: Proof) -> Phrase | None:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):  # cut off, in an encoding of its own, or nested without end
        told = None
    members = told if isinstance(told, dict) else {}
    if members.get("error") or members.get("errors") or members.get("success") is False:
        return Phrase("JSON that tells of an error")
    if proof.is_google and members.get("kind") == _GOOGLE_OBJECT:
        return None
    if proof.scheme == "supabase-upload" and _names_an_object(members):
        return None
    return None if proof.etag_optional else Phrase("JSON, which is no object store's answer to a PUT")


def _names_an_object(members: Mapping[str, object]) -> bool:
    """Whether Supabase names what it has stored, and has nothing to say about it."""
    name = members.get(_SUPABASE_NAME)
    return isinstance(name, str) and bool(name) and "message" not in members


def _doubt_headers(headers: Mapping[str, str], proof: Proof) -> Phrase | None:
    etag = headers.get("ETag", "")
    if etag.strip('"') and not etag.startswith("W/"):
        return None
    if proof.is_google and any(name in headers for name in _GOOGLE_HEADERS):
        return None
    if proof.kind == "part" and proof.scheme == "azure-sas" and _AZURE_PART_HEADER in headers:
        return None
    if etag.startswith("W/"):
        return Phrase("a weak ETag, which web servers make of their own answer")
    return Phrase("no ETag")
