"""Fuzzing: what must hold for whatever bytes come, and the inputs that reach most of the code."""
