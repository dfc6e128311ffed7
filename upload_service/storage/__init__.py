"""One PUT to storage, and what its response means.

Knows: aiohttp's client, which addresses the service may connect to, how stores word a refusal.
Rules: exactly the announced number of bytes is sent. Each address is judged when its socket is made
(connection_pools.py). A presigned URL never appears in a message.
Must not know: forms, how many attempts there are.
"""
