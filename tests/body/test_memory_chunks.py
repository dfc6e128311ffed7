"""The chunks in memory."""

from hypothesis import given
from hypothesis import strategies as st

from upload_service.body.memory_chunks import MemoryChunks


@given(st.lists(st.binary(min_size=1, max_size=40_000), min_size=1, max_size=20), st.data())
def test_pieces_are_addressed_by_offset(chunks: list[bytes], data: st.DataObject) -> None:
    """Any offset that is still here reads the right bytes, whatever was gathered or dropped."""
    kept, whole = MemoryChunks(), b"".join(chunks)
    for chunk in chunks:
        kept.append(chunk)
    kept.drop_before(data.draw(st.integers(0, len(whole))))
    assert b"".join(kept.chunks_from(kept.start)) == whole[kept.start :]
    if kept.start < kept.end:
        offset = data.draw(st.integers(kept.start, kept.end - 1))
        found = kept.read(offset, 1000)
        assert found
        assert whole[offset : offset + len(found)] == found
