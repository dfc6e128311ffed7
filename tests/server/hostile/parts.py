"""Parts of hostile forms, as they stand on the wire.

Requests whose end is in doubt are in test_smuggling.py; ./scripts/dev/bench-hostile measures what these
cost.
"""

import pytest

from tests.support.client.raw_http import BOUNDARY, PLAIN, RETRY

DELIMITER = f"--{BOUNDARY}\r\n".encode()
END = f"--{BOUNDARY}--\r\n".encode()
OTHER = DELIMITER + b'Content-Disposition: form-data; name="other"\r\n'
both_endpoints = pytest.mark.parametrize("path", [PLAIN, RETRY])
