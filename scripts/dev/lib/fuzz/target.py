"""One run of the fuzzer. Usage: FUZZ_TARGET=form python -m fuzz.target ARGUMENTS; see ./scripts/dev/fuzz."""

import os
import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["upload_service", "multipart", "yarl"]):
    from fuzz import content_type_rules, destination_rules, form_rules, part_headers_rules

RULES = {
    "form": form_rules.check,
    "part_headers": part_headers_rules.check,
    "content_type": content_type_rules.check,
    "destination": destination_rules.check,
}

if __name__ == "__main__":
    # For a merge, libFuzzer starts the program of its first argument again.
    restart = str(Path(__file__).with_name("restart"))
    atheris.Setup([restart, *sys.argv[1:]], RULES[os.environ["FUZZ_TARGET"]])
    atheris.Fuzz()
