"""Queries of presigned URLs with fake signatures: well-formed, for storages that check no signature.

Knows: what the signers of S3 and Azure write.
Rules: a signature repeats one word of hexadecimal digits, so that a test can look for it in logs afterwards.
"""

import time

WORD = "5ec2e7"
# In 2100.
LATE = 4102444800
# Longer than a run of all tests takes on a busy machine: some sign when they are imported.
A_DAY = 86400


def digits(word: str = WORD) -> str:
    """A signature of Version 4: 64 hexadecimal digits."""
    return (word * 64)[:64]


def v2(word: str = WORD, expires: int | str = LATE) -> str:
    """A query of Signature Version 2."""
    return f"AWSAccessKeyId=A&Expires={expires}&Signature={(word * 27)[:27]}%3D"


def v4(
    word: str = WORD, *, date: str | None = None, seconds: int | str = A_DAY, signed_headers: str = "host"
) -> str:
    """A query of Signature Version 4, signed now unless `date` says otherwise."""
    date = date or time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    return (
        f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F{date[:8]}%2Fus-east-1%2Fs3%2Faws4_request"
        f"&X-Amz-Date={date}&X-Amz-Expires={seconds}&X-Amz-SignedHeaders={signed_headers.replace(';', '%3B')}"
        f"&X-Amz-Signature={digits(word)}"
    )


def google_v4() -> str:
    """A query of Google's Version 4, signed now."""
    query = v4().replace("X-Amz-", "X-Goog-").replace("AWS4-HMAC-SHA256", "GOOG4-RSA-SHA256")
    return query.replace("aws4_request", "goog4_request").replace("s3%2F", "storage%2F") + digits() * 7


def sas(word: str = WORD, expires: str = "2099-01-01T00:00:00Z") -> str:
    """A query of an Azure SAS that may create and write."""
    return f"sv=2025-01-05&sp=cw&se={expires}&sig={(word * 43)[:43]}%3D"
