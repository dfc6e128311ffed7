"""The service with more patience than it has, for tests of what it does before its patience ends.

Knows: limits in the seconds that no setting changes, and that a busy machine reaches: there a process of the
test or of the service may stand still for longer.
Rules: all else is as users run it. Tests of such a limit use `Running`.
"""

import sys
from collections.abc import Mapping
from typing import ClassVar

from tests.support.service.running_service import Running

PATIENT_SECONDS = 600.0
_PROGRAM = """
import sys
from importlib import import_module
from upload_service.__main__ import main
for place in {places}:
    setattr(import_module(place[0]), place[1], {seconds})
sys.exit(main([]))
"""


class KeepsConnections(Running):
    """It keeps idle connections to storage until it ends."""

    places: ClassVar[Mapping[str, str]] = {"upload_service.storage.connection_pools": "KEEPALIVE_SECONDS"}

    def command(self, settings: dict[str, str]) -> list[str]:
        """The same service, after these limits are raised."""
        program = _PROGRAM.format(places=list(self.places.items()), seconds=PATIENT_SECONDS)
        return [sys.executable, "-c", program]


class WaitsForCollector(KeepsConnections):
    """At its end it waits until a collector has all spans."""

    places: ClassVar[Mapping[str, str]] = {"upload_service.telemetry.otlp_traces": "CLOSE_SECONDS"}
