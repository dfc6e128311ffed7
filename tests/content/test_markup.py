"""What markup looks like by its first bytes: SVG, HTML and XML, whatever stands before the first tag."""

import pytest

from tests.content.head_rows import MARKUP
from upload_service.content.sniffing import HEAD_BYTES, sniff_type


@pytest.mark.parametrize(("head", "seen"), MARKUP)
def test_what_markup_looks_like(head: bytes, seen: str) -> None:
    """Each head is taken for the kind of markup that it is."""
    assert sniff_type(head) == seen
    # With a whole window, too.
    assert sniff_type((head + bytes(HEAD_BYTES))[:HEAD_BYTES]) in (seen, None)
