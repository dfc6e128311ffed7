"""./scripts/compat: the same uploads to several real stores, through the service, and what became of them."""
