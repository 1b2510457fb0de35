"""Which rooms are in this wing? See docs/architecture.md."""
