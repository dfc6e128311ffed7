"""`python -m upload_service` and the command `upload-service`: import, then run.

Nothing that is imported is garbage, and looking for some costs a twelfth of the imports, for which callers in
Lambda wait (measured: docs/performance.md). What is there afterwards stays, so it is never looked at again.
"""

import gc
import sys

gc.disable()

from upload_service.command import main  # noqa: E402  only now

gc.freeze()
gc.enable()

if __name__ == "__main__":
    sys.exit(main())
