"""The OpenAPI contract, held against real answers."""
