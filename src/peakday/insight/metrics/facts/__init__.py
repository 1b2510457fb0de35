"""Where do figures read from? Columnar extracts of the records, kept fresh by a delta of what changed since."""


class FactStore:
    """The facts of one process (being written)."""
