"""What docs/operations.md repeats of the registers of events and metrics, and of the list of alerts."""

import re
from pathlib import Path

from monitoring import cloud_alarms
from monitoring.alerts import ALERTS, Alert
from monitoring.platform_alarms import PLATFORM_ALARMS

from docs_generator.tables import table
from upload_service.telemetry.logs import EVENTS
from upload_service.telemetry.metric_definitions import (
    CLOUD_METRICS,
    FAULTS,
    METRICS,
    PROCESS,
    most_cloud_metrics,
)

# A label with more values than these is told by its name alone.
FEW = 5
# For each metric that an alarm is over, and month: us-east-1, late 2025.
ALARM_CENTS = 10
ROOT = Path(__file__).resolve().parents[4]


def parts() -> dict[str, str]:
    """The page's made parts, by name."""
    return {
        "events": table("event | says", [(f"`{name}`", meaning) for name, meaning in EVENTS.items()]),
        "metrics": _metrics(),
        "cloud_metrics": _cloud_metrics(),
        "alerts": table(
            "alert | severity | panel | query | alarms of CloudWatch", [_alert_row(alert) for alert in ALERTS]
        ),
        "alarm_prices": _alarm_prices(),
    }


def _alert_row(alert: Alert) -> tuple[str, ...]:
    return (
        f"[{alert.name}](#{alert.name.lower()})",
        alert.severity,
        alert.panel,
        f"[{alert.query}](#{_anchor(alert.query)})",
        ", ".join(_alarms(alert)) or "none",
    )


def _anchor(number: int) -> str:
    """The address of a query's heading on the page, as GitHub makes it."""
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (heading,) = re.findall(rf"^### ({number}\. .*)$", page, re.MULTILINE)
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def _alarms(alert: Alert) -> list[str]:
    """Its own, which both templates have, and those over what AWS counts itself."""
    own = [f"`{each.name}Alarm`" for each, _ in cloud_alarms.own() if each == alert]
    return own + [
        f"`{each.name}` ({each.template.partition('.')[0].capitalize()})"
        for each in PLATFORM_ALARMS
        if each.alert == alert.name
    ]


def _alarm_prices() -> str:
    counted = {
        name.partition(".")[0].capitalize(): cloud_alarms.metrics(name) for name in cloud_alarms.TEMPLATES
    }
    return "; ".join(
        f"{name}: {count} metrics in alarms, {count * ALARM_CENTS / 100:.2f} $"
        for name, count in counted.items()
    )


def _metrics() -> str:
    rows = [
        (f"`{metric.name}`", metric.kind, ", ".join(map(_label, metric.labels.items())), metric.meaning)
        for metric in METRICS + PROCESS
    ]
    return table("metric | kind | labels | meaning", rows)


def _label(label: tuple[str, tuple[str, ...]]) -> str:
    """A label, with its values where they are few."""
    name, values = label
    return f"`{name}`" if len(values) > FEW else f"`{name}` ({', '.join(values)})"


def _cloud_metrics() -> str:
    rows = [
        (f"`{each.name}`", each.unit, " and ".join(f"`{name}`" for name in each.dimensions), each.meaning)
        for each in CLOUD_METRICS
    ]
    plain, faults = sum(not each.dimensions for each in CLOUD_METRICS), len(FAULTS) - 1
    return (
        table("metric | unit | dimensions | meaning", rows)
        + f"\n\nThat makes {plain} metrics without a dimension, {faults} by `fault`, and one for each `code` "
        f"that occurs:\n{plain + faults + 5} where five codes occur, and {most_cloud_metrics()} if all did."
    )
