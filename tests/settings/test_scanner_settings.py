"""UPLOAD_SCANNER: what it may be, and that a wrong one ends the start without being quoted."""

import pytest

from upload_service.settings.environment import SettingError
from upload_service.settings.scanner_settings import ScannerChoice
from upload_service.settings.settings import Settings

RIGHT = {
    "clamd://clamd:3310": ScannerChoice(("clamd", 3310)),
    "clamd://clamd": ScannerChoice(("clamd", 3310)),
    "clamd://10.0.0.7:1/": ScannerChoice(("10.0.0.7", 1)),
    "clamd://[::1]:3310": ScannerChoice(("::1", 3310)),
    "clamd:///run/clamav/clamd.ctl": ScannerChoice("/run/clamav/clamd.ctl"),
    "clamd://clamd:3310?parts=unscanned": ScannerChoice(("clamd", 3310), parts_unscanned=True),
    "clamd:///run/clamd.ctl?parts=unscanned": ScannerChoice("/run/clamd.ctl", parts_unscanned=True),
}
WRONG = [
    "clamd", "on", "clamd:3310", "tcp://clamd:3310", "clamd://", "clamd:///", "clamd://clamd:0",
    "clamd://clamd:65536",
    "clamd://user:secret@clamd:3310", "clamd://clamd:3310/path", "clamd://clamd:3310?parts=yes",
    "clamd://a b",
    "clamd://clamd?parts=unscanned&open=yes", "clamd://clamd#x", "clamd://[clamd]:3310",
]  # fmt: skip


@pytest.mark.parametrize("text", RIGHT)
def test_where_clamd_listens(text: str) -> None:
    """Host and port, or the path of a socket; and the word that lets parts pass."""
    assert Settings.from_environment({"UPLOAD_SCANNER": text}).scanner == RIGHT[text]


@pytest.mark.parametrize("text", WRONG)
def test_refused(text: str) -> None:
    """Anything else ends the start with one line that names the variable, and does not quote the value."""
    with pytest.raises(SettingError) as caught:
        Settings.from_environment({"UPLOAD_SCANNER": text})
    assert str(caught.value).startswith("UPLOAD_SCANNER must be clamd://host:3310, or ")
    assert "secret" not in str(caught.value)


def test_off_unless_it_is_set() -> None:
    """Without the variable nothing is scanned, and an empty one means the same."""
    assert Settings.from_environment({}).scanner is None
    assert Settings.from_environment({"UPLOAD_SCANNER": ""}).scanner is None


def test_more_than_clamd_ever_looks_at_is_refused() -> None:
    """clamd looks at 2,147,483,645 bytes at most, so a larger limit ends the start."""
    most = {"UPLOAD_SCANNER_MAX_BYTES": "2147483645"}
    assert Settings.from_environment(most).scanner_max_bytes == 2_147_483_645
    for more in ("2147483646", "2GiB"):
        with pytest.raises(SettingError, match=r"UPLOAD_SCANNER_MAX_BYTES .* from 1 to 2147483645,"):
            Settings.from_environment({"UPLOAD_SCANNER_MAX_BYTES": more})
