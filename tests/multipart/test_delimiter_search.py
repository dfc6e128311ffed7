"""The search for a delimiter agrees with Python's own, wherever it looks."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from upload_service.multipart import delimiter_search

both = pytest.mark.parametrize(
    "find", [delimiter_search.find, delimiter_search._bytes_find], ids=["chosen", "fallback"]
)
letters = st.binary(max_size=60).map(lambda raw: bytes(each % 3 for each in raw))


@both
@given(chunk=letters, wanted=letters.filter(bool), data=st.data())
def test_agrees_with_python(
    find: Callable[[bytes, bytes, int], int], chunk: bytes, wanted: bytes, data: st.DataObject
) -> None:
    """The first place from any start on, in chunks full of beginnings."""
    start = data.draw(st.integers(0, len(chunk)))
    assert find(chunk, wanted, start) == chunk.find(wanted, start)


@both
def test_looks_no_further_than_the_chunk(find: Callable[[bytes, bytes, int], int]) -> None:
    """What follows in memory behind a chunk, or a NUL in it, is neither found nor an end."""
    whole = b"abc\0def\0ghi"
    for end in range(len(whole)):
        assert find(whole[:end], b"ghi", 0) == -1
    assert find(whole, b"ghi", 0) == 8
    assert find(b"", b"g", 0) == -1
