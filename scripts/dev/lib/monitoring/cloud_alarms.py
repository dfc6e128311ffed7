"""The alarms of the CloudFormation templates, made from the list of alerts and from what AWS itself counts.

Knows: AWS::CloudWatch::Alarm (docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/
aws-resource-cloudwatch-alarm.html).
Rules: an alert with a condition that CloudWatch can see is an alarm of both templates, where Metrics is emf.
What has no value is no failure: a series without uploads does not exist.
"""

import re
import textwrap
from collections.abc import Iterator
from typing import NamedTuple

from docs_generator.made_parts import LostPart

from monitoring.alerts import ALERTS, Alert
from monitoring.conditions import CloudCondition
from monitoring.platform_alarms import FARGATE, LAMBDA, PLATFORM_ALARMS, PlatformAlarm

TEMPLATES = (LAMBDA, FARGATE)
_MADE = re.compile(r"(  # made by \./scripts/dev/docs: alarms\n).*?(  # end\n)", re.DOTALL)
NAMESPACE = "!Ref MetricsNamespace"
_ACTIONS = "!If [HasTopic, [!Ref AlarmTopicArn], !Ref AWS::NoValue]"


def filled(template: str, text: str) -> str:
    """A template with its alarms; raises LostPart."""
    if len(_MADE.findall(text)) != 1:
        raise LostPart("has no place for its alarms")
    alarms = "\n".join(alarm for _, alarm in written(template))
    return _MADE.sub(lambda place: place[1] + alarms + place[2], text)


def written(template: str) -> Iterator[tuple[str, str]]:
    """The alarms of a template as YAML, by their names."""
    for alarm in PLATFORM_ALARMS:
        if alarm.template == template:
            yield alarm.name, _platform(alarm).text()
    for alert, condition in own():
        yield f"{alert.name}Alarm", _own(alert, condition).text()


def own() -> list[tuple[Alert, CloudCondition]]:
    """The alerts that CloudWatch can see in the service's own metrics."""
    conditions = ((alert, alert.condition.cloud()) for alert in ALERTS)
    return [(alert, condition) for alert, condition in conditions if condition]


def metrics(template: str) -> int:
    """How many metrics the alarms of a template are over: each has its price."""
    theirs = sum(len(alarm.metrics) for alarm in PLATFORM_ALARMS if alarm.template == template)
    return theirs + sum(len(condition.series) for _, condition in own())


def periods(alert: Alert) -> int:
    """How many periods in a row have to be beyond the threshold, to last as long as in Prometheus."""
    return 1 + alert.minutes // alert.condition.minutes


class _Series(NamedTuple):
    """One series under an id; `dimensions` are name and value, as YAML."""

    id: str
    namespace: str
    metric: str
    dimensions: tuple[str, ...]
    statistic: str
    seconds: int

    def lines(self, returned: bool) -> Iterator[str]:
        yield f"- Id: {self.id}"
        yield f"  ReturnData: {str(returned).lower()}"
        yield "  MetricStat:"
        yield f"    Stat: {self.statistic}"
        yield f"    Period: {self.seconds}"
        yield "    Metric:"
        yield f"      Namespace: {self.namespace}"
        yield f"      MetricName: {self.metric}"
        if self.dimensions:
            yield "      Dimensions:"
        for each in self.dimensions:
            name, _, value = each.partition(": ")
            yield f"        - {{Name: {name}, Value: {value}}}"


class _Alarm(NamedTuple):
    """An alarm of a template. One series whose id is the expression is watched itself."""

    name: str
    description: str
    series: list[_Series]
    expression: str
    threshold: str
    periods: int
    datapoints: int
    beyond: str = "GreaterThanThreshold"
    missing: str = "notBreaching"
    condition: str = ""

    def text(self) -> str:
        alone = self.expression == self.series[0].id
        watched = [line for each in self.series for line in each.lines(returned=alone)]
        if not alone:
            watched += ["- Id: alarm", *_folded("  Expression: ", self.expression), "  ReturnData: true"]
        properties = [
            *_folded("AlarmDescription: ", self.description),
            "Metrics:",
            *(f"  {line}" for line in watched),
            f"EvaluationPeriods: {self.periods}",
            f"DatapointsToAlarm: {self.datapoints}",
            f"Threshold: {self.threshold}",
            f"ComparisonOperator: {self.beyond}",
            f"TreatMissingData: {self.missing}",
            f"AlarmActions: {_ACTIONS}",
            f"OKActions: {_ACTIONS}",
        ]
        head = [f"  {self.name}:", "    Type: AWS::CloudWatch::Alarm", "    Properties:"]
        if self.condition:
            head.insert(2, f"    Condition: {self.condition}")
        return "\n".join([*head, *(f"      {line}" for line in properties)]) + "\n"


def _own(alert: Alert, condition: CloudCondition) -> _Alarm:
    series = [
        _Series(
            each.id, NAMESPACE, each.metric, (": ".join(each.dimension),) if each.dimension else (),
            each.statistic, condition.seconds,
        )
        for each in condition.series
    ]  # fmt: skip
    return _Alarm(
        f"{alert.name}Alarm", f"{alert.summary} {_what_to_do(alert.name)}, and query {alert.query} there.",
        series, condition.expression, f"{condition.threshold:g}", periods(alert), periods(alert),
        condition="CountsUploads",
    )  # fmt: skip


def _platform(alarm: PlatformAlarm) -> _Alarm:
    single = len(alarm.metrics) == 1
    series = [
        _Series(
            "most" if single else metric.lower(), alarm.namespace, metric, alarm.dimensions,
            alarm.statistic, alarm.seconds,
        )
        for metric in alarm.metrics
    ]  # fmt: skip
    return _Alarm(
        alarm.name, f"{alarm.description} {_what_to_do(alarm.alert)}.", series, alarm.expression or "most",
        alarm.threshold, alarm.periods, alarm.datapoints, alarm.beyond, alarm.missing,
    )  # fmt: skip


def _what_to_do(alert: str) -> str:
    return f"What to do: docs/operations.md, {alert}"


def _folded(key: str, text: str) -> list[str]:
    """A key and its text, which YAML makes one line of. What begins with `!` is a function, in one line."""
    if text.startswith("!"):
        return [key + text]
    indent = " " * (len(key) - len(key.lstrip()) + 2)
    return [f"{key}>-", *textwrap.wrap(text, 100, initial_indent=indent, subsequent_indent=indent)]
