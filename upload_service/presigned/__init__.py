"""Presigned URLs: may this one be followed, and which headers fit it?

Knows: the hosts of stores, the kinds of signature, and the operations that are signed.
Rules: no input and no output; the clock is passed in; what is sent is byte for byte what was signed.
Must not know: the network, loggers.
"""
