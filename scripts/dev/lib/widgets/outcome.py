"""What one widget made of its files: the cells of its rows.

Rules: with our lines a file is stored, byte for byte, and the person is told so; of a refusal the person
reads the service's own sentence. Anything else is strange.
"""

from dataclasses import dataclass, field

from widgets.trial import Trial
from widgets.widget import Widget

STORED, REASON, NOTHING = "stored", "the reason", "nothing"
MOST_LETTERS = 90


@dataclass
class Outcome:
    """`stored`: by kind of page and by size, what became of each file. `expired`: by kind of page, what the
    person saw of a URL that had expired. `chunked`: what the service answered to chunks. `fields`: those of
    our lines, in their order.
    """

    widget: Widget
    stored: dict[str, dict[str, str]] = field(default_factory=dict)
    expired: dict[str, str] = field(default_factory=dict)
    chunked: str = ""
    fields: list[str] = field(default_factory=list)

    def stored_cell(self, kind: str) -> str:
        """One text, where all files had the same fate."""
        fates = self.stored[kind]
        if len(set(fates.values())) == 1:
            return next(iter(fates.values()))
        return "; ".join(f"{size}: {fate}" for size, fate in fates.items())

    def strange(self) -> list[str]:
        """What is not as it should be."""
        found = [f"{size}: {fate}" for size, fate in self.stored["ours"].items() if fate != STORED]
        if self.expired["ours"] != REASON:
            found.append(f"expired URL: {self.expired['ours']}")
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
        return REASON + _times(trial)
    text = trial.said if len(trial.said) <= MOST_LETTERS else f"{trial.said[:MOST_LETTERS]} …"
    return f"“{text}”" + _times(trial)


def _times(trial: Trial) -> str:
    return f", sent {len(trial.codes)} times" if len(trial.codes) > 1 else ""
