"""docs/grafana/upload-service.json: the dashboard, as Grafana imports it.

Knows: as much of a dashboard's JSON as it has (grafana.com/docs/grafana/latest, "Dashboard JSON model").
Schema version 38 is that of Grafana 10.
Rules: a panel's id follows from its title, so that a link to it stays right when panels are added.
"""

import json
import zlib
from collections.abc import Iterator

from monitoring import optional_panels, service_panels, upload_panels
from monitoring.alerts import ALERTS
from monitoring.panel import Panel
from upload_service.telemetry.metric_definitions import BUILD

UID = "upload-service"
GRAFANA = "10.0.0"
SCHEMA = 38
COLUMNS, HEIGHT, STAT_HEIGHT = 24, 8, 4

# The dashboard's rows, from the top. Every metric of the register is on a panel, as a test checks.
ROWS = {
    "At a glance": upload_panels.GLANCE,
    "Uploads": upload_panels.UPLOADS,
    "How long": upload_panels.TIMES,
    "Storage": service_panels.STORAGE,
    "Room": service_panels.ROOM,
    "Malware scan": optional_panels.SCANS,
    "Signed tokens": optional_panels.TOKENS,
    "Process": service_panels.PROCESS,
}

Json = dict[str, object]
_SOURCE: Json = {"type": "prometheus", "uid": "$datasource"}


def text() -> str:
    """The whole file."""
    return json.dumps(dashboard(), indent=1, ensure_ascii=False) + "\n"


def dashboard() -> Json:
    """The dashboard."""
    return {
        "__requires": [
            {"type": "grafana", "id": "grafana", "name": "Grafana", "version": GRAFANA},
            {"type": "datasource", "id": "prometheus", "name": "Prometheus", "version": "1.0.0"},
            {"type": "panel", "id": "stat", "name": "Stat", "version": ""},
            {"type": "panel", "id": "timeseries", "name": "Time series", "version": ""},
        ],
        "uid": UID,
        "title": "upload-service",
        "description": "Made by ./scripts/dev/docs. What to do about each alert: docs/operations.md.",
        "tags": ["upload-service"],
        "schemaVersion": SCHEMA,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "1m",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "annotations": {"list": []},
        "templating": {"list": _variables()},
        "panels": list(_panels()),
    }


def panel_id(title: str) -> int:
    """The number of the panel with this title, as in the address of the panel alone (`viewPanel`)."""
    return zlib.crc32(title.encode()) >> 1


def _variables() -> list[Json]:
    source: Json = {"name": "datasource", "label": "Data source", "type": "datasource", "query": "prometheus"}
    return [
        source,
        _variable("job", "Job", f"label_values({BUILD.name}, job)"),
        _variable("instance", "Instance", f'label_values({BUILD.name}{{job=~"$job"}}, instance)'),
    ]


def _variable(name: str, label: str, query: str) -> Json:
    """All are chosen at first; asked for again when the time changes, because instances come and go."""
    return {
        "name": name, "label": label, "type": "query", "datasource": _SOURCE,
        "query": query, "definition": query,
        "refresh": 2, "sort": 1, "multi": True, "includeAll": True, "allValue": ".+",
        "current": {"selected": True, "text": ["All"], "value": ["$__all"]},
    }  # fmt: skip


def _panels() -> Iterator[Json]:
    """Rows of panels, each from the left to the right, as high as its kind."""
    top = 0
    for row, panels in ROWS.items():
        yield {
            "id": panel_id(row), "type": "row", "title": row, "collapsed": False, "panels": [],
            "gridPos": {"x": 0, "y": top, "w": COLUMNS, "h": 1},
        }  # fmt: skip
        top, left = top + 1, 0
        height = STAT_HEIGHT if panels[0].kind == "stat" else HEIGHT
        for panel in panels:
            if left + panel.width > COLUMNS:
                top, left = top + height, 0
            yield _panel(panel, {"x": left, "y": top, "w": panel.width, "h": height})
            left += panel.width
        top += height


def _panel(panel: Panel, place: Json) -> Json:
    targets = [
        {
            "refId": chr(ord("A") + number),
            "datasource": _SOURCE,
            "expr": query.expression,
            "legendFormat": query.legend,
        }
        for number, query in enumerate(panel.queries)
    ]
    kind = _STAT if panel.kind == "stat" else _timeseries(panel)
    defaults = {
        "unit": panel.unit,
        "noValue": "none yet",
        **kind["defaults"],
        "thresholds": _thresholds(panel),
    }
    return {
        "id": panel_id(panel.title), "type": panel.kind, "title": panel.title,
        "description": description(panel),
        "datasource": _SOURCE, "gridPos": place, "targets": targets,
        "fieldConfig": {"defaults": defaults, "overrides": []}, "options": kind["options"],
    }  # fmt: skip


def description(panel: Panel) -> str:
    """What it shows, and which alerts watch it, with where to look then."""
    watching = [f"{alert.name} (query {alert.query})" for alert in ALERTS if alert.panel == panel.title]
    said = (
        f"\n\nWatched by {', '.join(watching)}: see docs/operations.md under that name." if watching else ""
    )
    return panel.description + said


_STAT: dict[str, Json] = {
    "defaults": {"min": 0},
    "options": {
        "colorMode": "none", "graphMode": "area", "textMode": "auto", "orientation": "auto",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
    },
}  # fmt: skip


def _timeseries(panel: Panel) -> dict[str, Json]:
    custom: Json = {
        "drawStyle": "line", "lineWidth": 1, "showPoints": "never", "spanNulls": False,
        "fillOpacity": 25 if panel.stacked else 0,
        "stacking": {"mode": "normal" if panel.stacked else "none", "group": "A"},
        "thresholdsStyle": {"mode": "line" if levels(panel) else "off"},
    }  # fmt: skip
    options: Json = {
        "legend": {
            "displayMode": "table",
            "placement": "bottom",
            "showLegend": True,
            "calcs": ["lastNotNull", "max"],
        },
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return {"defaults": {"min": 0, "custom": custom}, "options": options}


def levels(panel: Panel) -> list[float]:
    """Where the alerts that watch a panel begin to fire."""
    return sorted({alert.level for alert in ALERTS if alert.panel == panel.title and alert.level is not None})


def _thresholds(panel: Panel) -> Json:
    steps: list[Json] = [{"color": "green", "value": None}]
    steps += [{"color": "red", "value": level} for level in levels(panel)]
    return {"mode": "absolute", "steps": steps}
