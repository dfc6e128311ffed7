"""Compares the judge of URLs with the signers of the vendors themselves.

Knows: `sign.py` runs with the vendors' packages and prints URLs, `judge.py` runs with the service.
Rules: keys are made up, and nothing is sent anywhere. `recorded.json` has what was signed once, for the
tests.
"""
