"""`--check`: finds out why the service does not work, and says so.

Knows: how to check the settings, the machine and the way to storage, and how to make one small real upload.
Rules: the running service never imports this package. Of a presigned URL only the host is ever printed.
Must not know: how the service answers requests.
"""
