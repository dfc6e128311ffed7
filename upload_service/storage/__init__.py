"""One PUT out, and what its answer means.

Knows: aiohttp's client, which addresses may be dialled, how stores word a refusal.
Rules: exactly the announced bytes leave; each address is judged where its socket is made; a presigned URL
never gets into a message.
Must not know: forms, how many attempts there are.
"""
