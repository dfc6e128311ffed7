"""The page's signer of upload URLs, in a thread, for a store on this computer.

The server is the one that docker-compose.yml runs; here it signs with the bucket's keys. Its port is the one
after the page's, so that an open page finds it again after a restart. If that port is taken, it is any free
one.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from compose.part_uploads import Rules
from compose.signer import Signer, local_names
from compose.upload_token import secret_from

from local import ports
from local.bucket import Bucket


@contextmanager
def signing(
    bucket: Bucket,
    page_port: int,
    rules: Rules = Rules(),  # noqa: B008 - a tuple, which nobody can change
) -> Iterator[str]:
    """Sign for the page at this port while the block lasts; gives the value for `UPLOAD_PAGE`."""

    def sign(key: str, method: str, query: str) -> str:
        return bucket.presign(key, method=method, query=query)

    beside = page_port + 1
    port = beside if beside <= ports.LAST and ports.is_free(beside) else 0
    secret = secret_from(bucket.secret_key)
    with Signer((ports.HOST, port), sign, secret, local_names(page_port), rules=rules) as signer:
        thread = threading.Thread(target=signer.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield signer.url
        finally:
            signer.shutdown()
            thread.join()
