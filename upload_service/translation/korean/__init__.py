"""The Korean of every text, by its English: tables in the manner of gettext.

Rules: polite and short, in the words of README.ko.md. After a value stands a fixed noun or nothing that
depends on its last letter, because Korean particles do. A test finds texts that are missing or not used.
"""
