"""What tests of several rooms share.

service/   the service as users run it, what it said, its problem documents, metrics and leftovers
storage/   storages that misbehave on cue, one that counts, places to upload to, certificates
scanner/   a malware scanner, and harmless samples that it finds
client/    raw HTTP, forms that are written out, tokens, the HTTP clients that callers use
failures/  every failure that can be caused from outside, and the contract of its code
browser/   Chromium, Firefox, WebKitGTK, and the service's pages
examples/, deploy/, contract/: for the tests in tests/system
"""
