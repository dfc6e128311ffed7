"""The page's signer, for a store on this computer: in a thread.

The server itself is the one that compose runs; this lends it the bucket's keys.
Its port is the one after the page's, so that an open page finds it again after a restart; any, where that
is taken.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from compose.signer import Signer, local_names

from local import ports
from local.bucket import Bucket


@contextmanager
def signing(bucket: Bucket, page_port: int) -> Iterator[str]:
    """Sign for the page of the service at this port; what `UPLOAD_PAGE` is then."""

    def sign(key: str, method: str) -> str:
        return bucket.presign(key, method=method)

    beside = page_port + 1
    port = beside if beside <= ports.LAST and ports.is_free(beside) else 0
    with Signer((ports.HOST, port), sign, local_names(page_port)) as signer:
        thread = threading.Thread(target=signer.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield signer.url
        finally:
            signer.shutdown()
            thread.join()
