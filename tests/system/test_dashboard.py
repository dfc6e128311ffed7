"""The Grafana dashboard: every metric is on it, it keeps the rules, and a real Prometheus answers it."""

import copy
import json
import math
import re
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from monitoring import grafana
from monitoring.alerts import ALERTS
from monitoring.queries import gauge, rate, selector

from tests.support.client.raw_http import CHECK, PLAIN, RETRY, field, file, form, post
from tests.support.dashboard_rules import complaints, panels
from tests.support.scanner.scripted_clamd import ScriptedClamd
from tests.support.service.metrics_scrape import ON
from tests.support.service.running_prometheus import SECONDS, Prometheus, prometheus
from tests.support.service.running_service import Running
from tests.support.storage.storage_double import Reply, StorageDouble, answer
from tests.system.insights_queries import queries
from upload_service.telemetry.metric_definitions import METRICS, PROCESS, RUNNING, UPLOADS

FILE = Path(__file__).parents[2] / "docs" / "grafana" / "upload-service.json"
DASHBOARD: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
TOKEN = "dashboard-0123456789abcdef0123456789"
BEARER = f"Authorization: Bearer {TOKEN}"
RULES = (
    "template-datasource", "template-job", "template-instance", "template-label-promql",
    "template-on-time-change-reload", "panel-datasource", "panel-title-description", "panel-units",
    "panel-no-targets", "target-job", "target-instance", "target-rate-interval", "target-counter-agg",
)  # fmt: skip
EXPRESSIONS = {
    f"{panel['title']}, {target['refId']}": target["expr"]
    for panel in panels(DASHBOARD)
    for target in panel["targets"]
}


def test_every_metric_is_on_a_panel() -> None:
    """A metric of the register that no panel shows has been forgotten: add a row to the lists of panels."""
    shown = {
        name
        for row in grafana.ROWS.values()
        for panel in row
        for query in panel.queries
        for name in query.metrics
    }
    assert {metric.name for metric in METRICS + PROCESS} - shown == set()
    written = " ".join(EXPRESSIONS.values())
    assert [name for name in shown if name not in written] == []


def test_dashboard_keeps_the_rules() -> None:
    """Variables, titles, units, data sources, matchers and intervals are as Grafana's linter wants them."""
    assert complaints(DASHBOARD) == []


def test_rules_notice() -> None:
    """Each rule finds a dashboard that breaks it."""
    broken = copy.deepcopy(DASHBOARD)
    for variable in broken["templating"]["list"]:
        variable |= {"type": "custom", "refresh": 1, "query": "none"}
    broken["editable"] = True
    for panel in broken["panels"]:
        panel |= {"id": 1}
    first, second = panels(broken)[:2]
    first |= {"description": "", "targets": []}
    second["targets"][0] |= {"expr": "upload_service_uploads_total[5m]", "datasource": {"uid": "mine"}}
    second["fieldConfig"]["defaults"]["unit"] = "elephants"
    rules = {each.partition(" ")[0] for each in complaints(broken)}
    assert rules == {f"{name}-rule" for name in RULES} | {"uneditable-dashboard", "ids"}


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: selector(UPLOADS, code="=no_such_code"),
        lambda: selector(UPLOADS, colour="=ok"),
        lambda: rate(UPLOADS, "colour"),
        lambda: rate(RUNNING),
        lambda: gauge(UPLOADS),
    ],
)
def test_no_query_of_what_is_not_there(wrong: Callable[[], str]) -> None:
    """A label, a value or a kind that the register does not have stops the generator."""
    with pytest.raises(ValueError, match=r"has no|is no"):
        wrong()


def test_each_alert_is_one_step_from_its_panel_and_its_query() -> None:
    """The panel and the query of the log that an alert names are there, and the panel names the alert."""
    described = {panel["title"]: panel for panel in panels(DASHBOARD)}
    for alert in ALERTS:
        panel = described[alert.panel]
        assert f"{alert.name} (query {alert.query})" in panel["description"]
        assert alert.query in queries()
        drawn = [step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]]
        assert alert.level is None or alert.level in drawn
        # The line is where the alert fires, as its expression says.
        assert alert.level is None or re.search(rf"> {alert.level:g}\b", alert.condition.prometheus())


