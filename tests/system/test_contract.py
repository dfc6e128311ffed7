"""The contract: made from the code, sound as a document, and true of every failure that can be caused."""

import json
import re
from collections.abc import Callable, Iterator

import pytest
import requests
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from tests.support.client.raw_http import CHECK, PLAIN, RETRY, ask, field, file, form, post
from tests.support.contract.openapi_answers import (
    DOCUMENT,
    assert_described,
    codes_of,
    complaints,
    operations,
    pointed,
)
from tests.support.failures.every_failure import WAYS
from tests.support.failures.failure_lab import Lab, start_lab
from tests.support.service.running_service import Running
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import OK, Reply, StorageDouble, answer, xml
from upload_service import __version__
from upload_service.errors.upload_error import CATALOGUE
from upload_service.server.progress import CONTENT_TYPE
from upload_service.server.routes import CHECKS, PAGES, UPLOADS
from upload_service.upload.form_fields import PLAIN_FIELDS, RETRY_FIELDS

# No answer to anybody, only a word in the log.
UNHEARD = {"client_gone"}


@pytest.fixture(scope="module")
def lab(double: StorageDouble, closed_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Where every failure can be caused."""
    with start_lab(double, closed_port, tmp_path_factory.mktemp("tls")) as found:
        yield found


def test_contract_is_of_this_version() -> None:
    """The file, which a test of the documentation compares with the code, names the version."""
    assert DOCUMENT["info"]["version"] == __version__


def test_contract_is_served(service: Running) -> None:
    """GET /openapi.json answers with the file, as JSON."""
    answer = ask(service.port, "GET", "/openapi.json")
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json == DOCUMENT


def test_contract_is_openapi() -> None:
    """The document is valid by the OpenAPI 3.1 schema of its own form."""
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert [str(error) for error in OPENAPI_31_VALIDATOR.iter_errors(DOCUMENT)] == []


def test_every_path_is_told() -> None:
    """The paths are the router's, but for what pages are made of, with the methods that they answer."""
    read = {f"GET {path}" for path in PAGES if path != "/static/{name}"}
    assert operations().keys() == read | {f"POST {path}" for path in UPLOADS | CHECKS}


def test_every_code_is_told() -> None:
    """Each code of the catalogue is told under its status, with an example."""
    responses = [each for operation in operations().values() for each in operation["responses"].items()]
    told = {(code, int(status)) for status, response in responses for code in codes_of(response)}
    assert told == {(entry.code, entry.status) for entry in CATALOGUE.values() if entry.code not in UNHEARD}
    assert DOCUMENT["components"]["schemas"]["Code"]["enum"] == list(CATALOGUE)
    for _, response in responses:
        problem = response["content"].get("application/problem+json", {"examples": {}})
        assert list(problem["examples"]) == codes_of(response)


def test_examples_are_right() -> None:
    """Every example is valid by the schema beside it, and a failure's is of its code."""
    for operation in operations().values():
        for response in operation["responses"].values():
            for content in response["content"].values():
                for name, example in content.get("examples", {}).items():
                    value = pointed(example)["value"]
                    assert complaints(value, content["schema"]) == []
                    assert not isinstance(value, dict) or value.get("code", name) == name


@pytest.mark.parametrize(("path", "wanted"), [(PLAIN, PLAIN_FIELDS), (RETRY, RETRY_FIELDS)])
def test_every_field_is_told(path: str, wanted: frozenset[str]) -> None:
    """The form has the fields that the service reads, `uploadUrl` first and `file` last, as they stream."""
    content = operations()[f"POST {path}"]["requestBody"]["content"]["multipart/form-data"]
    names = list(content["schema"]["properties"])
    assert (names[0], names[-1]) == ("uploadUrl", "file")
    assert {*names, "header:", "field:"} == wanted | {"file"}
    pattern, of_types, of_post = content["schema"]["patternProperties"]
    assert re.search(of_post, "field:key")
    assert re.search(pattern, "header:x-amz-meta-colour")
    assert re.search(pattern, "header:cache-control")
    assert not re.search(pattern, "header:x-amz-copy-source")
    assert not re.search(pattern, "header:authorization")
    types = [content["schema"]["properties"]["contentType"], content["schema"]["patternProperties"][of_types]]
    assert re.search(of_types, "header:content-type")
    for each in types:
        assert re.search(each["pattern"], 'image/png; name="a, b"')
        assert re.search(each["pattern"], 'png"')
        assert not re.search(each["pattern"], 'image/png; name="a", text/html')


def test_check_has_the_fields_of_an_upload() -> None:
    """The form of a check is that of the retry endpoint, but for the file, which it may not have."""
    forms = {
        path: operations()[f"POST {path}"]["requestBody"]["content"]["multipart/form-data"]["schema"]
        for path in (CHECK, RETRY)
    }
    assert forms[RETRY]["properties"].pop("file") is not None
    assert forms[CHECK]["properties"] == forms[RETRY]["properties"]
    assert forms[CHECK]["patternProperties"] == forms[RETRY]["patternProperties"]
    assert complaints({"uploadUrl": "https://a"}, forms[CHECK]) == []
    assert complaints({"uploadUrl": "https://a", "file": ""}, forms[CHECK]) != []


@pytest.mark.parametrize("code", WAYS)
def test_failure_is_as_told(lab: Lab, code: str) -> None:
    """A failure that is caused has the status, headers and members of the contract, and no other."""
    answered = WAYS[code](lab)
    assert answered.json["code"] == code
    told = [
        operation
        for operation in operations().values()
        if code in codes_of(operation["responses"].get(str(answered.status), {"content": {}}))
    ]
    assert told, "no operation may answer that"
    for operation in told:
        assert_described(operation, answered.status, answered.headers, answered.json)


@pytest.mark.parametrize("last", [OK, answer(403, xml("AccessDenied"))])
def test_progress_is_as_told(
    service: Running, double: StorageDouble, double_url: Callable[[str], str], last: bytes
) -> None:
    """Each line of an upload with two attempts is one that the contract knows, and has no member beside."""
    double.script("contract/progress", Reply(answer(500, xml("InternalError"))), Reply(last))
    answered = requests.post(
        f"{service.url}{RETRY}",
        data={"uploadUrl": double_url("contract/progress")},
        files={"file": ("photo.png", b"12345")},
        headers={"Accept": CONTENT_TYPE},
        timeout=60,
    )
    TRANSCRIPT.hear("answer", answered.text)
    lines = [json.loads(line) for line in answered.text.splitlines()]
    known = DOCUMENT["components"]["schemas"]["ProgressLine"]
    assert [complaint for line in lines for complaint in complaints(line, known)] == []
    assert {line.get("event") for line in lines} == {"received", "attempt", "sent", "waiting", None}
    assert operations()[f"POST {RETRY}"]["responses"]["200"]["content"].keys() == {
        "application/json",
        CONTENT_TYPE,
    }


@pytest.mark.parametrize("path", [PLAIN, RETRY])
def test_success_is_as_told(service: Running, double_url: Callable[[str], str], path: str) -> None:
    """The answer to a stored file has the headers and members of the contract, and no other."""
    answered = post(service.port, path, form(field("uploadUrl", double_url("contract/told")), file(b"12345")))
    assert answered.status == 200
    assert_described(operations()[f"POST {path}"], 200, answered.headers, answered.json)
    assert answered.json["success"] is True
