"""What clamd's answers mean; what is not understood is never a verdict."""

import pytest

from upload_service.scanner.verdict import ScannerFault, parse_verdict, shown_name

VERDICTS = [
    (b"stream: OK\0", "ok", ""),
    (b"stream: Win.Test.EICAR_HDB-1 FOUND\0", "found", "Win.Test.EICAR_HDB-1"),
    (
        b"stream: {HEX}php.base64.v23au.185.UNOFFICIAL FOUND\0",
        "found",
        "{HEX}php.base64.v23au.185.UNOFFICIAL",
    ),
    (b"stream: OK FOUND\0", "found", "OK"),
    (b"stream: a <b>\x1b[31m&\xc3\xa9 FOUND\0", "found", "a__b___31m___"),
    (b"stream: Heuristics.Encrypted.Zip FOUND\0", "found", "Heuristics.Encrypted.Zip"),
    (
        b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0",
        "too_large",
        "Heuristics.Limits.Exceeded.MaxFileSize",
    ),
    (b"INSTREAM size limit exceeded. ERROR\0", "too_large", "INSTREAM"),
]
FAULTS = [
    (b"", "disconnected"),
    (b"stream: OK", "disconnected"),
    (b"stream: Win.Test FOUND", "disconnected"),
    (b"COMMAND READ TIMED OUT\n", "disconnected"),
    (b"stream: Can't allocate memory ERROR\0", "refused"),
    (b"UNKNOWN COMMAND\0", "bad_answer"),
    (b"stream: OK\0stream: OK\0", "bad_answer"),
    (b"stream: ok\0", "bad_answer"),
    (b"stream:  FOUND\0", "bad_answer"),
    (b" stream: OK\0", "bad_answer"),
    (b"stream: OK\n\0", "bad_answer"),
    (b"HTTP/1.1 400 Bad Request\r\n\r\n\0", "bad_answer"),
]


@pytest.mark.parametrize(("answer", "result", "name"), VERDICTS)
def test_a_verdict(answer: bytes, result: str, name: str) -> None:
    """A whole answer of clamd is a verdict, and the signature's name has usual characters only."""
    assert parse_verdict(answer) == (result, name)


@pytest.mark.parametrize(("answer", "why"), FAULTS)
def test_no_verdict(answer: bytes, why: str) -> None:
    """Any other answer is a fault that says which kind it is."""
    with pytest.raises(ScannerFault) as caught:
        parse_verdict(answer)
    assert caught.value.why == why


def test_a_long_name_is_cut() -> None:
    """A signature's name has 100 characters at most."""
    assert shown_name(b"a" * 500) == "a" * 100
