"""./scripts/dev/compat: the same uploads to real stores, through the service, and a table of the outcome."""
