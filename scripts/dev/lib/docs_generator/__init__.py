"""./scripts/dev/docs and screenshots: what the documentation repeats of the code, and its pictures."""
