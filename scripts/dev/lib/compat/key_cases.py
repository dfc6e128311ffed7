"""Rows of the table: object keys that some stores rename, empty or refuse.

Rules: a success counts only when the store lists the object under the very key that was signed.
"""

from collections.abc import Iterator

from compat.azure import Azure
from compat.case import Case, Difference, Trial
from compat.plain_cases import Maybe, content
from compat.target import Target
from compat.upload_client import OK, Upload

_DROPS_EMPTY = "SeaweedFS and versitygw drop an empty segment without a word, MinIO only the first."
_STRICT = "MinIO takes no empty segment in the middle, and neither . nor .."
_FOLDERS = "SeaweedFS keeps a key that ends with a slash as a folder, without a byte of the file."
_NO_BYTES = "versitygw takes a key that ends with a slash only without bytes."
_DOTS = "versitygw resolves . and .. as in a file system, so the file can land outside the key's own folder."
_NO_DOTS = "SeaweedFS says only `Invalid Request`."
_LISTED_PATH = "The destination is listed with a path, and then the service itself refuses dots in keys."
_BACKSLASH = "SeaweedFS makes a slash of a backslash."


def _at(*, before: str = "", after: str) -> Maybe:
    def plan(target: Target, key: str) -> Trial:
        whole = f"{before}{key}/{after}"
        return Trial(whole, Upload(target.url(whole), content(1000)), listed_below=key)

    return plan


def _with_backslash(target: Target, key: str) -> Trial | None:
    # Azure takes a backslash in a URL for a slash, so no URL can be signed for such a key.
    return None if isinstance(target, Azure) else _at(after="a\\b")(target, key)


def _moved(place: str, why: str) -> Difference:
    return Difference(f"{OK}, but under the key `{place}`", why)


def cases() -> Iterator[Case]:
    """These rows."""
    yield Case(
        "key `a//b`",
        _at(after="a//b"),
        differences={
            "MinIO": Difference("400 object_key_refused", _STRICT),
            **{name: _moved("a/b", _DROPS_EMPTY) for name in ("SeaweedFS", "versitygw")},
        },
    )
    yield Case(
        "key `/a`",
        _at(before="/", after="a"),
        differences={name: _moved("a", _DROPS_EMPTY) for name in ("SeaweedFS", "MinIO", "versitygw")},
    )
    yield Case(
        "key `a/`",
        _at(after="a/"),
        differences={
            "SeaweedFS": Difference(f"{OK}, but other bytes are stored", _FOLDERS),
            "versitygw": Difference("400 object_key_refused", _NO_BYTES),
        },
    )
    yield Case(
        "key `a/../b`",
        _at(after="a/../b"),
        differences={
            "SeaweedFS": Difference("400 storage_rejected", _NO_DOTS),
            "MinIO": Difference("400 object_key_refused", _STRICT),
            "versitygw": _moved("b", _DOTS),
            "Azurite": Difference("403 destination_not_allowed, nothing sent", _LISTED_PATH),
        },
    )
    yield Case(
        "key `a\\b`",
        _with_backslash,
        differences={"SeaweedFS": _moved("a/b", _BACKSLASH)},
    )
