"""Which doors does the catalogue have? `v1` for programs, `merchant` for people."""
