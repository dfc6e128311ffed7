"""A head means the same whether one pattern reads it, or it is read line by line, or by the package."""

import pytest

from tests.multipart.generated_heads import by_lines, by_pattern, compare

USUAL = [
    b'Content-Disposition: form-data; name="uploadUrl"\r\n\r\n',
    b'Content-Disposition: form-data; name="header:x"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n',
    b'Content-Disposition: form-data; name="file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n',
    'Content-Disposition: form-data; name="file"; filename="고양이; 1.png"\r\n\r\n'.encode(),
    b'Content-Disposition: form-data; name="file"; filename=""\r\nContent-Type: application/zip\r\n\r\n',
]


@pytest.mark.parametrize("head", USUAL)
def test_usual_heads_are_read_by_the_pattern(head: bytes) -> None:
    """What browsers, curl and most libraries write is read at once, and as it is read line by line."""
    assert by_pattern(head) == by_lines(head)


def test_readings_agree() -> None:
    """Generated heads near the usual ones mean the same in each reading."""
    count = 20_000
    assert compare(count, seed=18) > count // 6
