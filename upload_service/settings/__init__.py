"""What can be set, read once from the environment into one frozen object.

Knows: each variable's name, default, bounds and meaning.
Rules: a wrong value ends the start with one plain line that names the variable and never quotes the value.
Must not know: aiohttp, the application.
"""
