"""Prints a presigned PUT URL for the store of docker-compose.yml, with nothing but the standard library.

Usage: docker compose run --rm ready python -m compose.presign [KEY] [--method GET]     where the keys are

Source: docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
"""

import argparse
import hashlib
import hmac
import time
from urllib.parse import quote

from compose import keys

HOST = "storage.localhost:8333"
REGION = "us-east-1"


def presign(key: str, method: str = "PUT", subresource: str = "", expires: int = 3600) -> str:
    """A URL that allows requests with this method, for `expires` seconds.

    `subresource` is a query, sorted and encoded, of names that come after X-Amz- in the order of bytes.
    """
    access_key, secret_key = keys.read()
    date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
    scope = f"{date[:8]}/{REGION}/s3/aws4_request"
    path = f"/{keys.BUCKET}/{quote(key, safe='/')}"
    query = (
        f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={quote(f'{access_key}/{scope}', safe='')}"
        f"&X-Amz-Date={date}&X-Amz-Expires={expires}&X-Amz-SignedHeaders=host"
        f"{subresource and '&'}{subresource}"
    )
    request = f"{method}\n{path}\n{query}\nhost:{HOST}\n\nhost\nUNSIGNED-PAYLOAD"
    digest = hashlib.sha256(request.encode()).hexdigest()
    signing_key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        signing_key = hmac.digest(signing_key, part.encode(), "sha256")
    signature = hmac.digest(
        signing_key, f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{digest}".encode(), "sha256"
    ).hex()
    return f"http://{HOST}{path}?{query}&X-Amz-Signature={signature}"


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("key", nargs="?", default=time.strftime("example-%Y%m%d-%H%M%S.png"))
    parser.add_argument("--method", choices=["PUT", "GET"], default="PUT")
    chosen = parser.parse_args()
    print(presign(chosen.key, chosen.method))


if __name__ == "__main__":
    main()