@pytest.mark.promtool
def test_a_real_prometheus_answers(
    double: StorageDouble, double_url: Callable[[str], str], tmp_path: Path
) -> None:
    """After a success, retries, a failure, a refusal and a check, each query has finite, right numbers."""
    settings = {"UPLOAD_DESTINATIONS": double.url, "UPLOAD_API_TOKENS": f"app:{TOKEN}", **ON}
    with ExitStack() as stack:
        settings["UPLOAD_SCANNER"] = stack.enter_context(ScriptedClamd()).url
        busy, idle = (stack.enter_context(Running(**settings)) for _ in range(2))
        with prometheus(tmp_path, busy.port, idle.port) as asked:
            asked.until_it_is("count(upload_service_build_info)", 2)
            _uploads(busy, double, double_url)
            asked.until_it_is("sum(upload_service_uploads_total)", 4)
            asked.until_it_is("sum(upload_service_checks_total)", 1)
            for instance in (".+", f"127.0.0.1:{busy.port}"):
                _wait_until_none_is_wrong(asked, instance)
            # An instance without uploads has gauges, and no ratio of nothing.
            for text in EXPRESSIONS.values():
                _ask(asked, text, f"127.0.0.1:{idle.port}")
            (stored,) = _ask(asked, EXPRESSIONS["Share of uploads that are stored, A"], ".+")
            (puts,) = _ask(asked, EXPRESSIONS["PUTs for each upload, A"], ".+")
            failing = _ask(asked, EXPRESSIONS["Share of uploads that fail, A"], ".+")
    assert stored[1] == pytest.approx(2 / 4)
    assert puts[1] == pytest.approx(5 / 3)
    assert {labels["fault"]: value for labels, value in failing} == {
        "client": pytest.approx(1 / 4),
        "storage": pytest.approx(1 / 4),
        "service": 0,
    }


def _uploads(service: Running, double: StorageDouble, double_url: Callable[[str], str]) -> None:
    """One is stored, one at the third attempt; storage refuses one, the service another; a check is fine."""
    fails = Reply(answer(503))

    def url(*replies: Reply) -> bytes:
        key = f"dashboard/{uuid.uuid4().hex}"
        double.script(key, *replies)
        return field("uploadUrl", double_url(key))

    sent = [
        post(service.port, PLAIN, form(url(Reply()), file(b"1" * 5000)), BEARER),
        post(
            service.port,
            RETRY,
            form(url(fails, fails, Reply()), field("max_retries", "2"), file(b"1")),
            BEARER,
        ),
        post(service.port, PLAIN, form(url(fails), file(b"1")), BEARER),
        post(service.port, PLAIN, form(url(Reply()), file(b"1"))),
        post(service.port, CHECK, form(url(Reply())), BEARER),
    ]
    assert [each.status for each in sent] == [200, 200, 502, 401, 200]


def _ask(asked: Prometheus, expression: str, instance: str) -> list[tuple[dict[str, str], float]]:
    """What a panel would ask, with its variables as Grafana writes them."""
    values = {"$__rate_interval": "5m", "$job": "us", "$instance": instance}
    for name, value in values.items():
        expression = expression.replace(name, value)
    return asked.query(expression)


def _wait_until_none_is_wrong(asked: Prometheus, instance: str) -> None:
    """Gauges are gone for a while when the last scrape took more than its second, as on a busy machine."""
    deadline = time.monotonic() + SECONDS
    while wrong := {
        name: why for name, text in EXPRESSIONS.items() if (why := _wrong(asked, text, instance))
    }:
        assert time.monotonic() < deadline, wrong
        time.sleep(0.1)


def _wrong(asked: Prometheus, expression: str, instance: str) -> str:
    found = _ask(asked, expression, instance)
    if not found:
        return "nothing"
    return "" if all(math.isfinite(value) for _, value in found) else f"not finite: {found}"
