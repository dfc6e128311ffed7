"""./scripts/dev/bench and its neighbours: the service beside other implementations, on one computer."""
