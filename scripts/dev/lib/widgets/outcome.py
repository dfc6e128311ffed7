"""What one widget made of its files: the cells of its rows.

Rules: with our lines a file is stored, byte for byte, and the person is told so; of a refusal the person
reads the service's own sentence. Anything else is strange.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from widgets.trial import Trial
from widgets.widget import Widget

# Two sizes of files. Of a large one the service is asked first.
SMALL, LARGE = "200 KB", "6 MB"
STORED, REASON, NOTHING = "stored", "the reason", "nothing"
UNSENT = f"{REASON}, before it is sent"
MOST_LETTERS = 90


@dataclass
class Outcome:
    """By kind of page and by size, `stored`: what became of each file, and `expired`: what the person saw
    where the URL had expired. `chunked`: what was answered to chunks. `fields`: those of our lines, in order.
    """

    widget: Widget
    stored: dict[str, dict[str, str]] = field(default_factory=dict)
    expired: dict[str, dict[str, str]] = field(default_factory=dict)
    chunked: str = ""
    fields: list[str] = field(default_factory=list)

    def wanted_reason(self, size: str) -> str:
        """What the person must see of a URL that has expired."""
        return UNSENT if size == LARGE and self.widget.signs else REASON

    def strange(self) -> list[str]:
        """What is not as it should be."""
        found = [f"{size}: {fate}" for size, fate in self.stored["ours"].items() if fate != STORED]
        found += [
            f"{size}, expired URL: {saw}"
            for size, saw in self.expired["ours"].items()
            if saw != self.wanted_reason(size)
        ]
        if STORED in self.chunked:
            found.append(f"in chunks: {self.chunked}")
        return [f"{self.widget.name}: {each}" for each in found]


def fate(trial: Trial, *, is_equal: bool) -> str:
    """What became of a file; `is_equal`: the store has exactly its bytes."""
    if is_equal:
        shown = {"stored": "", "failed": ", but shows a failure", "": ", and shows nothing"}[trial.shown]
        return STORED + shown
    return answers(trial) + (", but shows a success" if trial.shown == "stored" else "")


def answers(trial: Trial) -> str:
    """What the service answered, and how often."""
    if not trial.codes:
        return "sends nothing" + "".join(f" ({error})" for error in trial.errors[:1])
    return ", then ".join(f"`{code}`" for code in dict.fromkeys(trial.codes)) + _times(trial)


def seen(trial: Trial, detail: str) -> str:
    """What the person saw of a refusal whose sentence is `detail`."""
    if not trial.said:
        return NOTHING + _times(trial)
    if '"detail"' in trial.said:
        return "the whole answer, as JSON" + _times(trial)
    if detail in trial.said:
        return REASON + _times(trial) if trial.codes else UNSENT
    text = trial.said if len(trial.said) <= MOST_LETTERS else f"{trial.said[:MOST_LETTERS]} …"
    return f"“{text}”" + _times(trial)


def together(by_size: Mapping[str, str]) -> str:
    """One text, where it is the same for all sizes."""
    if len(set(by_size.values())) == 1:
        return next(iter(by_size.values()))
    return "; ".join(f"{size}: {text}" for size, text in by_size.items())


def _times(trial: Trial) -> str:
    return f", sent {len(trial.codes)} times" if len(trial.codes) > 1 else ""
