"""The chunks in memory."""

from hypothesis import given
from hypothesis import strategies as st

from upload_service.body.memory_chunks import Pieces


@given(st.lists(st.binary(min_size=1, max_size=40_000), min_size=1, max_size=20), st.data())
def test_pieces_are_addressed_by_offset(pieces: list[bytes], data: st.DataObject) -> None:
    """Any offset that is still here reads the right bytes, whatever was gathered or dropped."""
    kept, whole = Pieces(), b"".join(pieces)
    for piece in pieces:
        kept.append(piece)
    kept.drop_before(data.draw(st.integers(0, len(whole))))
    assert b"".join(kept.behind(kept.start)) == whole[kept.start :]
    if kept.start < kept.end:
        offset = data.draw(st.integers(kept.start, kept.end - 1))
        found = kept.read(offset, 1000)
        assert found
        assert whole[offset : offset + len(found)] == found
