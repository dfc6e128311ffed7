"""The tables of failures: what a client can correct, what storage refuses, what fails at storage or here."""
