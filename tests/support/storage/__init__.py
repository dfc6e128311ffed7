"""Storages that misbehave on cue, places to upload to, and certificates."""
