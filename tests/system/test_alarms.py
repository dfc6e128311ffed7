"""The alarms of the CloudFormation templates: of metrics that exist, and ringing where Prometheus rings."""

import re
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # schemathesis brings it, without its stubs
from docs_generator.made_parts import LostPart
from monitoring import cloud_alarms
from monitoring.alerts import ALERTS, CALLERS_REFUSED, Alert
from monitoring.conditions import MOST_CLOUD_METRICS, CloudCondition, Count, Share, code, fault
from monitoring.platform_alarms import LAMBDA, PLATFORM_ALARMS

from tests.support.deploy.tools import ROOT
from tests.system.insights_queries import queries
from upload_service.telemetry.metric_definitions import CLOUD_METRICS, CODES, FAULTS

TEMPLATES = ROOT / "scripts" / "cloudformation"
OWN = {alert.name: (alert, condition) for alert, condition in cloud_alarms.own()}
BOTH = pytest.mark.parametrize("name", cloud_alarms.TEMPLATES)


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # without stubs
    """Reads a template, in which `!Ref Name` and the like become text."""


_Loader.add_multi_constructor("!", lambda _, tag, node: f"!{tag} {node.value}")


def alarms(name: str) -> dict[str, dict[str, Any]]:
    """The alarms of a template, by their names."""
    resources = yaml.load((TEMPLATES / name).read_text(), _Loader)["Resources"]  # noqa: S506 - a SafeLoader
    return {name: each for name, each in resources.items() if each["Type"] == "AWS::CloudWatch::Alarm"}


def rings(condition: CloudCondition, **uploads: int) -> bool:
    """Whether an alarm rings at these sums; a series that is not named has no value at all.

    What the expressions use of CloudWatch's metric math, `IF`, `FILL`, `+`, `/` and `>`, is Python as well.
    """
    series: dict[str, Any] = dict.fromkeys(each.id for each in condition.series) | uploads
    functions: dict[str, Any] = {"IF": lambda test, then, other: then() if test else other, "FILL": _fill}
    text = re.sub(r"^IF\((.*? > \d+), (.*), 0\)$", r"IF(\1, lambda: \2, 0)", condition.expression)
    value = eval(text, {"__builtins__": {}} | functions | series)  # noqa: S307 - our own expression
    return value is not None and bool(value > condition.threshold)


def _fill(value: int | None, otherwise: int) -> int:
    return otherwise if value is None else value


def test_own_metrics_exist() -> None:
    """Each metric of the service that an alarm is over is in the register, with its dimension's value."""
    known = {metric.name: metric for metric in CLOUD_METRICS}
    values = {"code": CODES, "fault": FAULTS[1:]}
    for _, condition in OWN.values():
        assert 0 < len(condition.series) <= MOST_CLOUD_METRICS
        for series in condition.series:
            dimensions = known[series.metric].dimensions
            assert series.dimension is None if not dimensions else series.dimension
            if series.dimension:
                assert series.dimension[0] in dimensions
                assert series.dimension[1] in values[series.dimension[0]]


@BOTH
def test_templates_have_the_alarms(name: str) -> None:
    """A template has exactly the alarms of the list; each takes missing data rightly and can notify."""
    found = alarms(name)
    platform = {alarm.name: alarm for alarm in PLATFORM_ALARMS if alarm.template == name}
    assert found.keys() == platform.keys() | {f"{alert}Alarm" for alert in OWN}
    counted = 0
    for title, alarm in found.items():
        properties = alarm["Properties"]
        own = title not in platform
        assert (alarm.get("Condition") == "CountsUploads") == own
        gone = "breaching" if title in ("TasksAlarm", "HealthyAlarm") else "notBreaching"
        assert properties["TreatMissingData"] == gone
        assert properties["AlarmActions"] == properties["OKActions"]
        assert sum(each["ReturnData"] for each in properties["Metrics"]) == 1
        stats = [each["MetricStat"] for each in properties["Metrics"] if "MetricStat" in each]
        counted += len(stats)
        assert {each["Metric"]["Namespace"] == cloud_alarms.NAMESPACE for each in stats} == {own}
        assert properties["EvaluationPeriods"] * stats[0]["Period"] <= 86_400
        assert "docs/operations.md, Upload" in properties["AlarmDescription"]
    assert counted == cloud_alarms.metrics(name)


def test_each_alarm_belongs_to_an_alert() -> None:
    """What AWS counts stands under the heading of an alert, which says what to do."""
    assert {alarm.alert for alarm in PLATFORM_ALARMS} <= {alert.name for alert in ALERTS}
    assert len({(alarm.template, alarm.name) for alarm in PLATFORM_ALARMS}) == len(PLATFORM_ALARMS)


