"""How does this room speak HTTP? `v1` is the collection door."""
