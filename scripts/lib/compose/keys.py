"""Makes the keys of docker-compose.yml's store at the first `up`, and keeps them in a volume.

Knows: the file of the keys, which is SeaweedFS's own configuration of who may do what.
Rules: what is there stays, so that URLs signed before work again. The keys allow reading, writing and listing
in the one bucket. Standard library only, because it runs in the image.
Source: github.com/seaweedfs/seaweedfs/wiki/Amazon-S3-API, the file of -s3.config.
"""

import json
import os
import secrets
from pathlib import Path

FILE = Path("/keys/s3.json")
BUCKET = "uploads"


def make(file: Path = FILE) -> None:
    """Write new keys, unless there are some. A reader sees no file or a whole one."""
    if file.exists():
        return
    credentials = {"accessKey": secrets.token_hex(10).upper(), "secretKey": secrets.token_urlsafe(30)}
    actions = [f"{action}:{BUCKET}" for action in ("Read", "Write", "List")]
    content = {"identities": [{"name": "local", "credentials": [credentials], "actions": actions}]}
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(content))
    # The store and the signer run as other users. Nobody else has the volume.
    fresh.chmod(0o444)
    os.replace(fresh, file)


def read(file: Path = FILE) -> tuple[str, str]:
    """The access key and the secret key."""
    (identity,) = json.loads(file.read_text())["identities"]
    (credentials,) = identity["credentials"]
    return credentials["accessKey"], credentials["secretKey"]


if __name__ == "__main__":
    make()
