"""The service as users run it, and what it said, measured and left behind."""
