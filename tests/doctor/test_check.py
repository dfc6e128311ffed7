"""What `upload-service --check` says: every step, and no secret."""

import re
from collections.abc import Callable
from pathlib import Path

from devtools import signed_queries
from local.store import Bucket

from tests.doctor.run_check import STEPS, check
from tests.support.service.transcript import TRANSCRIPT
from tests.support.storage.storage_double import Reply, StorageDouble, answer, xml
from upload_service.doctor.trial_upload import CONTENT

ROOT = Path(__file__).parents[2]


def test_page_tells_of_every_step() -> None:
    """docs/check.md has a row for each step, and its sample has all that do not need a setting."""
    page = (ROOT / "docs" / "check.md").read_text(encoding="utf-8")
    assert tuple(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == STEPS
    sample = re.findall(r"^(?:ok|warn|fail) +(\w+) ", page, re.MULTILINE)
    assert list(dict.fromkeys(sample)) == [step for step in STEPS if step not in ("log", "traces")]
    assert f"{len(CONTENT)} bytes replace what is at the URL's key" in page


def test_every_step_is_known(presign: Callable[..., str], bucket: Bucket, closed_port: int) -> None:
    """A whole check reports exactly the steps that the code lists, in their order."""
    traced = {"UPLOAD_TRACES": "otlp", "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{closed_port}"}
    seen = check(url=presign("doctor/steps"), UPLOAD_DESTINATIONS=bucket.url, LOG_LEVEL="ERROR", **traced)
    steps = [line.split()[1] for line in seen.out.splitlines()[:-1] if line[:1].isalpha()]
    assert tuple(dict.fromkeys(steps)) == STEPS


def test_said_without_colour_and_secrets(double: StorageDouble) -> None:
    """Piped output has no colours, and contains no path, signature, credential or header value."""
    secret = "value-of-a-header-that-nobody-says"
    url = f"{double.url}doctor/secret/path?{signed_queries.v4(signed_headers='host;x-amz-meta-a')}"
    double.script("doctor/secret/path", Reply(answer(403, xml("SignatureDoesNotMatch", url))))
    for words in ([], ["--header", f"x-amz-meta-a:{secret}"], ["--header", f"x-amz-acl:{secret}"]):
        seen = check(*words, url=TRANSCRIPT.hide(url), UPLOAD_DESTINATIONS=double.url)
        assert seen.status == 1
        assert "\x1b" not in seen.out
        assert not any(
            each in seen.out + seen.err
            for each in (secret, "secret/path", signed_queries.digits(), "aws4_request")
        )
