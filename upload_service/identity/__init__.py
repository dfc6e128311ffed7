"""What signed tokens say: who a caller is, and what its back end allows it to upload.

Knows: JSON Web Tokens, the keys of an identity provider, and how they are fetched and kept.
Rules: imported only where a setting asks for it. Of a token nothing is said or kept beyond its subject.
Must not know: requests, forms, storage.
"""
