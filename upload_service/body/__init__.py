"""The file's bytes between the two legs.

Knows: where they wait (memory or disk), the budgets for that, and their checksums.
Rules: the last chunk is held back until the form has ended cleanly; every byte is counted.
Must not know: HTTP, forms, destinations.
"""
