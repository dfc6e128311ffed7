"""Judges the URLs of the vendors' signers, and prints the verdicts as a table.

Knows: what must become of a URL that is right, expired, tampered with, malformed, or for something else.
Rules: a verdict is a code of the catalogue, or `ok`. A tampered signature is for storage to find out: there
are no keys here.
Must not know: the vendors' packages.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from upload_service.errors.upload_error import UploadError
from upload_service.presigned.allowed_destinations import parse_destinations
from upload_service.presigned.destination import judge_destination

RECORDED = Path(__file__).with_name("recorded.json")
PAGE = Path(__file__).parents[4] / "docs" / "signatures.md"
_TABLE = re.compile(r"^\| signed by .*\n(?:\|.*\n)*", re.MULTILINE)
# CloudFront's hosts are anybody's, so an operator lists his own.
ALLOWED = parse_destinations("default, https://d111111abcdef8.cloudfront.net")
DAY = 86_400
# The value of the parameter that is the signature, or Oracle's token in the path.
_SIGNATURE = re.compile(r"(?:[?&](?:[\w-]*[Ss]ignature|temp_url_sig|sig|token)=(?:sha\d+:)?|/p/)([^&/]+)")
# What must be said of each case. None is known for a case that a row does not have.
EXPECTED: Mapping[str, str] = {
    "right": "ok",
    "part": "ok",
    "expired": "url_expired",
    "tampered": "ok",
    "malformed": "invalid_upload_url",
    "other": "url_not_for_put",
}
# No page says when a request of Oracle's ends, and nothing else can be made with one that may write.
_UNKNOWN = {("Oracle request", "expired"), ("Oracle request", "other")}
# Published by Oracle: docs.oracle.com/iaas/Content/Object/Tasks/
# usingpreauthenticatedrequests_topic-Working_with_PreAuthenticated_Requests.htm
_ORACLE = {
    "vendor": "Oracle request",
    "signer": "Oracle's page",
    "urls": {
        "right": "https://objectstorage.us-phoenix-1.oraclecloud.com/p/"
        "j3DoSvgQHbUaw6ADzHkDlnaqMuXWef_lhTxCiS9ngCw/n/MyNamespace/b/MyParBucket/o/using-dita-guide.pdf"
    },
}


class Verdict(NamedTuple):
    """What was made of one URL, and what must be."""

    vendor: str
    signer: str
    case: str
    said: str
    expected: str


def verdicts(signed: Mapping[str, Any]) -> Iterator[Verdict]:
    """Every case of every row of `sign.py`, and of what Oracle has published."""
    for row in (*signed["rows"], _ORACLE):
        vendor, urls = row["vendor"], row["urls"]
        for case, url in {**urls, **_altered(urls["right"])}.items():
            if (vendor, case) not in _UNKNOWN:
                said = verdict(url, signed["now"] + (DAY if case == "expired" else 0))
                yield Verdict(vendor, row["signer"], case, said, EXPECTED[case])


def verdict(url: str, now: float) -> str:
    """The code with which a URL is refused, or `ok`."""
    try:
        judge_destination(url, ALLOWED, now)
    except UploadError as error:
        return error.entry.code
    return "ok"


def _altered(url: str) -> dict[str, str]:
    found = _SIGNATURE.search(url)
    assert found, "no signature"
    start, first = found.start(1), found[1][0]
    if "?token=" in url:  # a token says more in its head and its middle
        start = url.rindex(".") + 1
        first = url[start]
    other = "b" if first != "b" else "c"
    return {
        "expired": url,
        "tampered": f"{url[:start]}{other}{url[start + 1 :]}",
        "malformed": f"{url[:start]}$${url[start + 2 :]}",
    }


def table(found: list[Verdict]) -> Iterator[str]:
    """The verdicts as lines of Markdown, one for each signer."""
    cases = ("right", "part", "expired", "malformed", "other", "tampered")
    yield "| signed by | package | " + " | ".join(cases) + " |"
    yield "|---" * (len(cases) + 2) + "|"
    for vendor, signer in dict.fromkeys((each.vendor, each.signer) for each in found):
        said = {each.case: each.said for each in found if (each.vendor, each.signer) == (vendor, signer)}
        said["tampered"] = "left to the store" if said["tampered"] == "ok" else said["tampered"]
        yield f"| {vendor} | {signer} | " + " | ".join(said.get(case, "n/a") for case in cases) + " |"


def main() -> int:
    """Judge what comes on standard input."""
    text = sys.stdin.read()
    found = list(verdicts(json.loads(text)))
    lines = "\n".join(table(found))
    print(lines)
    wrong = [each for each in found if each.said != each.expected]
    for each in wrong:
        print(f"WRONG: {each.vendor}, {each.signer}, {each.case}: {each.said}, not {each.expected}")
    print(f"{len(found)} URLs of {len({each.signer for each in found})} signers, {len(wrong)} judged wrong")
    if "--write" in sys.argv and not wrong:
        RECORDED.write_text(text.rstrip() + "\n", encoding="utf-8")
        page = _TABLE.sub(lambda _: f"{lines}\n", PAGE.read_text(encoding="utf-8"))
        PAGE.write_text(page, encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
