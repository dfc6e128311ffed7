"""What ./scripts/local prints when everything runs."""

import shlex
from pathlib import Path

from local.store import Store

SAMPLE = Path(__file__).with_name("sample.png")
KEY = "sample.png"

TEXT = """
The page:     http://localhost:{port}  (open it in a browser and drop files there)
Its store:    {store}

Or upload a picture from another terminal (this URL works for an hour):

  {curl}

Another URL:  ./scripts/presign KEY
Read back:    ./scripts/fetch KEY > FILE  (the page shows each file's KEY; the picture's is {key})
Stop:         Ctrl-C  (what was stored is kept in {data})
"""


def text(port: int, store: Store) -> str:
    return TEXT.format(
        port=port,
        store=store.bucket.url,
        curl=curl(store.bucket.presign(KEY), port),
        key=KEY,
        data=store.data,
    )


def curl(url: str, port: int, file: Path = SAMPLE) -> str:
    """A command line that is safe to paste. The URL comes first, so that the file need not wait for it."""
    words = [
        "curl",
        "-sS",
        "-w",
        "\\n",
        "--form-string",
        f"uploadUrl={url}",
        "-F",
        f"file=@{_quoted(str(file))};type=image/png",
        f"http://localhost:{port}/upload-with-presigned",
    ]
    return shlex.join(words)


def _quoted(path: str) -> str:
    """In curl's own quotes, for names with a comma or a semicolon."""
    if not set(path) & set(',;"\\'):
        return path
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
