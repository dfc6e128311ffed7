"""docs/alerts.yml: the alert rules for Prometheus, made from the list of alerts.

Knows: the form of a rule (prometheus.io/docs/prometheus/latest/configuration/alerting_rules).
"""

import textwrap

from monitoring.alerts import ALERTS, Alert

_HEAD = """\
# Alert rules for Prometheus: name this file under rule_files. They need UPLOAD_METRICS=prometheus.
# What each means and what to do: docs/operations.md, under the alert's name. `promtool test rules
# tests/alerts.yml` shows when each fires and when it stays quiet. The thresholds are a beginning: fit them to
# your traffic.
# severity: page, somebody is needed now; ticket, somebody should look in working hours.
# panel: of docs/grafana/upload-service.json. query: for the log, on the same page. codes: the most frequent.
# Made by ./scripts/dev/docs from scripts/dev/lib/monitoring/alerts.py.

groups:
  - name: upload-service
    rules:
"""


def text() -> str:
    """The whole file."""
    return _HEAD + "\n".join(map(_rule, ALERTS))


def _rule(alert: Alert) -> str:
    lines = [
        f"- alert: {alert.name}",
        *_folded("expr", alert.condition.prometheus()),
        *([f"  for: {alert.minutes}m"] if alert.minutes else []),
        f"  labels: {{severity: {alert.severity}}}",
        "  annotations:",
        f"    summary: {alert.summary}",
        f"    runbook: docs/operations.md, {alert.name}",
        f"    panel: {alert.panel}",
        f'    query: "{alert.query}"',
        *_codes(alert),
    ]
    return textwrap.indent("\n".join(lines) + "\n", "      ")


def _folded(key: str, expression: str) -> list[str]:
    """A value of one line, or of several that YAML makes one."""
    lines = expression.splitlines()
    return (
        [f"  {key}: {expression}"]
        if len(lines) == 1
        else [f"  {key}: >-", *(f"    {each}" for each in lines)]
    )


def _codes(alert: Alert) -> list[str]:
    """Prometheus asks for the codes when the alert fires, so that they stand in the message itself."""
    question = alert.condition.by_code()
    if question is None:
        return []
    each = f"printf `{question}` $labels.job | query"
    told = '{{ .Labels.code }} ({{ .Value | printf "%.0f" }}) '
    return ["    codes: >-", f"      {{{{ range {each} }}}}{told}{{{{ end }}}}"]
