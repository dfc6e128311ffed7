"""The alert rules: Prometheus takes them, they know our metrics only, and they fire when they should."""

import json
import re
import subprocess
import time
import urllib.request
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # schemathesis brings it, without its stubs
from local.ports import take_any

from tests.support.client.raw_http import PLAIN, field, file, form, post
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import StorageDouble
from upload_service.errors.upload_error import CATALOGUE
from upload_service.telemetry.metric_definitions import CODES, METRICS, PROCESS, Metric

ROOT = Path(__file__).parents[2]
RULES = ROOT / "docs" / "alerts.yml"
CASES = ROOT / "tests" / "alerts.yml"
ALERTS: dict[str, str] = {
    rule["alert"]: rule["expr"] for rule in yaml.safe_load(RULES.read_text())["groups"][0]["rules"]
}
# What Prometheus itself knows of every target.
BUILT_IN = {"up"}

pytestmark = pytest.mark.promtool


def promtool(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run promtool."""
    return subprocess.run(
        ["promtool", *map(str, arguments)], capture_output=True, text=True, timeout=60, check=False
    )


def series_of(metric: Metric) -> set[str]:
    """The names under which a metric is stored."""
    parts = ("_bucket", "_sum", "_count") if metric.kind == "histogram" else ("",)
    return {metric.name + part for part in parts}


def test_prometheus_takes_the_rules() -> None:
    """`promtool check rules` finds nothing wrong with any of them."""
    done = promtool("check", "rules", RULES)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(ALERTS)} rules found" in done.stdout


def test_alerts_fire_and_stay_quiet() -> None:
    """`promtool test rules` agrees with each case, and each alert has cases."""
    done = promtool("test", "rules", CASES)
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(re.findall(r'alertname="(\w+)"', CASES.read_text())) == ALERTS.keys()


@pytest.mark.parametrize("alert", ALERTS)
def test_cases_notice_a_changed_alert(alert: str, tmp_path: Path) -> None:
    """An alert that never fires fails the cases, and so does one that fires at less than it should."""
    rules = yaml.safe_load(RULES.read_text())
    (rule,) = [rule for rule in rules["groups"][0]["rules"] if rule["alert"] == alert]
    always = re.sub(r"(> )[\d.]+", r"\1 -1", rule["expr"])
    if alert == "UploadServiceDown":
        always = "up >= 0"
    (tmp_path / "docs").mkdir()
    (tmp_path / "tests").mkdir()
    cases = yaml.safe_load(CASES.read_text())
    cases["tests"] = [case for case in cases["tests"] if alert in str(case)]
    (tmp_path / "tests" / "alerts.yml").write_text(yaml.safe_dump(cases))
    for changed in ("vector(1) > 2", always):
        rule["expr"] = changed
        (tmp_path / "docs" / "alerts.yml").write_text(yaml.safe_dump(rules))
        done = promtool("test", "rules", tmp_path / "tests" / "alerts.yml")
        assert done.returncode == 1, changed
        assert "FAILED" in done.stdout + done.stderr


def test_rules_and_cases_use_metrics_that_exist() -> None:
    """Every metric of the rules and their cases is one of the register, with labels and codes that it has."""
    known = {name: metric for metric in METRICS + PROCESS for name in series_of(metric)}
    texts = [*ALERTS.values(), *re.findall(r"series: '(.*?)'", CASES.read_text())]
    used = re.findall(r"\b(up|upload_service_\w+|process_\w+)(?:\{(.*?)\})?", " ".join(texts), re.DOTALL)
    assert len(used) > len(ALERTS)
    for name, matchers in used:
        assert name in known.keys() | BUILT_IN
        for label, value in re.findall(r'(\w+)=~?"(.*?)"', matchers):
            if label not in ("job", "instance", "le", "version"):
                assert set(value.split("|")) <= set(known[name].labels[label]), (name, label, value)
    codes = {code for code in CODES if any(re.search(rf'["|]{code}["|]', text) for text in texts)}
    assert {"too_busy", "spool_full", "internal_error"} <= codes
    assert {CATALOGUE[code].fault for code in codes - {"ok"}} == {"client", "storage", "service"}


def test_each_alert_is_explained() -> None:
    """docs/operations.md has a section for each alert, which the alert names, and none for another."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    section = page.partition("## Alerts\n")[2].partition("\n## ")[0]
    assert re.findall(r"^### (\w+)$", section, re.MULTILINE) == list(ALERTS)
    for rule in yaml.safe_load(RULES.read_text())["groups"][0]["rules"]:
        assert rule["annotations"]["runbook"] == f"docs/operations.md, {rule['alert']}"


def test_a_real_prometheus_scrapes_and_judges(
    double: StorageDouble, double_url: Callable[[str], str], tmp_path: Path
) -> None:
    """Prometheus, started with the rules, reads the service, finds each rule healthy, and sees the upload."""
    with ExitStack() as held:
        port = take_any(held)
    with Running(UPLOAD_DESTINATIONS=double.url, UPLOAD_METRICS="prometheus") as service:
        url = double_url(f"alerts/{uuid.uuid4().hex}")
        assert post(service.port, PLAIN, form(field("uploadUrl", url), file(b"1"))).status == 200
        (tmp_path / "prometheus.yml").write_text(
            json.dumps(
                {
                    "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
                    "rule_files": [str(RULES)],
                    "scrape_configs": [
                        {"job_name": "us", "static_configs": [{"targets": [f"127.0.0.1:{service.port}"]}]}
                    ],
                }
            )
        )
        command = [
            "prometheus",
            f"--config.file={tmp_path}/prometheus.yml",
            f"--storage.tsdb.path={tmp_path}/data",
            f"--web.listen-address=127.0.0.1:{port}",
        ]
        with (tmp_path / "log").open("w") as log, subprocess.Popen(command, stderr=log) as process:
            try:
                rules = _ask_until(port, "rules", lambda found: _healths(found) == {"ok"})
                stored = _ask_until(
                    port,
                    "query?query=upload_service_uploads_total%7Bcode%3D%22ok%22%2Cendpoint%3D%22plain%22%7D",
                    lambda found: bool(found["result"]),
                )
            finally:
                process.terminate()
    assert len(rules["groups"][0]["rules"]) == len(ALERTS)
    assert stored["result"][0]["value"][1] == "1"


def _healths(rules: dict[str, Any]) -> set[str]:
    return {rule["health"] for group in rules["groups"] for rule in group["rules"]}


def _ask_until(port: int, path: str, wanted: Callable[[Any], bool], seconds: float = 90) -> Any:
    """Ask Prometheus' API until its answer is wanted."""
    deadline = time.monotonic() + seconds
    found: Any = None
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/{path}", timeout=60) as answered:
                found = json.load(answered)["data"]
        except OSError:
            found = None  # it is starting
        if found is not None and wanted(found):
            return found
        time.sleep(0.1)
    raise AssertionError(f"{path}: {found}")
