"""./scripts/local, presign and fetch: the service with a real object store on this computer.

The service itself never imports it; the developers' commands and the tests use the store as well.
"""
