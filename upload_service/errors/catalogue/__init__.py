"""The tables of failures: what the caller can mend, what storage refuses, what fails at storage or here."""
