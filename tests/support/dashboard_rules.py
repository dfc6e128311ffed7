"""What must hold of a Grafana dashboard: the rules of Grafana's own linter, and what they are about here.

Source: github.com/grafana/dashboard-linter, docs/rules. The program itself cannot be installed wherever the
tests run; docs/decisions/0011-metrics.md says what it said.
"""

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]

# Of those in Grafana's packages/grafana-data/src/valueFormats/categories.ts, what this dashboard uses.
UNITS = {"Bps", "bytes", "cps", "percentunit", "reqps", "s", "short"}
_SELECTOR = re.compile(r"\b((?:upload_service|process)_\w+)(\{[^}]*\})?(\[[^\]]*\])?")
_CHOSEN = ('job=~"$job"', 'instance=~"$instance"')


def complaints(dashboard: Json) -> list[str]:
    """What is wrong with it: the rule's name, and where."""
    return [*_variables(dashboard), *_whole(dashboard), *_panels(dashboard)]


def panels(dashboard: Json) -> list[Json]:
    """Its panels, without the titles of rows."""
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def _whole(dashboard: Json) -> Iterator[str]:
    if dashboard.get("editable"):
        yield "uneditable-dashboard"
    ids = [panel["id"] for panel in dashboard["panels"]]
    if len(ids) != len(set(ids)):
        yield "ids"


def _variables(dashboard: Json) -> Iterator[str]:
    known = {each["name"]: each for each in dashboard["templating"]["list"]}
    source = known.get("datasource", {})
    if (source.get("type"), source.get("query")) != ("datasource", "prometheus"):
        yield "template-datasource-rule"
    for name in ("job", "instance"):
        each = known.get(name, {})
        wanted = {"type": "query", "label": name.title(), "multi": True, "allValue": ".+", "includeAll": True}
        if any(each.get(key) != value for key, value in wanted.items()) or _source(each) != "$datasource":
            yield f"template-{name}-rule"
        if not re.fullmatch(rf"label_values\((.+), {name}\)", each.get("query", "")):
            yield f"template-label-promql-rule {name}"
        if each.get("refresh") != 2:
            yield f"template-on-time-change-reload-rule {name}"


def _panels(dashboard: Json) -> Iterator[str]:
    for panel in panels(dashboard):
        title = panel["title"]
        if not title or not panel["description"]:
            yield f"panel-title-description-rule {title}"
        if panel["fieldConfig"]["defaults"]["unit"] not in UNITS:
            yield f"panel-units-rule {title}"
        if not panel["targets"]:
            yield f"panel-no-targets-rule {title}"
        if {_source(each) for each in (panel, *panel["targets"])} != {"$datasource"}:
            yield f"panel-datasource-rule {title}"
        for target in panel["targets"]:
            yield from (f"{rule} {title}" for rule in _query(target["expr"]))


def _source(each: Json) -> object:
    return each.get("datasource", {}).get("uid")


def _query(expression: str) -> Iterator[str]:
    for found in _SELECTOR.finditer(expression):
        name, matchers, interval = found.groups()
        for label, wanted in zip(("job", "instance"), _CHOSEN, strict=True):
            if wanted not in (matchers or ""):
                yield f"target-{label}-rule"
        if name.endswith(("_total", "_bucket", "_count")):
            if not expression[: found.start()].endswith("rate("):
                yield "target-counter-agg-rule"
            if interval != "[$__rate_interval]":
                yield "target-rate-interval-rule"
