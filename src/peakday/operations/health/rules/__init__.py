"""Which policies say that a set-up is dangerous? One a file; `lowest_reachable.py` is the first to read."""
