"""The panels of uploads: how they end, who is refused, how long they take."""

from monitoring.alerts import CALLERS_REFUSED, URLS_REFUSED
from monitoring.panel import Panel, share, stat, times
from monitoring.queries import gauge, quantile, query, rate, selector
from upload_service.telemetry import metric_definitions as register

_ENDED = rate(register.UPLOADS)

GLANCE = (
    stat(
        "Instances",
        "short",
        "How many answer, by the version that they run. Two versions at once are a rollout.",
        query("{{version}}", f"count by (version) ({selector(register.BUILD)})", register.BUILD),
    ),
    stat(
        "Uploads each second",
        "reqps",
        "All that have ended, refused ones included.",
        query("uploads", _ENDED, register.UPLOADS),
    ),
    stat(
        "Share of uploads that are stored",
        "percentunit",
        "Failures include what callers do wrong: the panels below say whose turn it is.",
        query("stored", f"{rate(register.UPLOADS, code='=ok')} / ({_ENDED} > 0)", register.UPLOADS),
    ),
    stat(
        "Time of one upload in twenty",
        "s",
        "19 of 20 take no longer, from the request's head to its answer.",
        query("p95", quantile(register.DURATION, 0.95), register.DURATION),
    ),
    stat(
        "Uploads that run now",
        "short",
        "Checks of forms are among them.",
        query("running", gauge(register.RUNNING), register.RUNNING),
    ),
    stat(
        "Bytes stored each second",
        "Bps",
        "A file is counted when its upload ends.",
        query("stored", rate(register.STORED), register.STORED),
    ),
)

UPLOADS = (
    Panel(
        "Uploads by fault",
        "reqps",
        "`none`: stored. `client`: the caller or who signs its URLs. `storage`: the store or the way to "
        "it. `service`: "
        "this service, or too little room in it.",
        (query("{{fault}}", rate(register.UPLOADS, "fault"), register.UPLOADS),),
        stacked=True,
    ),
    Panel(
        "Failures by code",
        "reqps",
        "What each code means and what to do about it is in docs/errors.md, and under /errors/CODE of the "
        "service. "
        "Which store it is: query 6 of docs/operations.md.",
        (query("{{code}}", f"{rate(register.UPLOADS, 'code', code='!=ok')} > 0", register.UPLOADS),),
        stacked=True,
    ),
    share(
        "Share of uploads that fail",
        "Of all uploads, by fault. `client` is high where a script knocks: see who is refused.",
        query(
            "{{fault}}",
            f"{rate(register.UPLOADS, 'fault', fault='!=none')} "
            f"/ ignoring (fault) group_left () ({_ENDED} > 0)",
            register.UPLOADS,
        ),
    ),
    share(
        "Share of uploads with a URL that storage does not take",
        "Only who signs the URLs can change that: expired, signed for something else, or rights that have "
        "changed.",
        query(
            "refused URLs",
            f"{rate(register.UPLOADS, code='=~' + '|'.join(URLS_REFUSED))} / ({_ENDED} > 0)",
            register.UPLOADS,
        ),
    ),
    share(
        "Share of requests refused because of who asks",
        "Of all requests. Who it is: query 8. All callers under one address are a proxy that "
        "UPLOAD_TRUSTED_PROXIES does not name.",
        query(
            "refused callers",
            f"{rate(register.UPLOADS, code='=~' + '|'.join(CALLERS_REFUSED))} / ({_ENDED} > 0)",
            register.UPLOADS,
        ),
    ),
    Panel(
        "Refused before the body, by code",
        "reqps",
        "None of their bytes were read, and storage was not asked.",
        (query("{{code}}", f"{rate(register.REFUSED, 'code')} > 0", register.REFUSED),),
        stacked=True,
    ),
    Panel(
        "Checks by what was found",
        "reqps",
        "Forms that came to /check: what is refused there is never begun as an upload.",
        (query("{{code}}", f"{rate(register.CHECKS, 'code')} > 0", register.CHECKS),),
        stacked=True,
    ),
    Panel(
        "Uploads by endpoint",
        "reqps",
        "`plain` gives storage one PUT, `retry` as many as the caller allows.",
        (query("{{endpoint}}", rate(register.UPLOADS, "endpoint"), register.UPLOADS),),
        stacked=True,
    ),
)

TIMES = (
    Panel(
        "Time until the form had come",
        "s",
        "The callers' leg: their line, and how slowly they send. Both legs run at once, so each may be as "
        "long as the "
        "whole.",
        times(register.CLIENT_LEG),
        width=8,
    ),
    Panel(
        "Time in PUTs to storage",
        "s",
        "Storage's leg, all attempts of an upload together. If the callers' leg is as long, storage waits "
        "for them.",
        times(register.STORAGE_LEG),
        width=8,
    ),
    Panel(
        "Time of whole uploads",
        "s",
        "From a request's head to its answer; refused ones are left out.",
        times(register.DURATION),
        width=8,
    ),
)
