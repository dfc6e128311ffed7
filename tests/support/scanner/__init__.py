"""A real malware scanner: clamd, with a database that knows harmless samples only."""
