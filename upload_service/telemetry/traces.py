"""Where traces are told: what every kind can do, and the kind that tells nothing.

The other kind is `otlp_traces.py`, imported only where the settings ask for it.
"""

import gc
import os
from typing import NamedTuple

from multidict import MultiMapping

from upload_service.settings.environment import SettingError
from upload_service.settings.settings import Settings
from upload_service.telemetry.upload_event import CheckEvent, UploadEvent

MISSING = (
    "UPLOAD_TRACES needs packages that are not installed: install upload-service[traces], or set it to off"
)
NOT_TAKEN = "UPLOAD_TRACES: OpenTelemetry's SDK does not take what an OTEL_ variable says ({error})"


class Answered(NamedTuple):
    """The answer to a request. `status`: None when the caller has left. `ended`: when the answer was made."""

    route: str
    scheme: str
    status: int | None
    ended: float


class Trace:
    """The part of one request in its trace. `id`: 32 hexadecimal digits. `event`: set when it has ended.

    `began`: when the request's head was read, in seconds on the clock `time.monotonic`.
    """

    def __init__(self, id_: str, began: float) -> None:
        self.id = id_
        self.began = began
        self.event: UploadEvent | CheckEvent | None = None


class Traces:
    """Tells nothing. A subclass tells."""

    def begin(self, headers: MultiMapping[str], began: float) -> Trace | None:
        """A request with these headers has come: its part in the caller's trace, or in a new one, or none."""
        del headers, began
        return None

    async def tell(self, trace: Trace, answered: Answered) -> None:
        """The request has ended: send what is to be told, or keep it to be sent."""

    async def close(self) -> None:
        """Send what was kept. Bounded in time."""


def make_traces(settings: Settings) -> Traces:
    """The kind that is wanted. Raises SettingError where the SDK does not take the OTEL_ variables."""
    if settings.traces == "off":
        return Traces()
    from upload_service.telemetry.otlp_traces import OtlpTraces

    try:
        return OtlpTraces(before_answer=settings.in_lambda)
    except Exception as error:
        raise SettingError(NOT_TAKEN.format(error=type(error).__name__)) from None


def require_packages(settings: Settings) -> None:
    """Raise SettingError if what the settings want is not installed."""
    if settings.traces == "off":
        return
    for name, value in list(os.environ.items()):
        if name.startswith("OTEL_") and not value.strip():
            del os.environ[name]  # not set, as the standard has it; the SDK warns of it
    try:
        import opentelemetry.exporter.otlp.proto.http.trace_exporter
        import opentelemetry.sdk.trace  # noqa: F401  only looked for; the service needs it anyway
    except ImportError:
        raise SettingError(MISSING) from None
    # It stays until the end, as what `__main__` has imported: the collector need never look at it.
    gc.freeze()
