"""`upload-service --check` without a URL: what the settings mean together."""

import pytest
from local.ports import free_port

from tests.doctor.run_check import check


def test_fine() -> None:
    """Settings that go well together, on a machine with room, are told without a warning."""
    token = "tok-5ec2e7-opens-nothing-but-is-long-enough"
    seen = check(
        PORT=str(free_port()),
        UPLOAD_API_TOKENS=f"app:{token}",
        UPLOAD_SPOOL_DISK_BYTES="1MiB",
        UPLOAD_CORS_ORIGINS="https://App.example.org:443, tauri://localhost",
    )
    assert (seen.status, seen.err) == (0, "")
    assert seen.out.endswith("13 ok, 0 warn, 0 fail\n")
    assert "who shows a token may upload (app)" in seen.said
    assert "pages of https://app.example.org, tauri://localhost may call, and no others" in seen.said
    assert "is free" in seen.said
    assert token not in seen.out


def test_wrong_setting() -> None:
    """A wrong setting is refused with the line of the start, and status 2."""
    seen = check(UPLOAD_STALL_SECONDS="soon")
    assert (seen.status, seen.out) == (2, "")
    assert seen.err.startswith("upload-service: UPLOAD_STALL_SECONDS must be a number of seconds")


@pytest.mark.parametrize(
    ("settings", "step", "words"),
    [
        ({"UPLOAD_DESTINATION": "x"}, "settings", "write UPLOAD_DESTINATIONS, if you meant that"),
        ({"UPLOAD_NONSENSE": "x"}, "settings", "UPLOAD_NONSENSE is no setting"),
        (
            {"UPLOAD_DESTINATIONS": "http://store.example.org/"},
            "destinations",
            "files and signatures go to store.example.org unencrypted",
        ),
        (
            {"UPLOAD_DESTINATIONS": "https://store.example.org/a/?etag=optional"},
            "destinations",
            "a web server at https://store.example.org:443/a/ would pass as a store",
        ),
        (
            {"UPLOAD_DESTINATIONS": "https://store.example.org/a/?unsigned"},
            "destinations",
            "everybody, and every web page that they open, can write and overwrite every object below "
            "https://store.example.org:443/a/",
        ),
        (
            {"UPLOAD_DESTINATIONS": "https://store.example.org/a/?unsigned", "UPLOAD_API_TOKENS": "t" * 32},
            "destinations",
            "every caller with a token can write and overwrite every object below https://store.example.org:443/a/",
        ),
        (
            {"UPLOAD_DESTINATIONS": "https://store.example.org/a/?unsigned", "UPLOAD_GRANT_KEYS": "k" * 32},
            "destinations",
            "every caller with a grant for it can write and overwrite every object below https://store.example.org:443/a/",
        ),
        ({}, "callers", "anybody who reaches the port may upload"),
        ({}, "callers", "set UPLOAD_API_TOKENS, UPLOAD_JWT_ISSUER or UPLOAD_GRANT_KEYS, or let only those"),
        ({"UPLOAD_MAX_CONCURRENT_PER_CLIENT": "99"}, "callers", "bounds nothing"),
        ({"UPLOAD_MAX_CONCURRENT": "99999"}, "descriptors", "too few for so many uploads"),
        ({"UPLOAD_MAX_FILE_BYTES": "6GiB"}, "limits", "more than the 5 GiB that S3 takes"),
        ({"TIMEOUT_SECONDS": "5"}, "limits", "TIMEOUT_SECONDS is less than UPLOAD_STALL_SECONDS"),
        ({"UPLOAD_VERIFY": "off"}, "limits", "UPLOAD_VERIFY is off"),
        ({"LOG_LEVEL": "warning"}, "log", "uploads leave no line in the log"),
        ({"UPLOAD_SPOOL_MEMORY_BYTES": "99999GiB"}, "memory", "there are only"),
        ({"UPLOAD_SPOOL_DISK_BYTES": "99999GiB"}, "disk", "UPLOAD_SPOOL_DISK_BYTES lets files take"),
        (
            {"UPLOAD_SPOOL_DISK_BYTES": "0", "UPLOAD_SPOOL_MEMORY_BYTES": "0"},
            "disk",
            "no file may wait",
        ),
        ({"UPLOAD_SPOOL_DIR": "/dev/shm"}, "disk", "/dev/shm is in memory"),
        ({"PORT": "0"}, "port", "the system takes another one at each start"),
    ],
)
def test_probably_not_meant(settings: dict[str, str], step: str, words: str) -> None:
    """What is legal and probably not meant is a warning that names the setting, and the status is 0."""
    seen = check(**settings)
    assert seen.status == 0
    assert "warn" in seen.verdicts(step)
    assert words in seen.said
