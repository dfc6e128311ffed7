"""The queries of docs/operations.md, in both forms, and which of the log's fields they use.

Knows: as much of CloudWatch Logs Insights' language as the page uses.
Source: docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_QuerySyntax.html
"""

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
COMMANDS = {
    "anomaly", "dedup", "diff", "display", "fields", "filter", "filterIndex", "limit", "parse", "pattern",
    "sort", "stats", "unmask", "unnest",
}  # fmt: skip
FUNCTIONS = {"avg", "bin", "count", "ispresent", "max", "min", "pct", "sum"}
WORDS = {"and", "or", "not", "in", "like", "as", "by", "asc", "desc"}
# What Insights adds to each line; the log says it as `timestamp`.
BUILT_IN = {"@timestamp", "@message", "@logStream", "@log"}
_TEXT = re.compile(r'"[^"]*"')
_SENTENCE = re.compile(r"### (\d+)\. (.*?)\n\n```text\n(.*?)```\n\n```sh\n(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Query:
    """One question, for Insights and for jq."""

    number: int
    question: str
    insights: str
    jq: str


def queries() -> dict[int, Query]:
    """All of the page, by their number."""
    found = [Query(int(number), *rest) for number, *rest in _SENTENCE.findall(PAGE.read_text("utf-8"))]
    return {query.number: query for query in found}


def insights_fields(text: str) -> set[str]:
    """The fields of the log that a query in Insights' language uses; fails on what is not its language."""
    used: set[str] = set()
    made: set[str] = set()
    for step in text.split("|"):
        command, _, rest = _TEXT.sub('""', step).strip().partition(" ")
        assert command in COMMANDS, command
        rest = re.sub(r"\b\d+[hms]?\b", "", rest)
        functions = set(re.findall(r"\b(\w+)\(", rest))
        assert functions <= FUNCTIONS, functions
        made |= set(re.findall(r"\bas (\w+)", rest))
        used |= set(re.findall(r"@?\b[A-Za-z_]\w*", rest)) - functions - WORDS - made
        assert rest.count("(") == rest.count(")")
    return {"timestamp" if field in BUILT_IN else field for field in used} | _implied(text)


def _implied(text: str) -> set[str]:
    """`bin` asks for the time without naming it."""
    return {"timestamp"} if "bin(" in text else set()


def jq_fields(text: str, log_fields: set[str]) -> set[str]:
    """The fields of the log that a query for jq uses: `.code`, and `code` in a list of members."""
    bare = _TEXT.sub('""', text)
    return {field for field in log_fields if re.search(rf"[.{{ ,]{field}\b(?!:)", bare)} - _members(bare)


def _members(bare: str) -> set[str]:
    """Names that the query gives itself and never reads from the log."""
    named = set(re.findall(r"(\w+):", bare))
    return {name for name in named if not re.search(rf"\.{name}\b", bare)}
