"""Benchmarks: the service beside its peers, in one run on one computer."""
