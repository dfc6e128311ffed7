"""The parts of a page that are made: each stands between two comments, of which the first names it.

    <!-- made: settings -->
    …
    <!-- end -->

Rules: a part within a line of text stands on that line. A page must have exactly the parts that it is asked
for.
"""

import re
from collections.abc import Mapping, Sequence

_PART = re.compile(r"(<!-- made: (\w+) -->)(\n?).*?(<!-- end -->)", re.DOTALL)


class LostPart(Exception):
    """A page does not have the parts that it should have."""


def filled(page: str, names: Sequence[str], parts: Mapping[str, str]) -> str:
    """The page with these parts as they are in `parts`; raises LostPart."""
    there = [match[2] for match in _PART.finditer(page)]
    if sorted(there) != sorted(names):
        raise LostPart(f"has the made parts {', '.join(there) or 'none'}, and should have {', '.join(names)}")
    return _PART.sub(lambda match: _part(match, parts[match[2]]), page)


def _part(match: re.Match[str], text: str) -> str:
    around = "\n" if match[3] else ""
    return f"{match[1]}{around * 2}{text}{around * 2}{match[4]}"
