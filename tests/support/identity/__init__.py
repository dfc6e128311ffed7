"""An identity provider that is real, and tokens that no provider would issue."""
