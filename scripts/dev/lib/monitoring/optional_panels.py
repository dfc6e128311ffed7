"""The panels of what only a setting brings: the malware scan, and the keys of an identity provider."""

from monitoring.panel import Panel, times
from monitoring.queries import gauge, query, rate
from upload_service.telemetry import metric_definitions as register

SCANS = (
    Panel(
        "Scans by result",
        "reqps",
        "With UPLOAD_SCANNER. `unavailable`: the scanner gave no verdict, and nothing was stored; "
        "`scan_detail` in the log says why. `found`: malware; `scan_detail` is the name of its signature.",
        (query("{{result}}", rate(register.SCANS, "result"), register.SCANS),),
        stacked=True,
    ),
    Panel(
        "Time until the scanner's verdict",
        "s",
        "From a file's last byte. Callers wait for it: a scanner that gets slow needs processors or threads.",
        times(register.SCAN_WAIT),
    ),
)

TOKENS = (
    Panel(
        "Keys of the identity provider",
        "short",
        "With UPLOAD_JWT_ISSUER or UPLOAD_JWT_JWKS. At 0 no signed token can be verified; the event "
        "identity_keys_failed in the log says why.",
        (query("{{instance}}", gauge(register.KEYS, "instance"), register.KEYS),),
    ),
    Panel(
        "Requests for these keys, by how they ended",
        "reqps",
        "`failed` while keys are known: callers with known keys go on, and those with new ones are answered "
        "503.",
        (query("{{result}}", rate(register.KEY_FETCHES, "result"), register.KEY_FETCHES),),
        stacked=True,
    ),
)