@pytest.mark.parametrize(
    ("name", "quiet", "loud"),
    [
        ("UploadInternalErrors", {"code_internal_error": 0}, {"code_internal_error": 1}),
        ("UploadNoRoom", {}, {"code_spool_full": 1}),
        (
            "UploadServiceFailing",
            {"fault_service": 40, "code_ok": 960},
            {"fault_service": 60, "code_ok": 940},
        ),
        ("UploadServiceFailing", {"fault_service": 5}, {"fault_service": 6}),
        (
            "UploadStorageFailing",
            {"fault_storage": 40, "code_ok": 960},
            {"fault_storage": 60, "code_ok": 940},
        ),
        ("UploadStorageFailing", {"fault_storage": 2, "code_ok": 1}, {"fault_storage": 6, "fault_client": 3}),
        (
            "UploadStorageFull",
            {"code_storage_full": 2},
            {"code_storage_full": 1, "code_refused_before_storage": 2},
        ),
        ("UploadStorageSlow", {"slow": 10_000}, {"slow": 10_001}),
        (
            "UploadCallersRefused",
            {"code_rate_limited": 600, "fault_client": 600, "code_ok": 650},
            {"code_rate_limited": 400, "code_unauthorized": 200, "fault_client": 600, "code_ok": 300},
        ),
        (
            "UploadCallersRefused",
            {"code_unauthorized": 250, "fault_client": 250},
            {"code_unauthorized": 301, "fault_client": 301},
        ),
        (
            "UploadCallersRefused",
            {"code_grant_invalid": 250, "fault_client": 250},
            {"code_grant_invalid": 200, "code_grant_required": 101, "fault_client": 301},
        ),
    ],
)
def test_alarm_rings_where_the_alert_fires(name: str, quiet: dict[str, int], loud: dict[str, int]) -> None:
    """At the numbers of tests/alerts.yml, where the alert of Prometheus is quiet and fires."""
    _, condition = OWN[name]
    assert not rings(condition, **quiet)
    assert rings(condition, **loud)


def test_no_uploads_are_no_alarm() -> None:
    """A night without uploads has no series, and rings nowhere."""
    assert [
        name for name, (_, condition) in OWN.items() if "FILL" in condition.expression and rings(condition)
    ] == []


def test_both_languages_have_the_same_numbers() -> None:
    """Threshold and window stand in the query of Prometheus as in the alarm."""
    for alert, condition in OWN.values():
        told = alert.condition.prometheus()
        level = condition.threshold / (1000 if condition.series[0].metric == "storage_ms" else 1)
        assert f"> {level:g}" in told
        assert f"[{condition.seconds // 60}m]" in told


def test_what_cloudwatch_cannot_see() -> None:
    """Left out of the templates are alerts over gauges, and one over more metrics than an alarm may have."""
    left_out = {alert.name for alert in ALERTS} - OWN.keys()
    assert left_out == {
        "UploadServiceDown",
        "UploadServiceRestarts",
        "UploadsNearLimit",
        "UploadSpoolNearlyFull",
        "UploadFilesNearlyOut",
        "UploadUrlsRefused",
    }


def test_conditions_are_of_the_register() -> None:
    """A code or a fault that nobody has stops the generator, and so does a template without the place."""
    for wrong in (
        lambda: code(["no_such_code"]),
        lambda: fault("nobody"),
        lambda: Count(("none",), 1, 1).cloud(),
    ):
        with pytest.raises(ValueError, match=r"is named|has no"):
            wrong()
    with pytest.raises(LostPart):
        cloud_alarms.filled(LAMBDA, "Resources:\n")


def test_as_long_as_in_prometheus() -> None:
    """A condition that has to hold for longer than its window has to hold in as many windows more."""
    held = Alert("A", "", Share(fault("storage"), 0.1, 1, 5), 10, "page", "", 1)
    assert [cloud_alarms.periods(held._replace(minutes=minutes)) for minutes in (0, 4, 5, 10)] == [1, 1, 2, 3]


def test_query_finds_what_the_alert_counts() -> None:
    """Query 8, to which UploadCallersRefused points, asks for every code of it in both forms."""
    [alert] = [each for each in ALERTS if each.name == "UploadCallersRefused"]
    query = queries()[alert.query]
    for form in (query.insights, query.jq):
        assert set(CALLERS_REFUSED) <= set(re.findall(r'"(\w+)"', form))
