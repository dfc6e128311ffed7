"""The copy on disk: segments of a file, and folders that lie in memory."""

from pathlib import Path

import pytest

from upload_service.body.disk_segments import SEGMENT_BYTES, DiskSegments, is_memory_filesystem


def test_segments_hold_a_file_of_any_length(monkeypatch: pytest.MonkeyPatch) -> None:
    """Writes and reads cross the segments' borders; what was dropped is gone, what follows stays."""
    assert SEGMENT_BYTES > 4096
    monkeypatch.setattr("upload_service.body.disk_segments.SEGMENT_BYTES", 100)
    segments = DiskSegments(None)
    whole = bytes(range(256)) * 2
    segments.write([whole[:130], bytearray(whole[130:])], 0)
    found = b""
    while len(found) < len(whole):
        found += segments.read(len(found), 77)
    assert found == whole
    segments.drop_before(250)
    assert segments.read(200, 10) == whole[200:210]
    with pytest.raises(KeyError):
        segments.read(150, 1)
    segments.close()
    segments.write([b"late"], 0)
    with pytest.raises(KeyError):
        segments.read(0, 1)


@pytest.mark.parametrize(
    ("folder", "in_memory"),
    [
        ("/spool", False),
        ("/spool/deep/er", True),
        ("/spool/deepest", False),
        ("/tmp", True),
        ("/tmpfs", False),
        ("/", False),
    ],
)
def test_folder_in_memory_is_told(tmp_path: Path, folder: str, *, in_memory: bool) -> None:
    """A folder is in memory if its mount is; of two mounts at one place the last counts."""
    mounts = tmp_path / "mounts"
    mounts.write_text(
        "overlay / overlay rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/sda /spool ext4 rw 0 0\n"
        "/dev/sdb /spool/deep ext4 rw 0 0\ntmpfs /spool/deep tmpfs rw 0 0\n"
    )
    assert is_memory_filesystem(folder, str(mounts)) is in_memory


def test_mounts_that_cannot_be_read_are_no_reason_to_warn() -> None:
    """Without a list of mounts no folder counts as memory."""
    assert not is_memory_filesystem("/tmp", "/nowhere/mounts")
