"""./scripts/dev/soak --chaos: callers, storage, names, disk and signals misbehave at random, all at once.

Knows: what must hold nevertheless. No success without the object; no byte of another file; `stored` is never
false when it is there; no part of a file in place of an old object; at the end all is given back.
Rules: the seed decides who misbehaves and how; only the timing differs.
"""
