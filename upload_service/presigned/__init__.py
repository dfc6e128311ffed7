"""Presigned URLs: may a PUT go there, and which headers fit the URL?

Knows: the hosts of stores, the signature schemes, and the operations for which a URL can be signed.
Rules: no input and no output; the time is passed in; what is sent is byte for byte what was signed.
Must not know: the network, loggers.
"""
