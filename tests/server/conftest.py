"""Places at the double and in the real store where nothing must come."""

from tests.support.storage.places import at_double, never_stored, nothing_came_late, place, untouched

__all__ = ["at_double", "never_stored", "nothing_came_late", "place", "untouched"]
