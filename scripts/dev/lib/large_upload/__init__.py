"""./scripts/dev/large-upload: a very large file through the page, interrupted twice."""
