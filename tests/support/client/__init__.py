"""What callers send: raw HTTP, forms that are written out, tokens, and the HTTP clients that callers use."""
