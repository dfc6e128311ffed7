"""What a malware scanner says of a file, while the file streams through.

Knows: the scanner's protocol and limits.
Rules: imported only where a scanner is set. What the scanner has not called clean is never called clean.
Must not know: requests, forms, storage.
"""
