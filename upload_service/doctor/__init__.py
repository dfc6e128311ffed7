"""`--check`: says why it does not work.

Knows: settings, machine, the way to storage and one small real upload, each looked at in a step of its own.
Rules: imported for `--check` alone; of a presigned URL only the host is ever said.
Must not know: how the service answers requests.
"""
