"""What a chaos run has seen, and how it is printed.

Must not know: sockets, processes, what is right.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from devtools.service_process import Resources

from soak.chaos.checks import Upload
from soak.misbehaving_storage import Put

MAX_SHOWN = 50


@dataclass
class Report:
    """Everything that was seen, and the violations.

    `enclosed`: there was a name server that fails, and a disk that gets full. `events`: what the log says of
    each upload. `real`: how many objects of the real store are stored, and how many are not.
    """

    seed: str
    enclosed: bool
    uploads: list[Upload] = field(default_factory=list)
    puts: dict[str, list[Put]] = field(default_factory=dict)
    events: dict[str, dict[str, object]] = field(default_factory=dict)
    real: Counter[bool] = field(default_factory=Counter)
    stops: list[str] = field(default_factory=list)
    resources: list[Resources] = field(default_factory=list)
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)

    def text(self) -> str:
        """The report as lines for a person."""
        puts = [put for each in self.puts.values() for put in each]
        sent = sum(each.length for each in self.uploads) / 1e6
        whole, stored, crossed = (
            sum(bool(put.sha256) for put in puts),
            sum(put.stored for put in puts),
            sum(put.crossed for put in puts),
        )
        lines = [
            f"seed {self.seed}: {len(self.uploads)} uploads, {sent:.0f} MB in {self.seconds:.0f} s",
            *_table("callers", Counter(each.told.how for each in self.uploads)),
            *_table("answers", Counter(each.code for each in self.uploads)),
            *_table("PUTs", Counter(put.misbehaviour.name for put in puts)),
            f"bodies that arrived whole: {whole}, stored: {stored}, crossed by an answer to none: {crossed}",
            f"in SeaweedFS behind a relay: {self.real[True]} stored, {self.real[False]} not",
            f"name server and disk: {'they fail at times' if self.enclosed else 'not tried (no namespaces)'}",
            *self.stops,
            *map(_idle, self.resources),
            f"violations: {len(self.violations)}",
            *self.violations[:MAX_SHOWN],
        ]
        return "\n".join(lines)


def _table(title: str, counts: Counter[str]) -> Iterator[str]:
    yield f"{title}:"
    for name, count in sorted(counts.items(), key=lambda row: (-row[1], row[0])):
        yield f"  {count:7}  {name}"


def _idle(held: Resources) -> str:
    return f"idle: {held.rss_bytes / 1e6:.1f} MB, {held.descriptors} descriptors, {held.threads} threads"
