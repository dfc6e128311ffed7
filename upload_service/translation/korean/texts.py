"""All tables in one."""

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {}
