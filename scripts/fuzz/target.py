"""One fuzzing run. Usage: python -m fuzz.target form|destination ARGUMENTS (see ./scripts/fuzz/run)."""

import sys

import atheris

with atheris.instrument_imports(include=["upload_service", "multipart", "yarl"]):
    from fuzz import destination_rules, form_rules

RULES = {"form": form_rules.check, "destination": destination_rules.check}

if __name__ == "__main__":
    atheris.Setup([sys.argv[0], *sys.argv[2:]], RULES[sys.argv[1]])
    atheris.Fuzz()
