"""./scripts/dev/soak: thousands of uploads through the service to a storage that misbehaves at random."""
