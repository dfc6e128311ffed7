"""Repeated lines: the first is said, the others are counted."""

from upload_service.telemetry.repeated_lines import COUNTED_SECONDS, MOST_KINDS, RepeatedLines


def test_said_once_a_minute() -> None:
    """The count is told when its time is over, and then the next line of the kind is said again."""
    lines = RepeatedLines[str]()
    assert lines.is_new("kind", "first", 0)
    assert not lines.is_new("kind", "second", 1)
    assert not lines.is_new("kind", "third", 2)
    assert lines.is_new("other", "another", 2)
    assert not list(lines.due(COUNTED_SECONDS - 1))
    assert list(lines.due(COUNTED_SECONDS)) == [("third", 2)]
    assert lines.is_new("kind", "fourth", COUNTED_SECONDS)
    assert not list(lines.due(3 * COUNTED_SECONDS))  # nothing was kept back


def test_memory_is_bounded() -> None:
    """Lines of ever new kinds do not fill the memory, and no count is lost."""
    lines, told = RepeatedLines[int](), 0
    for number in range(10 * MOST_KINDS):
        told += sum(count for _, count in lines.due(0))
        for _ in range(2):
            lines.is_new(number, number, 0)
        assert len(lines._kinds) <= MOST_KINDS
    told += sum(count for _, count in lines.due(COUNTED_SECONDS))
    assert told == 10 * MOST_KINDS
