"""What is each figure, exactly, and what is its value? The registry: one definition each, computed once."""
