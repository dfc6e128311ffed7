"""The file's bytes between the two legs of an upload.

Knows: where they wait (in memory or on disk), the budgets for both, and their checksums.
Rules: the last chunk is held back until the form has ended cleanly; every byte is counted.
Must not know: HTTP, forms, destinations.
"""
