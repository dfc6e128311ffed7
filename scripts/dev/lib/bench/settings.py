"""./scripts/dev/bench-settings: images with and without each optional check and trace, in turns.

Knows: which settings turn each of them on, and what callers then send.
Rules: a ratio compares two figures of one round; the control is the service without any of them, in a second
process. Keys and tokens are made for each run.
Must not know: how a process is started or measured.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from bench import scenarios
from bench.builds import THIS
from bench.pairs import CONTROL, US, Figures, Kind, Rounds, images, table, wrk_script
from bench.processes import Program

LIFETIME_SECONDS = 24 * 3600 - 60
TRACED_SHARE = "0.1"


class With(NamedTuple):
    """`settings` turn something on, and callers send this token."""

    settings: dict[str, str]
    token: str = ""


def signed_tokens(folder: Path) -> With:
    """A user's token, signed with RS256 by a provider whose keys are in a file."""
    key = rsa.generate_private_key(65537, 2048)
    public = json.loads(RSAAlgorithm.to_jwk(key.public_key())) | {"kid": "bench", "use": "sig"}
    keys = folder / "keys.json"
    keys.write_text(json.dumps({"keys": [public]}))
    claims = {"sub": "somebody", "aud": "bench", "exp": int(time.time()) + LIFETIME_SECONDS}
    token = jwt.encode(claims, key, "RS256", {"kid": "bench"})
    return With({"UPLOAD_JWT_JWKS": f"@{keys}", "UPLOAD_JWT_AUDIENCE": "bench"}, token)


def upload_grants(url: str) -> With:
    """A grant for this URL, signed with a secret."""
    secret = os.urandom(32).hex()
    claims = {
        "url_sha256": hashlib.sha256(url.encode()).hexdigest(),
        "max_bytes": 10**9,
        "exp": int(time.time()) + LIFETIME_SECONDS,
    }
    token = jwt.encode(claims, secret, "HS256", {"typ": "upload-grant+jwt"})
    return With({"UPLOAD_GRANT_KEYS": secret}, token)


def traces(collector: str) -> With:
    """Traces of one upload in ten."""
    return With(
        {
            "UPLOAD_TRACES": "otlp",
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector,
            "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
            "OTEL_TRACES_SAMPLER_ARG": TRACED_SHARE,
        }
    )


def measure(options: argparse.Namespace) -> Rounds:
    """The figures of all rounds."""
    kind = Kind(options.bytes, "url", seconds=options.seconds)
    with (
        tempfile.TemporaryDirectory() as path,
        scenarios.sink() as (_, url, certificate),
        scenarios.sink() as (_, collector, _),
    ):
        folder = Path(path)
        found = {
            US: With({}),
            CONTROL: With({}),
            "signed tokens (RS256)": signed_tokens(folder),
            "upload grants (HS256)": upload_grants(url),
            f"traces of {TRACED_SHARE}": traces(collector.rsplit("/", 2)[0]),
        }
        if options.clamd:
            found["scan"] = With({"UPLOAD_SCANNER": options.clamd})
        builds = {name: THIS.environment() | each.settings for name, each in found.items()}
        with scenarios.contenders(found, url, certificate, builds) as running:
            scripts = {name: _script(folder, kind, url, each.token) for name, each in found.items()}

            def run(name: str) -> Figures:
                contender: tuple[Program, int] = running[name]
                return images(contender, scripts[name], kind)

            names = list(found)
            rounds: Rounds = {name: [] for name in names}
            for number in range(-1, options.rounds):
                first = number % len(names)
                for name in names[first:] + names[:first]:
                    figures = run(name)
                    if number >= 0:
                        rounds[name].append(figures)
            return rounds


def _script(folder: Path, kind: Kind, url: str, token: str) -> Path:
    own = Path(tempfile.mkdtemp(dir=folder))
    script = wrk_script(own, kind, url)
    if token:
        with script.open("a") as text:
            text.write(f'wrk.headers["Authorization"] = "Bearer {token}"\n')
    return script


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="./scripts/dev/bench-settings", description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=int, default=2, help="of a round")
    parser.add_argument("--bytes", type=int, default=200_000, help="of an image")
    parser.add_argument("--clamd", metavar="URL", help="a clamd that runs, as for UPLOAD_SCANNER")
    options = parser.parse_args()
    if not shutil.which("wrk"):
        raise SystemExit("wrk is missing (Debian: apt install wrk)")
    print(f"{platform.machine()}, CPython {platform.python_version()}, {options.rounds} rounds", flush=True)
    print(f"\n## images of {options.bytes} bytes\n\n{table(measure(options))}", flush=True)


if __name__ == "__main__":
    main()
